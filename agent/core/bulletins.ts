// Which bulletins the boards show: those of the plan once all their files are here, until then those that ran before it.
import { filesOf, type Item } from '../../schemas/programme.ts';
import type { Plan } from '../../schemas/want.ts';
import { agendaOf } from './agenda.ts';
import { endFault, raiseFault } from './faults.ts';
import { bulletinsPatienceMs } from './limits.ts';
import { passOver } from './plans.ts';
import { bulletinsOf, hasBoard } from './ruling.ts';
import type { Turn } from './turn.ts';

/** Activate the plan's bulletins when nothing of them is missing. Boxes without a board know none of this. */
export function closeBulletins(turn: Turn) {
  const { plan } = turn.live;
  const { bulletins } = turn.kept;
  if (!plan || !turn.live.agenda || !hasBoard(plan) || bulletins?.rev === plan.rev) return still(turn);
  const items = neededItems(turn, plan);
  const lacking = items.flatMap(filesOf).filter(({ sha256 }) => !turn.live.cache.has.has(sha256));
  if (lacking.length > 0 || !turn.live.cache.known) return wait(turn, plan, lacking.length);
  turn.keep({ bulletins: { ...bulletinsOf(plan), sinceMs: turn.now.wallMs } });
  turn.urgent();
  // The first ones ruled as they came: each waited for its own files.
  if (bulletins) passOver(turn, plan);
  still(turn);
}

function still(turn: Turn): void {
  if (turn.live.pending) turn.be({ pending: null });
  endFault(turn, 'bulletins');
}

function wait(turn: Turn, plan: Plan, lacking: number): void {
  const sinceMonoMs = turn.live.pending?.sinceMonoMs ?? turn.now.monoMs;
  turn.wakeAtMono(sinceMonoMs + bulletinsPatienceMs);
  if (turn.now.monoMs >= sinceMonoMs + bulletinsPatienceMs)
    raiseFault(turn, 'bulletins', `revision ${plan.rev} waits for ${lacking} files`);
}

/** Pages that the plan shows in the days ahead; worked out once for each agenda. */
function neededItems(turn: Turn, plan: Plan): readonly Item[] {
  const { pending, agenda } = turn.live;
  if (pending && pending.rev === plan.rev && pending.agenda === agenda) return pending.items;
  const { settledToMs } = turn.kept.ledger;
  const items = agendaOf(plan, settledToMs, turn.now.wallMs).items.filter(({ type }) => type === 'text/html');
  const sinceMonoMs = pending?.rev === plan.rev ? pending.sinceMonoMs : turn.now.monoMs;
  turn.be({ pending: { rev: plan.rev, agenda, items, sinceMonoMs } });
  return items;
}
