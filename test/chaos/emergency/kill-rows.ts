// The process is killed at each state of an order: it resumes within 5 s or ends cleanly, and never sounds after its end.
import { monoNowMs } from '../../wire/ear.ts';
import { type Bed, must, pass, soon, withBed } from './bed.ts';
import type { Row } from './row.ts';

const resumeWithinMs = 5_000;

/** Resolves in the state in which the process is to die. */
type Reach = (bed: Bed, fromMonoMs: number) => Promise<void>;

const reach = {
  offered: async () => undefined,
  // Its row rides with its sounding: the relay that draws shows that it was accepted.
  accepted: async (bed, fromMonoMs) => {
    await soon('the first relay', async () => (await bed.look()).relays['main']?.relay1 || undefined);
    must(bed.firstSound(fromMonoMs) === undefined, 'it sounded already');
  },
  siren: async (bed, fromMonoMs) => {
    await bed.soundsAfter(fromMonoMs);
    await pass(300);
  },
  speech: async (bed) => {
    await soon('speech', () => bed.speaks() || undefined);
  },
  pause: async (bed, fromMonoMs) => {
    await soon('the pause', () => (bed.soundMs(fromMonoMs) >= 2_600 && bed.soundMs(monoNowMs() - 450) === 0) || undefined);
  },
  'second repetition': async (bed, fromMonoMs) => {
    await soon('the second repetition', () => bed.soundMs(fromMonoMs) >= 3_300 || undefined);
  },
  ending: async (bed, fromMonoMs) => {
    await soon('the last word', () => bed.soundMs(fromMonoMs) >= 5_350 || undefined);
  },
  cleared: async (bed, fromMonoMs) => {
    await bed.soundsAfter(fromMonoMs);
    await pass(400);
    await bed.give([bed.clear(['o-1'])]);
    await pass(10);
  },
} as const satisfies Record<string, Reach>;

type State = keyof typeof reach;

function killedAt(state: State): () => Promise<string> {
  return () =>
    withBed({}, async (bed) => {
      const fromMonoMs = await bed.give([bed.sign('o-1')]);
      await reach[state](bed, fromMonoMs);
      await bed.program.kill();
      const deadMonoMs = monoNowMs();
      await bed.startBox();
      let figure = 'ended cleanly';
      if (state !== 'cleared') {
        const resumed = await resumption(bed, deadMonoMs);
        must(state === 'ending' || resumed !== undefined, 'it did not resume');
        must(resumed === undefined || resumed <= resumeWithinMs, `resumed after ${Math.round(resumed ?? 0)} ms`);
        if (resumed !== undefined) figure = `resumed ${Math.round(resumed)} ms after the kill`;
      }
      await soon('its end', () => bed.told('o-1', state === 'cleared' ? 'cleared' : 'ended')[0], 25_000);
      await soon('the amplifier off', async () => (await bed.look()).relays['main']?.relay1 === false || undefined);
      await bed.quiet(1_500);
      // The broker still holds the order: the next boot hears of it again.
      await bed.crash();
      await bed.quiet(2_500);
      const wholes = bed.soundMs(deadMonoMs) / 2_800;
      must(wholes < 2.7, `${wholes.toFixed(1)} repetitions after the kill`);
      return figure;
    });
}

async function resumption(bed: Bed, deadMonoMs: number): Promise<number | undefined> {
  return soon('it to resume', () => bed.firstSound(deadMonoMs + 200), resumeWithinMs + 3_000).then(
    (at) => at - deadMonoMs,
    () => undefined,
  );
}

export const killRows: readonly Row[] = (Object.keys(reach) as State[]).map((state) => ({
  name: `killed-${state.replaceAll(' ', '-')}`,
  done: `SIGKILL while the order is at: ${state}`,
  holds:
    state === 'cleared'
      ? 'stays silent, amplifier off'
      : 'resumes ≤ 5 s or ends cleanly; amplifier off afterwards; silent at the next boot',
  run: killedAt(state),
}));
