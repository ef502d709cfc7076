// From an offered want to the plan that rules: counters, loading, and what a change means for plays under way.
import type { Problem } from '../../schemas/problems.ts';
import { problemKinds } from '../../schemas/problems.ts';
import type { Plan, Want } from '../../schemas/want.ts';
import { agendaOf, unsettled } from './agenda.ts';
import { settle } from './ledger.ts';
import { clearTries, failTry, mayTry } from './media.ts';
import type { Event, Occurrence, OpenedMeta } from './model.ts';
import { latestStartMs, underWay } from './plays.ts';
import { firstRefusal } from './refusals.ts';
import { ruling, rulingRev } from './ruling.ts';
import { wantApplied } from './trial.ts';
import type { Turn } from './turn.ts';

/** A signed want arrived: newer ones are kept until all their parts are here. */
export function offerWant(turn: Turn, opened: OpenedMeta, want: Want) {
  const refuse = (problem: Problem) => {
    turn.be({ wantProblem: problem });
    if (firstRefusal(turn, `${opened.digest}/${problem.code}`)) turn.tell({ kind: 'want', rev: want.rev, state: 'refused', problem });
  };
  const { applied, offered } = turn.kept.want;
  const key = `want/${opened.iss}/${opened.epoch}/${opened.aud}`;
  const seen = turn.kept.counters.seen[key] ?? 0;
  // The first of a new epoch: revisions that a thief ran up in the old one count no more (DESIGN §4).
  const anew = seen === 0 && Object.keys(turn.kept.counters.seen).some((one) => one.startsWith('want/'));
  if (opened.ctr === seen || (!anew && (want.rev === offered?.rev || want.rev === applied?.rev))) return;
  if (opened.ctr < seen) return refuse({ code: 'replayed', path: '/ctr', detail: `counter ${opened.ctr}, ${seen} was accepted` });
  const newest = anew ? 0 : Math.max(applied?.rev ?? 0, offered?.rev ?? 0);
  if (want.rev < newest) return refuse({ code: 'replayed', path: '/body/rev', detail: `revision ${want.rev}, ${newest} is here` });
  if (turn.timeKnown && opened.exp < turn.now.wallMs) return refuse({ code: 'expired', path: '/exp', detail: `expired at ${opened.exp}` });
  turn.keep({
    want: { ...turn.kept.want, offered: want },
    counters: { ...turn.kept.counters, seen: { ...turn.kept.counters.seen, [key]: opened.ctr } },
  });
  turn.be({ wantProblem: null });
}

/**
 * Load what is wanted next. A new want follows only once the old plan's plays are settled and the time is known,
 * since from when it rules is part of what it means; a first want may come before the time.
 */
export function closePlan(turn: Turn) {
  const { applied, offered } = turn.kept.want;
  const { plan, loading } = turn.live;
  if (loading) return;
  if (applied && plan?.rev !== applied.rev && complete(turn, applied)) return load(turn, applied);
  if (!offered || !complete(turn, offered)) return;
  if (!applied) return load(turn, offered);
  if (!turn.timeKnown || (plan && backlog(turn))) return;
  if (plan?.rev === applied.rev || !complete(turn, applied)) load(turn, offered);
}

function load(turn: Turn, want: Want): void {
  if (!mayTry(turn, `plan:${want.rev}`)) return;
  const attempt = turn.attempt();
  turn.be({ loading: { attempt, rev: want.rev } });
  turn.act({ do: 'loadPlan', attempt, want });
}

function complete(turn: Turn, want: Want): boolean {
  return want.parts.every((part) => turn.live.cache.has.has(part.sha256));
}

/** Plays that are past and neither under way nor able to begin: the receipts rule has yet to settle them. */
function backlog(turn: Turn): boolean {
  const { wallMs } = turn.now;
  return unsettled(turn, wallMs).some((one) => !underWay(turn, one) && (one.refused !== null || latestStartMs(turn, one) < wallMs));
}

export function planLoaded(turn: Turn, event: Event & { is: 'planLoaded' }) {
  const { loading } = turn.live;
  if (loading?.attempt !== event.attempt) return;
  turn.be({ loading: null });
  clearTries(turn, `plan:${loading.rev}`);
  const { applied, offered } = turn.kept.want;
  // In a new epoch another want may bear the same revision; then the applied one is loaded already, and this is the other.
  const isApplied = event.plan.rev === applied?.rev && (offered?.rev !== applied.rev || turn.live.plan?.rev !== applied.rev);
  if (isApplied) return turn.be({ plan: event.plan, agenda: null, wantProblem: null });
  if (!offered || offered.rev !== event.plan.rev) return;
  if (applied && !turn.timeKnown) return;
  if (turn.timeKnown && turn.live.agenda) passOver(turn, event.plan);
  else turn.be({ agenda: null });
  turn.keep({ want: { applied: offered, appliedAtMs: turn.timeKnown ? turn.now.wallMs : 0, offered: null } });
  turn.be({ plan: event.plan, wantProblem: null });
  turn.tell({ kind: 'want', rev: offered.rev, state: 'applied' });
  wantApplied(turn, applied, offered);
  turn.urgent();
}

/**
 * What began under the old plan and stands in the new one goes on; what does not is withdrawn. What the new plan
 * would have begun before now was never planned: it is passed over without a receipt.
 */
export function passOver(turn: Turn, plan: Plan): void {
  const { wallMs } = turn.now;
  const { ledger } = turn.kept;
  const { bulletins } = turn.kept;
  const agenda = agendaOf(ruling(plan, bulletins), ledger.settledToMs, wallMs, rulingRev(plan, bulletins));
  const begun = new Map<string, Occurrence>(unsettled(turn, wallMs - 1).map((one) => [one.id, one]));
  const past = agenda.occurrences.filter((one) => one.startMs < wallMs);
  // What lasts and is not over is joined.
  const running = ({ lastsMs, endMs }: Occurrence) => lastsMs !== undefined && endMs > wallMs;
  const passedOver = past.filter((one) => !begun.has(one.id) && !running(one) && !turn.rules.settled(ledger, one)).map((one) => one.id);
  for (const one of past) begun.delete(one.id);
  for (const one of begun.values()) if (!underWay(turn, one)) settle(turn, one, { outcome: 'withdrawn', reason: 'withdrawn' });
  if (passedOver.length > 0) turn.keep({ ledger: { ...turn.kept.ledger, settled: [...turn.kept.ledger.settled, ...passedOver] } });
  turn.be({ agenda });
}

export function planRefused(turn: Turn, event: Event & { is: 'planRefused' }): void {
  const { loading } = turn.live;
  if (loading?.attempt !== event.attempt) return;
  turn.be({ loading: null, wantProblem: event.problem });
  const { applied, offered } = turn.kept.want;
  if (problemKinds[event.problem.code].retryable) {
    // The cache is not what it was thought to be: fetch the parts again, ever more slowly.
    failTry(turn, `plan:${loading.rev}`);
    const want = [applied, offered].find((one) => one?.rev === loading.rev);
    const has = new Map(turn.live.cache.has);
    for (const part of want?.parts ?? []) has.delete(part.sha256);
    turn.be({ cache: { ...turn.live.cache, has } });
    return;
  }
  failTry(turn, `plan:${loading.rev}`);
  if (offered?.rev !== loading.rev) return;
  turn.keep({ want: { ...turn.kept.want, offered: null } });
  turn.tell({ kind: 'want', rev: offered.rev, state: 'refused', problem: event.problem });
}
