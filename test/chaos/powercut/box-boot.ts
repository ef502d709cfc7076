// The real program of a box on a folder after a power cut: it comes up and reaches its centre, and what was over stays silent.
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { OrderSlots } from '../../../agent/order-slots.ts';
import type { PageState } from '../../../agent/page/view.ts';
import { SlotFile } from '../../../hardware/host/slot-file.ts';
import { Ear, monoNowMs } from '../../wire/ear.ts';
import { Program } from '../../wire/program.ts';
import { until } from '../../wire/waiting.ts';
import { endedIn } from './box-check.ts';
import type { BoxMark, BoxStory } from './box-story.ts';
import type { Found } from './found.ts';

const readyWithinMs = 60_000;
const silentMs = 2_000;
const resumesWithinMs = 15_000;
const audible = 500;
const ordersMax = 16;

export async function bootBox({ centre, envelopes }: BoxStory, dir: string, marks: readonly BoxMark[]): Promise<Found> {
  const found = { lost: [] as string[], twice: [] as string[], broken: [] as string[] };
  const over = endedIn(marks);
  const accepted = await new OrderSlots(new SlotFile(join(dir, 'state'), 'orders')).read();
  const active = accepted?.orders.active.map(({ id }) => id) ?? [];
  // The broker still holds what was over: the box hears of it again.
  await centre.order([...envelopes].flatMap(([id, envelope]) => (over.has(id) ? [envelope] : [])).slice(-ordersMax));
  const program = new Program('agent', ['--data', dir]);
  const ear = new Ear();
  const fromRow = centre.facts.length;
  try {
    const fromMonoMs = monoNowMs();
    const page = String((await program.start(readyWithinMs))['page']);
    await until('its loudspeaker', () => ear.listen(page).then(() => true), readyWithinMs);
    await until(
      'its line',
      async () => ((await (await fetch(`${page}/state.json`)).json()) as PageState).link.up || undefined,
      readyWithinMs,
    );
    await pass(silentMs);
    const sounded = () => ear.firstAbove(audible, fromMonoMs) !== undefined;
    const toldOver = (id: string) =>
      centre.facts.slice(fromRow).some((fact) => fact.kind === 'order' && fact.order === id && fact.state !== 'accepted');
    if (active.length === 0 && sounded()) found.twice.push('something that was over sounded');
    for (const id of active) {
      const goesOn = await until(`${id} to go on`, () => sounded() || toldOver(id) || undefined, resumesWithinMs).catch(() => false);
      if (!goesOn) found.lost.push(`order ${id} was accepted and not gone on with`);
    }
  } catch (error) {
    found.broken.push(`boot: ${error instanceof Error ? error.message : error}`);
  } finally {
    ear.stop();
    await program.kill();
  }
  return found;
}
