// On every other page too: an order sounds, and it can be stopped from here.
import type { OrderAnswer, StartAtBoxAnswer } from '../../../schemas/order-api.ts';
import { get, send } from '../door.ts';
import { h } from '../element.ts';
import { holdButton } from '../hold-button.ts';
import { follow, type Stage, tellProblem } from './view.ts';

export function atBoxWords({ title, boxName }: StartAtBoxAnswer): string {
  return `${title} (bật tại ${boxName})`;
}

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
    const [orders, atBoxes] = await Promise.all([get<OrderAnswer[]>('/orders?state=active'), get<StartAtBoxAnswer[]>('/orders/at-boxes')]);
    const titles = [...orders.map(({ title }) => title), ...atBoxes.map(atBoxWords)];
    element.hidden = titles.length === 0;
    words.textContent = `Đang có ${titles.length} lệnh: ${titles.join(', ')}`;
  };
  return { element, leave: stage.may('duty', 'leader') ? follow(['order'], draw) : () => {} };
}
