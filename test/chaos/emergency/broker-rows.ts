// The broker dies, comes back empty, or the wire between is cut or deaf: what was accepted goes on, what was missed comes once.
import { monoNowMs } from '../../wire/ear.ts';
import { type Bed, must, pass, soon, withBed } from './bed.ts';
import type { Row } from './row.ts';

/** Siren, breath, speech, pause, again. */
const wholeMs = 2 * (1_000 + 300 + 1_500) + 800;
/** Sound of it, the pause taken away; edges and windows cost a little. */
const soundMs = 2 * 2_800;

/** The broker is gone as if its machine had lost power. */
async function killBroker({ centre, line }: Bed): Promise<void> {
  line.cut();
  await centre.broker.stop();
}

async function brokerAgain({ centre, line }: Bed): Promise<void> {
  await centre.startBroker();
  line.mend();
}

/** It sounded whole from `fromMonoMs` and is over: silent, amplifier off. */
async function wholeAndOver(bed: Bed, fromMonoMs: number): Promise<number> {
  await soon(
    'its end',
    async () => (bed.soundMs(fromMonoMs) >= soundMs - 300 && !(await bed.look()).relays['main']?.relay1) || undefined,
    15_000,
  );
  await bed.quiet(1_500);
  const heardMs = bed.soundMs(fromMonoMs);
  must(Math.abs(heardMs - soundMs) < 1_000, `${heardMs} ms of sound, ${soundMs} expected`);
  return heardMs;
}

function killedAfterAcceptance(): Promise<string> {
  return withBed({}, async (bed) => {
    const fromMonoMs = await bed.give([bed.sign('o-1')]);
    await bed.waitTold('o-1', 'accepted');
    await killBroker(bed);
    const heardMs = await wholeAndOver(bed, fromMonoMs);
    await brokerAgain(bed);
    await bed.waitTold('o-1', 'ended', 15_000);
    await bed.quiet(1_000);
    must(bed.told('o-1', 'sounding').length === 1, 'sounding is told once');
    return `${heardMs} ms of sound`;
  });
}

function awayFor(awayMs: number): () => Promise<string> {
  return () =>
    withBed({}, async (bed) => {
      const fromMonoMs = await bed.give([bed.sign('o-1')]);
      await bed.soundsAfter(fromMonoMs);
      await killBroker(bed);
      await pass(awayMs);
      const backMonoMs = monoNowMs();
      await brokerAgain(bed);
      await soon('the line', async () => (await bed.look()).link.up || undefined, 10_000);
      const backMs = monoNowMs() - backMonoMs;
      await wholeAndOver(bed, fromMonoMs);
      await bed.waitTold('o-1', 'ended');
      return `line back after ${Math.round(backMs)} ms`;
    });
}

function restartedEmpty(): Promise<string> {
  return withBed({}, async (bed) => {
    const first = bed.sign('o-1', { times: 1 });
    await bed.give([first]);
    await bed.waitTold('o-1', 'ended');
    await killBroker(bed);
    const missed = bed.sign('o-2', { times: 1 });
    const late = bed.sign('o-3', { times: 1 }, { exp: Date.now() + 1_000 });
    await pass(1_500);
    await brokerAgain(bed);
    await soon('the line', async () => (await bed.look()).link.up || undefined);
    await bed.quiet(2_000);
    const fromMonoMs = await bed.give([first, missed, late]);
    const afterMs = await bed.soundsAfter(fromMonoMs);
    await bed.waitTold('o-2', 'ended');
    must((await bed.waitTold('o-3', 'refused')).problem?.code === 'expired', 'the late one is refused as expired');
    await bed.quiet(2_000);
    must(bed.told('o-2', 'sounding').length === 1, 'the missed one sounds once');
    must(bed.told('o-1', 'sounding').length === 1, 'the old one does not sound again');
    must(bed.told('o-3', 'sounding').length === 0, 'the expired one never sounds');
    return `missed order heard ${Math.round(afterMs)} ms after it was published again`;
  });
}

function cutInMidEmergency(): Promise<string> {
  return withBed({}, async (bed) => {
    const fromMonoMs = await bed.give([bed.sign('o-1')]);
    await bed.soundsAfter(fromMonoMs);
    bed.line.deafen('toBox', 'toCentre');
    const heardMs = await wholeAndOver(bed, fromMonoMs);
    must(monoNowMs() - fromMonoMs < wholeMs + 6_000, 'it ends by itself');
    bed.line.cut();
    bed.line.mend();
    await bed.waitTold('o-1', 'ended');
    return `${heardMs} ms of sound with nobody on the line`;
  });
}

export const brokerRows: readonly Row[] = [
  {
    name: 'broker-killed-after-acceptance',
    done: 'broker dies as soon as the order is accepted',
    holds: 'sounds its whole length, ends by itself, told once when the line is back',
    run: killedAfterAcceptance,
  },
  {
    name: 'broker-away-1s',
    done: 'broker dies in mid-order for 1 s',
    holds: 'no change of sound, line back ≤ 10 s',
    run: awayFor(1_000),
  },
  {
    name: 'broker-away-long',
    done: 'broker dies in mid-order until after its end',
    holds: 'no change of sound, receipts arrive afterwards',
    run: awayFor(12_000),
  },
  {
    name: 'broker-restarted-empty',
    done: 'broker comes back with nothing retained',
    holds: 'no replay; a missed valid order sounds once when published again, an expired one never',
    run: restartedEmpty,
  },
  {
    name: 'partition-in-mid-order',
    done: 'both directions swallowed in mid-order',
    holds: 'whole length, ends by itself, told later',
    run: cutInMidEmergency,
  },
];
