// Rows of proof: showings of one occurrence are gathered by page and told together, each hour and when it is over.
import { type ShowingEnd, type ShowingEvidence, type ShowingLine, showingLinesMax } from '../../schemas/showing-row.ts';
import { hourMs } from './limits.ts';
import type { OpenShowing, ShownThing, Tally } from './model.ts';
import { underWay } from './plays.ts';
import type { Turn } from './turn.ts';

/** Tallies at most; the oldest is told before its time. */
const talliesMax = 8;
const evidences: readonly ShowingEvidence[] = ['scheduled', 'rendered', 'seen'];

export function addToTally(turn: Turn, one: OpenShowing, end: ShowingEnd): void {
  const line = lineOf(one, end);
  const { tallies } = turn.kept.screens;
  const same = tallies.filter((tally) => tally.output === one.output && tally.of.occurrence === one.of.occurrence && sameHour(tally, one));
  const found = same.find(({ lines }) => hasPage(lines, line)) ?? same.find(({ lines }) => lines.length < showingLinesMax);
  const fresh: Tally = { output: one.output, of: nameOf(one.of), fromMs: one.fromMs, untilMs: one.untilMs, lines: [] };
  const { fromMs, untilMs, lines, ...name } = found ?? fresh;
  const tally = { ...name, fromMs: Math.min(fromMs, one.fromMs), untilMs: Math.max(untilMs, one.untilMs), lines: withLine(lines, line) };
  keep(turn, [...tallies.filter((other) => other !== found), tally]);
  const [oldest] = turn.kept.screens.tallies;
  if (oldest && turn.kept.screens.tallies.length > talliesMax) write(turn, oldest);
}

/** Tell what is complete: its hour is over, or nothing more of it will come. */
export function closeTallies(turn: Turn): void {
  const { wallMs } = turn.now;
  for (const tally of turn.kept.screens.tallies) {
    const hourEndMs = (Math.floor(tally.fromMs / hourMs) + 1) * hourMs;
    if (lastOfHour(turn, tally, hourEndMs)) {
      turn.wakeAtWall(hourEndMs);
      continue;
    }
    if (wallMs >= hourEndMs || wallMs < tally.fromMs - hourMs || !goesOn(turn, tally)) write(turn, tally);
    else turn.wakeAtWall(hourEndMs);
  }
}

/** A page that began within the hour is still on: it belongs into the same row. */
function lastOfHour(turn: Turn, { output, of }: Tally, hourEndMs: number): boolean {
  return turn.kept.screens.open.some(
    (one) => one.output === output && one.of.occurrence === of.occurrence && one.paintedMs !== null && one.fromMs < hourEndMs,
  );
}

/** Those of the last boot, with what was open when the power went. */
export function writeAllTallies(turn: Turn): void {
  for (const tally of turn.kept.screens.tallies) write(turn, tally);
}

function goesOn(turn: Turn, { output, of }: Tally): boolean {
  if (turn.kept.screens.open.some((one) => one.output === output && one.of.occurrence === of.occurrence)) return true;
  if (of.what === 'order') return turn.kept.orders.active.some(({ id }) => `${id}@${output}` === of.occurrence);
  return underWay(turn, { id: of.occurrence, output });
}

function write(turn: Turn, tally: Tally): void {
  const { screens } = turn.kept;
  turn.keep({ screens: { ...screens, serial: screens.serial + 1, tallies: screens.tallies.filter((one) => one !== tally) } });
  const { output, of, fromMs, untilMs, lines } = tally;
  turn.tell({
    kind: 'showing',
    showing: {
      id: `${turn.live.boot}.${screens.serial}`,
      output,
      ...of,
      plannedFromMs: Math.max(0, Math.round(fromMs)),
      plannedUntilMs: Math.max(0, Math.round(untilMs)),
      lines: [...lines],
    },
  });
}

function keep(turn: Turn, tallies: readonly Tally[]): void {
  turn.keep({ screens: { ...turn.kept.screens, tallies } });
}

function sameHour({ fromMs }: Tally, one: OpenShowing): boolean {
  return Math.floor(fromMs / hourMs) === Math.floor(one.fromMs / hourMs);
}

function hasPage(lines: readonly ShowingLine[], line: ShowingLine): boolean {
  return lines.some((one) => isSame(one, line));
}

/** One showing as a line of its own. Time that something above it or a blanking took was not its own. */
export function lineOf(one: OpenShowing, end: ShowingEnd): ShowingLine {
  const { paintedMs, markedMs, fromMs, untilMs, darkMs, frames } = one;
  const cut = one.of.what === 'order' || end === 'preempted' || end === 'withdrawn' || end === 'replaced';
  const plannedMs = Math.round(Math.max(0, (cut ? Math.min(untilMs, Math.max(fromMs, markedMs)) : untilMs) - fromMs - darkMs));
  const shownMs = paintedMs === null ? 0 : Math.round(one.shownMs);
  const evidence = paintedMs === null ? 'scheduled' : frames !== null && frames > 0 && shownMs > 0 ? 'seen' : 'rendered';
  return {
    ...(one.of.what === 'bulletin' ? { sha256: one.of.sha256 } : {}),
    times: 1,
    plannedMs,
    shownMs,
    ...(darkMs > 0 ? { darkMs: Math.round(darkMs) } : {}),
    ...(paintedMs === null ? {} : { firstMs: paintedMs, lastMs: Math.max(paintedMs, markedMs) }),
    frames: paintedMs === null ? measuredFailure(end) : frames,
    ends: { [end]: 1 },
    evidence,
    compliance: null,
  };
}

/** A page that is known not to have been painted has no frames; of one that the power took nothing is known. */
function measuredFailure(end: ShowingEnd): number | null {
  return end === 'unknown' ? null : 0;
}

function withLine(lines: readonly ShowingLine[], line: ShowingLine): ShowingLine[] {
  const at = lines.findIndex((one) => isSame(one, line));
  const before = lines[at];
  if (!before) return [...lines, judged(line)];
  return lines.map((one, index) => (index === at ? judged(sum(before, line)) : one));
}

/** What was measured and what was not stand apart: one blind moment does not take the hour. */
function isSame(a: ShowingLine, b: ShowingLine): boolean {
  return a.sha256 === b.sha256 && (a.frames === null) === (b.frames === null);
}

function sum(a: ShowingLine, b: ShowingLine): ShowingLine {
  const ends: Record<string, number | undefined> = { ...a.ends };
  for (const [end, times] of Object.entries(b.ends)) ends[end] = (ends[end] ?? 0) + (times ?? 0);
  const darkMs = (a.darkMs ?? 0) + (b.darkMs ?? 0);
  const firstMs = a.firstMs ?? b.firstMs;
  const lastMs = b.lastMs ?? a.lastMs;
  return {
    ...(a.sha256 === undefined ? {} : { sha256: a.sha256 }),
    times: a.times + b.times,
    plannedMs: a.plannedMs + b.plannedMs,
    shownMs: a.shownMs + b.shownMs,
    ...(darkMs > 0 ? { darkMs } : {}),
    ...(firstMs === undefined ? {} : { firstMs }),
    ...(lastMs === undefined ? {} : { lastMs }),
    frames: a.frames === null || b.frames === null ? null : a.frames + b.frames,
    ends,
    evidence: evidences[Math.min(evidences.indexOf(a.evidence), evidences.indexOf(b.evidence))] ?? 'scheduled',
    compliance: null,
  };
}

/** Shown of planned; null where nothing was measured or nothing planned. */
function judged(line: ShowingLine): ShowingLine {
  const measurable = line.frames !== null && line.plannedMs > 0;
  return { ...line, compliance: measurable ? Math.min(1, Math.round((line.shownMs / line.plannedMs) * 1_000) / 1_000) : null };
}

function nameOf(of: ShownThing): Tally['of'] {
  if (of.what === 'order') return { what: 'order', occurrence: of.occurrence };
  const { what, occurrence, schedule, programme } = of;
  return { what, occurrence, schedule, programme };
}
