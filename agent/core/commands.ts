// Commands, clears, and the mute by hand.

import type { Command } from '../../schemas/command.ts';
import type { Clear } from '../../schemas/order.ts';
import { answer } from './answer.ts';
import { endOrder, latch } from './emergency.ts';
import { clockToleranceMs, commandsRememberedMax } from './limits.ts';
import { orderSeen } from './missed-orders.ts';
import type { OpenedMeta, UnsureOrder } from './model.ts';
import { covers } from './ranks.ts';
import { firstRefusal } from './refusals.ts';
import { counterKey, orderCounterKey } from './rules.ts';
import { blankBoards, takePicture } from './screens.ts';
import { askTone } from './tones.ts';
import type { Turn } from './turn.ts';

export function offerCommand(turn: Turn, opened: OpenedMeta, command: Command) {
  const { counters } = turn.kept;
  if (counters.commands.some(({ id }) => id === opened.id)) return;
  const key = `command/${counterKey(opened)}`;
  const seen = counters.seen[key] ?? 0;
  const refuse = (code: string, detail: string) => {
    if (firstRefusal(turn, `${opened.digest}/${code}`)) answer(turn, opened.id, 'refused', `${code}: ${detail}`);
  };
  if (opened.ctr <= seen) return refuse('replayed', `counter ${opened.ctr}, ${seen} was accepted`);
  if (!turn.timeKnown) return refuse('no-time', 'a command needs trusted time');
  const { wallMs } = turn.now;
  if (wallMs >= opened.exp) return refuse('expired', `ended at ${opened.exp}`);
  if (opened.nbf > wallMs + clockToleranceMs) return refuse('not-yet', `valid from ${opened.nbf}`);
  const remembered = counters.commands.filter(({ untilMs }) => untilMs > wallMs).slice(-commandsRememberedMax + 1);
  turn.keep({
    counters: {
      ...counters,
      seen: { ...counters.seen, [key]: opened.ctr },
      commands: [...remembered, { id: opened.id, untilMs: opened.exp }],
    },
  });
  turn.urgent();
  obey(turn, opened.id, command);
}

function obey(turn: Turn, id: string, command: Command) {
  switch (command.do) {
    case 'tone': {
      const why = askTone(turn, { output: command.output, id, durationMs: command.durationMs, command: id, held: false });
      if (why !== null) answer(turn, id, 'refused', why);
      return;
    }
    case 'report':
      turn.be({ told: { report: '', presence: '', clock: null }, reportAtMonoMs: null });
      return answer(turn, id, 'done', '');
    case 'new-epoch':
      turn.act({ do: 'newEpoch' });
      return answer(turn, id, 'done', '');
    case 'decommission':
      // Kept before it is done: whoever gave it is told once, and a power cut must not leave the box in service.
      turn.keep({ retiring: true });
      turn.act({ do: 'retire' });
      return answer(turn, id, 'done', '');
    case 'blank':
      return blankBoards(turn, id, command);
    case 'screenshot':
      return takePicture(turn, id);
    default:
      command satisfies never;
  }
}

export function muteHere(turn: Turn, muted: boolean, by = ''): void {
  if (turn.kept.muted === muted) return;
  turn.keep({ muted });
  turn.tell({ kind: 'act', act: muted ? 'mute' : 'unmute', detail: by.slice(0, 200) });
  turn.urgent();
}

/** End orders by id: those of the clear's own level and below. Ids not seen yet are latched for orders it covers. */
export function offerClear(turn: Turn, opened: OpenedMeta, clear: Clear) {
  orderSeen(turn, opened, 'order');
  const key = counterKey(opened);
  const last = turn.kept.orders.counters[key];
  if (last && opened.ctr <= last.ctr) return;
  if (turn.timeKnown && turn.now.wallMs >= opened.exp) {
    if (firstRefusal(turn, `${opened.digest}/expired`)) answer(turn, opened.id, 'refused', `expired: ended at ${opened.exp}`);
    return;
  }
  const { ctr, digest } = opened;
  // While an older order waits for the time its counter must stay free: it comes again after a restart. A clear may repeat.
  const waits = ({ opened: other, order }: UnsureOrder) =>
    orderCounterKey(other, order) === key && other.ctr < ctr && !clear.ids.includes(other.id);
  const older = turn.live.unsure.some(waits);
  if (older && !firstRefusal(turn, `${digest}/clear`)) return;
  if (!older) turn.keep({ orders: { ...turn.kept.orders, counters: { ...turn.kept.orders.counters, [key]: { ctr, digest } } } });
  const above: string[] = [];
  for (const id of clear.ids) {
    const active = turn.kept.orders.active.find((one) => one.id === id);
    if (active && covers(clear.level, active.order.level)) endOrder(turn, active, 'cleared');
    else if (active) above.push(id);
    else if (!turn.kept.orders.latched.some((one) => one.id === id && one.level === undefined))
      latch(turn, { id, untilMs: opened.exp, level: clear.level });
  }
  turn.be({ unsure: turn.live.unsure.filter((one) => !(clear.ids.includes(one.opened.id) && covers(clear.level, one.order.level))) });
  if (above.length > 0) answer(turn, opened.id, 'refused', `not-allowed: ${above.join(', ')} of a higher level than ${clear.level}`);
  else answer(turn, opened.id, 'done', clear.reason);
  turn.urgent();
}
