// Suppression seen: a heartbeat tells of orders that never came, or heartbeats themselves stay away (DESIGN §4).
import { endFault, raiseFault } from './faults.ts';
import { heartbeatMissedMs, heartbeatSoonMs, ordersMissedMs } from './limits.ts';
import { failTry, mayTry } from './media.ts';
import type { Event, OpenedMeta, Watch, WatchedLine } from './model.ts';
import type { Turn } from './turn.ts';

export type Line = 'own' | 'upper';
const lines: readonly Line[] = ['own', 'upper'];

export const quietLine: WatchedLine = { centre: null, up: false, upMonoMs: 0, beatMonoMs: null, told: {} };

/** Any signed order or clear that reached this box, whatever became of it; exercises count apart. */
export function orderSeen(turn: Turn, opened: Pick<OpenedMeta, 'iss' | 'epoch' | 'aud' | 'ctr'>, word: 'order' | 'drill'): void {
  const key = `${opened.iss}/${opened.epoch}/${opened.aud}/${word}`;
  const { seen } = turn.live.watch;
  if ((seen[key] ?? 0) < opened.ctr) watch(turn, { seen: { ...seen, [key]: opened.ctr } });
}

/** A line to a centre came up or went down; heartbeats are expected while it is up. */
export function lineChanged(turn: Turn, line: Line, up: boolean, centre?: string | null): void {
  const before = turn.live.watch[line];
  const named = centre === undefined ? before.centre : centre;
  const other = named !== before.centre;
  if (!other && before.up === up) return;
  const kept = other ? quietLine : before;
  watch(turn, { [line]: { ...kept, centre: named, up, upMonoMs: turn.now.monoMs } });
}

export function heartbeatCame(turn: Turn, { line, centre, epoch, topics }: Event & { is: 'heartbeatCame' }): void {
  const before = turn.live.watch[line];
  const told = Object.fromEntries(
    Object.entries(topics).map(([topic, ctr]) => {
      const key = `${centre}/${epoch}/${topic}`;
      const old = before.told[key];
      // Told again of what is lacking already: the wait goes on from the first time.
      const lacked = old !== undefined && lacks(turn, key, old.ctr);
      return [key, { ctr, sinceMonoMs: lacked ? old.sinceMonoMs : turn.now.monoMs }] as const;
    }),
  );
  watch(turn, { [line]: { ...before, centre, beatMonoMs: turn.now.monoMs, told } });
}

/** Judge both lines: fault rows begin and end here; health and page read the faults. */
export function closeMissed(turn: Turn): void {
  const missing = lines.flatMap((line) => (suppressed(turn, line) ? [line] : []));
  const late = lines.flatMap((line) => (beatless(turn, line) ? [line] : []));
  say(turn, 'orders-missed', missing, 'told of orders that did not come from');
  say(turn, 'heartbeat-missed', late, 'no sign of life from');
  if (!missing.includes('own') || !turn.live.linkUp || !mayTry(turn, 'ask:orders')) return;
  failTry(turn, 'ask:orders');
  turn.act({ do: 'ask', kind: 'want' });
  mayTry(turn, 'ask:orders');
}

function say(turn: Turn, fault: string, where: readonly Line[], words: string): void {
  const names = where.map((line) => turn.live.watch[line].centre ?? line);
  if (names.length > 0) raiseFault(turn, fault, `${words} ${names.join(', ')}`);
  else endFault(turn, fault);
}

function suppressed(turn: Turn, line: Line): boolean {
  const { told } = turn.live.watch[line];
  const lacking = Object.entries(told).filter(([key, { ctr }]) => lacks(turn, key, ctr));
  for (const [, { sinceMonoMs }] of lacking) turn.wakeAtMono(sinceMonoMs + ordersMissedMs);
  return lacking.some(([, { sinceMonoMs }]) => turn.now.monoMs >= sinceMonoMs + ordersMissedMs);
}

function beatless(turn: Turn, line: Line): boolean {
  const { up, upMonoMs, beatMonoMs } = turn.live.watch[line];
  // A centre that never gave a sign of life in this boot may be of a kind that gives none.
  if (!up || beatMonoMs === null) return false;
  // A line that is cut again and again must not hide that nothing signed comes over it.
  const dueMonoMs = Math.max(beatMonoMs + heartbeatMissedMs, upMonoMs + heartbeatSoonMs);
  turn.wakeAtMono(dueMonoMs);
  return turn.now.monoMs >= dueMonoMs;
}

/** `key` is `iss/epoch/g/group/word`. What was accepted in an earlier boot counts as seen. */
function lacks(turn: Turn, key: string, ctr: number): boolean {
  const word = key.endsWith('/drill') ? 'drill' : 'order';
  const space = key.slice(0, -word.length - 1);
  const kept = turn.kept.orders.counters[word === 'drill' ? `drill/${space}` : space]?.ctr ?? 0;
  return Math.max(kept, turn.live.watch.seen[key] ?? 0) < ctr;
}

function watch(turn: Turn, cells: Partial<Watch>): void {
  turn.be({ watch: { ...turn.live.watch, ...cells } });
}
