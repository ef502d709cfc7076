// Orders to come, laid ready on the boards: when one is to be seen its page is only swapped in.
import type { Order } from '../../schemas/order.ts';
import type { Turn } from './turn.ts';

/** Of those that a display holds ready the rest is left to the next bulletins. */
const readyMax = 2;

/** Accepted orders that wait for their turn go before those that lie here for a switch or a contact. */
export function closeTakeovers(turn: Turn): void {
  const boards = Object.values(turn.live.outputs).filter(({ kind, working }) => kind === 'board' && working);
  if (boards.length === 0) return;
  const orders = waiting(turn).slice(0, readyMax);
  const names = boards.flatMap(({ id }) => orders.map((one) => `${id} ${one.id}`));
  const { prepared } = turn.live;
  if (names.length === prepared.length && names.every((name, at) => name === prepared[at])) return;
  turn.be({ prepared: names });
  for (const { id: output } of boards)
    for (const { id, order } of orders)
      if (!prepared.includes(`${output} ${id}`)) turn.act({ do: 'prepare', output, order, languages: turn.settings.languages });
}

function waiting(turn: Turn): { readonly id: string; readonly order: Order }[] {
  const shown = Object.values(turn.live.outputs).flatMap(({ kind, player }) =>
    kind === 'board' && player.is !== 'idle' && player.voice.kind === 'order' ? [player.voice.order] : [],
  );
  const active = turn.kept.orders.active.filter(({ id }) => !shown.includes(id));
  const ready = turn.live.local.orders.map(({ offered }) => ({ id: offered.opened.id, order: offered.order }));
  return [...active, ...ready];
}
