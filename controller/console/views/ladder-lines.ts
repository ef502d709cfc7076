// The ladder of a waiting order, live: who was called, who answered, who is next and when; and breaking the glass once it is offered.

import type { LadderAnswer } from '../../../schemas/duty.ts';
import type { OrderRequestAnswer } from '../../../schemas/order-api.ts';
import { get, send } from '../door.ts';
import { field, h, refresh } from '../element.ts';
import { holdButton } from '../hold-button.ts';
import type { OfficerKeyHere } from '../officer-key.ts';
import { clockWords } from '../words.ts';
import { pinInput } from './shift-card.ts';
import { tellProblem } from './view.ts';

/** Draw into `target` what the ladder is doing; `sinceMs` is how long ago the answer came. */
export function drawLadder(target: HTMLElement, { rung, next, offer, nowMs }: LadderAnswer, sinceMs: number): void {
  const last = rung.at(-1);
  const leftS = next ? Math.max(0, Math.ceil((next.atMs - nowMs - sinceMs) / 1000)) : 0;
  const calling = last && rung.filter(({ atMs, answeredMs }) => atMs === last.atMs && answeredMs === null).map(({ title }) => title);
  const then = next ? `còn ${leftS} giây → ${next.people.join(', ')}` : 'không còn ai để gọi';
  const words =
    calling && calling.length > 0 ? `Đang gọi ${calling.join(', ')}, ${then}` : `${last ? 'Đã có người nhận' : 'Chưa gọi ai'}, ${then}`;
  refresh(
    target,
    h('p', { class: 'calling' }, h('strong', {}, words)),
    h(
      'ul',
      {},
      ...rung.map(({ title, atMs, seenMs, answeredMs }) =>
        h(
          'li',
          {},
          `${clockWords(atMs)} ${title}: `,
          answeredMs !== null
            ? `nhận lúc ${clockWords(answeredMs)}`
            : seenMs !== null
              ? `đã xem lúc ${clockWords(seenMs)}`
              : 'chưa trả lời',
        ),
      ),
    ),
    ...(offer ? [h('p', { class: 'soft' }, 'Đã đủ điều kiện phá kính.')] : []),
  );
}

export type GiveSigned = (
  key: OfficerKeyHere,
  wish: {
    readonly template: string;
    readonly groups: readonly string[];
    readonly breakGlass: boolean;
    readonly reason: string;
    readonly instead: string;
  },
  pin: string,
) => Promise<boolean>;

/** One officer alone: its own colour, a reason in words, the PIN, two seconds. */
export function glassForm(request: OrderRequestAnswer, key: OfficerKeyHere, give: GiveSigned): HTMLElement {
  const reason = h('textarea', { name: 'reason', rows: 2, maxlength: 300, required: true });
  const pin = pinInput('glass-pin', true, 'off');
  const problem = h('p', { class: 'problem', role: 'alert' });
  const act = async () => {
    problem.textContent = '';
    const wish = { template: request.template, groups: request.groups, breakGlass: true, reason: reason.value, instead: request.id };
    try {
      await give(key, wish, pin.value);
    } catch (error) {
      pin.value = '';
      // A break-glass order that was prepared and not signed is of no use to anybody.
      await dropUnsigned(request.id);
      tellProblem(problem, error);
    }
  };
  return h(
    'section',
    { class: 'glass', 'aria-label': 'Phá kính' },
    h('h3', {}, 'PHÁ KÍNH – một mình chịu trách nhiệm'),
    h('p', {}, 'Không có người xác nhận thứ hai. Lệnh ngắn, được ghi lại và báo ngay cho lãnh đạo.'),
    field('Lý do', reason),
    field('Mã PIN ca trực', pin),
    problem,
    holdButton('Giữ 2 giây để PHÁ KÍNH và PHÁT LỆNH', act),
  );
}

async function dropUnsigned(instead: string): Promise<void> {
  const waiting = await get<OrderRequestAnswer[]>('/order-requests');
  for (const { id } of waiting.filter((one) => one.instead === instead && one.approvedBy.length === 0))
    await send('DELETE', `/order-requests/${id}`);
}
