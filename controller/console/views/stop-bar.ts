// On every other page too: an order sounds, and it can be stopped from here.
import type { OrderAnswer } from '../../../schemas/order-api.ts';
import { get, send } from '../door.ts';
import { h } from '../element.ts';
import { holdButton } from '../hold-button.ts';
import { follow, type Stage, tellProblem } from './view.ts';

/** A bar under the header while an order stands; stops following when `leave` is called. */
export function stopBar(stage: Stage): { readonly element: HTMLElement; leave(): void } {
  const words = h('a', { href: '#/khan-cap', class: 'stop-words' });
  const problem = h('span', { class: 'problem', role: 'alert' });
  const stop = async () => {
    await send('POST', '/orders/stop-all', {}).catch((error: unknown) => tellProblem(problem, error));
    await draw();
  };
  const element = h(
    'div',
    { class: 'stop-bar', role: 'status', hidden: true },
    words,
    holdButton('Giữ 2 giây để DỪNG TẤT CẢ', stop),
    problem,
  );
  const draw = async () => {
    const standing = (await get<OrderAnswer[]>('/orders')).filter(({ state }) => state === 'active');
    element.hidden = standing.length === 0;
    words.textContent = `Đang có ${standing.length} lệnh: ${standing.map(({ title }) => title).join(', ')}`;
  };
  return { element, leave: stage.may('duty', 'leader') ? follow(['order'], draw) : () => {} };
}
