// The emergency desk: orders that stand, orders that wait for officers, the form of a new one; then watch and stop.
import type { GroupAnswer, SessionAnswer } from '../../../schemas/api.ts';
import type { OrderAnswer, OrderRequestAnswer, StartAtBoxAnswer, TemplateAnswer } from '../../../schemas/order-api.ts';
import { get, send } from '../door.ts';
import { h, refresh, replace } from '../element.ts';
import { holdButton } from '../hold-button.ts';
import type { OfficerKeyHere } from '../officer-key.ts';
import { clockWords, orderTotalWords, progressWords } from '../words.ts';
import { alertsCard } from './alerts.ts';
import { mandatesCard } from './mandates.ts';
import { type OrderForm, orderForm } from './order-form.ts';
import { drawRequests, keyCard, tickLadders } from './order-requests.ts';
import { atBoxWords } from './stop-bar.ts';
import { follow, type Stage, tellProblem, tellStray } from './view.ts';

export function showEmergency(stage: Stage): () => void {
  const desk = h('div');
  const active = h('div', { class: 'list', 'aria-live': 'polite' });
  const past = h('div', { class: 'list' });
  const waiting = h('div', { class: 'list', 'aria-live': 'polite' });
  const here: Here = { key: undefined, duty: stage.session.duty, form: undefined, requests: [], atMs: 0 };
  const onShift = () => here.duty.shift !== null;
  const alerts = alertsCard(stage, (from) => here.form?.prefill(from), onShift);
  const mandates = mandatesCard(stage, () => ({ key: here.key, onShift: onShift() }));
  const problem = h('p', { class: 'problem', role: 'alert' });
  const stop = stage.may('duty', 'leader') && holdButton('Giữ 2 giây để DỪNG TẤT CẢ', () => stopAll(problem, draw));
  const now = h('section', { class: 'card emergency', hidden: true }, h('h2', {}, 'Đang có lệnh'), stop, problem, active);
  const tick = () => tickLadders(waiting, here.requests, performance.now() - here.atMs);
  const draw = async () => {
    // First: what may be answered depends on the shift.
    here.duty = (await get<SessionAnswer | undefined>('/session'))?.duty ?? here.duty;
    const [running, over, atBoxes, requests] = await Promise.all([
      get<OrderAnswer[]>('/orders?state=active'),
      get<OrderAnswer[]>('/orders?state=over&limit=12'),
      get<StartAtBoxAnswer[]>('/orders/at-boxes'),
      get<OrderRequestAnswer[]>('/order-requests'),
      alerts.draw(),
      mandates.draw(),
    ]);
    Object.assign(here, { requests, atMs: performance.now() });
    here.form?.refresh(requests.length > 0);
    drawRequests(waiting, requests, stage, here.key, onShift());
    tick();
    const end = async (order: OrderAnswer) => {
      await send('POST', `/orders/${order.id}/clear`, {}).catch((error: unknown) => tellProblem(problem, error));
      await draw();
    };
    now.hidden = running.length + atBoxes.length === 0;
    const started = atBoxes.map((one) => h('p', { class: 'card' }, atBoxWords(one)));
    refresh(active, ...running.map((order) => orderCard(order, stage, end)), ...started);
    const none = h('p', { class: 'empty' }, 'Chưa có lệnh nào.');
    refresh(past, ...(over.length > 0 ? over.map((order) => orderCard(order, stage, end)) : [none]));
  };
  replace(
    stage.content,
    h('h1', {}, 'Khẩn cấp'),
    now,
    alerts.element,
    waiting,
    stage.may('duty') ? desk : h('p', { class: 'card' }, 'Chỉ trực ban được phát lệnh khẩn cấp.'),
    mandates.element,
    readyLink(),
    h('section', { class: 'card' }, h('h2', {}, 'Các lệnh đã qua'), past),
  );
  if (stage.may('duty')) openDesk(stage, desk, here, () => void draw().catch(tellStray));
  const seconds = setInterval(tick, 1_000);
  const unfollow = follow(['order', 'duty', 'box', 'alert'], draw);
  return () => {
    clearInterval(seconds);
    unfollow();
  };
}

function readyLink(): HTMLElement {
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'h-lying' },
    h('h2', { id: 'h-lying' }, 'Lệnh đặt sẵn trong hộp'),
    h('p', { class: 'soft' }, 'Để khi mất mạng người ở cụm loa vẫn bật được lệnh đã ký.'),
    h('a', { href: '#/lenh-san' }, 'Xem và đặt sẵn lệnh'),
  );
}

/** What this page knows now. */
interface Here {
  /** The key of this browser, once it is known and trusted. */
  key: OfficerKeyHere | undefined;
  duty: SessionAnswer['duty'];
  form: OrderForm | undefined;
  requests: readonly OrderRequestAnswer[];
  /** When they were answered, by the page's own clock. */
  atMs: number;
}

function openDesk(stage: Stage, desk: HTMLElement, here: Here, draw: () => void): void {
  void Promise.all([get<TemplateAnswer[]>('/templates'), get<GroupAnswer[]>('/groups')]).then(([templates, groups]) => {
    const { demo } = stage.session;
    here.form = orderForm({ templates, groups, demo, key: () => here.key, duty: () => here.duty, onSent: draw });
    replace(desk, here.form.element);
  });
  if (stage.session.demo) return;
  const trusted = (key: OfficerKeyHere) => {
    here.key = key;
    draw();
  };
  desk.after(keyCard(stage, trusted));
}

async function stopAll(problem: HTMLElement, draw: () => Promise<void>): Promise<void> {
  await send('POST', '/orders/stop-all', {}).catch((error: unknown) => tellProblem(problem, error));
  await draw();
}

function orderCard(order: OrderAnswer, stage: Stage, end: (order: OrderAnswer) => Promise<void>): HTMLElement {
  const words = order.state === 'active' ? 'Đang hiệu lực' : order.state === 'cleared' ? 'Đã kết thúc' : 'Hết hạn';
  const all = Object.values(order.counts).reduce((sum, count) => sum + count, 0);
  const troubled = order.progress.filter(({ state }) => troubleStates.includes(state));
  const others = order.progress.filter(({ state }) => !troubleStates.includes(state));
  const unlisted = all - order.progress.length;
  return h(
    'article',
    { class: 'card' },
    h(
      'div',
      { class: 'row spread' },
      h('h3', {}, `${order.class === 'exercise' ? 'DIỄN TẬP · ' : ''}${order.title}`),
      h('span', { class: `pill ${order.state === 'active' ? 'silent' : ''}` }, words),
    ),
    h('p', { class: 'soft' }, `${clockWords(order.issuedMs)} · ${order.issuedBy} · ${all} hộp`),
    order.authority === 'breakGlass' && h('p', { class: 'glass-mark' }, `PHÁ KÍNH: ${order.reason ?? ''}`),
    order.overdue &&
      h(
        'p',
        { class: 'problem', role: 'status' },
        `Vẫn hiện trên ${order.overdue.boards} bảng tin, quá thời gian dự kiến từ ${clockWords(order.overdue.sinceMs)}. Còn cần không? Nếu không, hãy kết thúc lệnh.`,
      ),
    totals(order.counts),
    troubled.length > 0 && boxLines(troubled),
    others.length > 0 &&
      (all <= fewBoxes ? boxLines(others) : h('details', {}, h('summary', {}, `${others.length} hộp khác`), boxLines(others))),
    unlisted > 0 && h('p', { class: 'soft' }, `và ${unlisted} hộp nữa`),
    order.state === 'active' && stage.may('duty', 'leader') && h('button', { onclick: () => void end(order) }, 'Kết thúc lệnh'),
    order.correctable && stage.may('duty', 'leader') && correction(order),
  );
}

/** Signed beforehand: says that the order was wrong, and ends it where it still stands. */
function correction(order: OrderAnswer): HTMLElement {
  const problem = h('p', { class: 'problem', role: 'alert' });
  const give = () => send<void>('POST', `/orders/${order.id}/correct`, {}).catch((error: unknown) => tellProblem(problem, error));
  return h('div', {}, holdButton('Giữ 2 giây để ĐÍNH CHÍNH', give), problem);
}

/** So few boxes are all shown at once. */
const fewBoxes = 8;
const troubleStates: readonly string[] = ['unanswered', 'failed', 'refused', 'held', 'offline'];
const redTotals: readonly string[] = ['unanswered', 'failed', 'refused'];

/** How many boxes are how far; what needs a person comes first, and in red. */
function totals(counts: OrderAnswer['counts']): HTMLElement {
  const shown = Object.entries(orderTotalWords).filter(([name]) => counts[name as keyof typeof counts] > 0);
  return h(
    'p',
    { class: 'row' },
    ...shown.map(([name, words]) =>
      h(
        'span',
        { class: `pill ${redTotals.includes(name) ? 'silent' : name === 'offline' ? 'unknown' : ''}` },
        `${counts[name as keyof typeof counts]} ${words}`,
      ),
    ),
  );
}

function boxLines(lines: OrderAnswer['progress']): HTMLElement {
  return h(
    'ul',
    {},
    ...lines.map((one) =>
      h('li', {}, `${one.boxName ?? one.box}: ${progressWords[one.state] ?? one.state}${one.detail ? ` (${one.detail})` : ''}`),
    ),
  );
}
