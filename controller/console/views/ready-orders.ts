// Orders that lie ready in boxes (Lệnh đặt sẵn): what waits for signatures, what lies where as the boxes say, taking back, laying new ones.
import type { BoxAnswer, SessionAnswer } from '../../../schemas/api.ts';
import type { TemplateAnswer } from '../../../schemas/order-api.ts';
import { problemKinds } from '../../../schemas/problems.ts';
import type { ReadyBoxAnswer, ReadyOrderAnswer, ReadyState } from '../../../schemas/ready-orders.ts';
import { get, getAll, send } from '../door.ts';
import { field, h, refresh, replace } from '../element.ts';
import { holdButton } from '../hold-button.ts';
import type { OfficerKeyHere } from '../officer-key.ts';
import { clockWords } from '../words.ts';
import { keyCard } from './order-requests.ts';
import { type ReadyForm, readyForm, signReady } from './ready-form.ts';
import { pinInput } from './shift-card.ts';
import { follow, type Stage, tellProblem, tellStray } from './view.ts';

const dateWords = new Intl.DateTimeFormat('vi-VN', { dateStyle: 'long', timeZone: 'Asia/Ho_Chi_Minh' });
const minuteMs = 60_000;

const stateWords: Readonly<Record<ReadyState, { readonly words: string; readonly pill: string }>> = {
  waiting: { words: 'Chờ chữ ký', pill: 'degraded' },
  sent: { words: 'Đã gửi, chờ hộp nhận', pill: 'unknown' },
  ready: { words: 'Nằm sẵn trong hộp', pill: 'ok' },
  refused: { words: 'Hộp từ chối', pill: 'silent' },
  expired: { words: 'Hết hạn', pill: 'missed' },
  leaving: { words: 'Đã rút, hộp chưa nhận được tin', pill: 'degraded' },
};

/** What this page knows now. */
interface Here {
  key: OfficerKeyHere | undefined;
  duty: SessionAnswer['duty'];
  form: ReadyForm | undefined;
}

export function showReadyOrders(stage: Stage): () => void {
  const here: Here = { key: undefined, duty: stage.session.duty, form: undefined };
  const [list, desk] = [h('div', { class: 'list', 'aria-live': 'polite' }), h('div')];
  const draw = async () => {
    const [orders, session] = await Promise.all([get<ReadyOrderAnswer[]>('/ready-orders'), get<SessionAnswer | undefined>('/session')]);
    here.duty = session?.duty ?? here.duty;
    here.form?.refresh();
    const known = new Map([...list.children].map((card) => [(card as HTMLElement).dataset['state'], card as HTMLElement]));
    // A card in which somebody types stays.
    const cards = orders.map((order) => known.get(markOf(order, here)) ?? orderCard(order, stage, here, draw));
    refresh(list, ...(cards.length > 0 ? cards : [h('p', { class: 'empty' }, 'Chưa có lệnh nào nằm sẵn.')]));
  };
  replace(
    stage.content,
    h('h1', {}, 'Lệnh đặt sẵn trong hộp'),
    h(
      'p',
      {},
      'Khi mất mạng, người ở cụm loa vẫn bật được lệnh nằm sẵn: đúng những câu trực ban đã ký, trên trang của hộp bằng mã PIN hoặc bằng khóa vặn. ',
      h('a', { href: '#/khan-cap' }, 'Về trang Khẩn cấp'),
    ),
    h('section', { class: 'card', 'aria-labelledby': 'h-ready' }, h('h2', { id: 'h-ready' }, 'Đang nằm ở đâu'), list),
    stage.may('duty') ? desk : h('p', { class: 'card' }, 'Chỉ trực ban được đặt sẵn lệnh.'),
  );
  if (stage.may('duty')) openDesk(stage, desk, here, () => void draw().catch(tellStray));
  return follow(['order', 'duty', 'box'], draw);
}

function openDesk(stage: Stage, desk: HTMLElement, here: Here, draw: () => void): void {
  void Promise.all([get<TemplateAnswer[]>('/templates'), getAll<BoxAnswer>('/boxes?limit=1000')]).then(([templates, boxes]) => {
    here.form = readyForm({ stage, templates, boxes, key: () => here.key, duty: () => here.duty, onSent: draw });
    replace(desk, here.form.element);
  });
  if (stage.session.demo) return;
  const trusted = (key: OfficerKeyHere) => {
    here.key = key;
    draw();
  };
  desk.after(keyCard(stage, trusted));
}

/** Another mark, another card. */
function markOf({ id, boxes, signedBy, waiting }: ReadyOrderAnswer, { key, duty }: Here): string {
  const able = waiting ? [key ? 'key' : '', duty.shift ? 'shift' : ''] : [];
  return [id, signedBy.length, ...boxes.map(({ box, state, code }) => `${box}=${state}${code ?? ''}`), ...able].join(' ');
}

function orderCard(order: ReadyOrderAnswer, stage: Stage, here: Here, draw: () => Promise<void>): HTMLElement {
  const { id, title, boxes, screen, speak, untilMs, perHour, maxMs, key, signedBy, waiting } = order;
  const problem = h('p', { class: 'problem', role: 'alert' });
  const act = (path: string) => async () => {
    problem.textContent = '';
    await send('DELETE', path).catch((error: unknown) => tellProblem(problem, error));
    await draw();
  };
  const ends = `Đến ${dateWords.format(untilMs)} · tối đa ${perHour} lần một giờ, mỗi lần ${Math.round(maxMs / minuteMs)} phút`;
  const signed = signedBy.length > 0 ? ` · đã ký: ${signedBy.join(', ')}` : '';
  return h(
    'article',
    { class: `card${waiting ? ' emergency' : ''}`, 'data-state': markOf(order, here) },
    h('h3', {}, `${order.class === 'exercise' ? 'DIỄN TẬP · ' : ''}${title}`),
    screen && h('p', { class: 'soft' }, `${ends} · bật bằng ${key ? 'khóa vặn hoặc trang của hộp' : 'trang của hộp'}${signed}`),
    screen && h('blockquote', {}, h('p', {}, h('strong', {}, screen.title), ' – ', screen.text), h('p', { class: 'soft' }, speak)),
    h('ul', { class: 'lines' }, ...boxes.map((box) => boxLine(box, title, stage, act(`/boxes/${box.box}/ready-orders/${id}`)))),
    waiting && signing(order, stage, here, { problem, draw }),
    problem,
    waiting && stage.may('duty') && h('button', { onclick: () => void act(`/ready-orders/${id}`)() }, 'Bỏ lệnh này'),
  );
}

function boxLine({ boxName, state, code }: ReadyBoxAnswer, title: string, stage: Stage, takeBack: () => Promise<void>): HTMLElement {
  const { words, pill } = stateWords[state];
  const lies = state !== 'waiting' && state !== 'leaving' && stage.may('duty', 'leader');
  return h(
    'li',
    { class: 'row spread' },
    h('span', {}, boxName),
    h('span', { class: `pill ${pill}` }, words),
    code !== null && h('span', { class: 'soft' }, problemKinds[code].vi),
    lies && h('button', { 'aria-label': `Rút lệnh ${title} khỏi ${boxName}`, onclick: () => void takeBack() }, 'Rút lại'),
  );
}

interface Signing {
  readonly problem: HTMLElement;
  draw(): Promise<void>;
}

/** Digits for the one who prepared it, a form for the second. */
function signing(order: ReadyOrderAnswer, stage: Stage, { key, duty }: Here, { problem, draw }: Signing): HTMLElement | null {
  const { waiting, signedBy } = order;
  if (!waiting || !stage.may('duty')) return null;
  const { by, needed, match, approveByMs } = waiting;
  const state = h('p', {}, `${signedBy.length}/${needed} chữ ký · soạn: ${by} · ký trước ${clockWords(approveByMs)}`);
  const mine = signedBy.includes(stage.session.account);
  if (mine && match !== null)
    return h('div', {}, state, h('p', { class: 'match' }, 'Đọc cho người xác nhận thứ hai: ', h('strong', {}, match)));
  if (mine) return h('div', {}, state);
  if (!duty.shift) return h('p', { class: 'problem' }, 'Nhận ca trực trước khi ký. ', h('a', { href: '#/truc-ban' }, 'Nhận ca trực'));
  if (!key) return h('p', { class: 'problem' }, 'Máy này chưa có khóa ký được xác nhận.');
  const digits = h('input', {
    inputmode: 'numeric',
    pattern: '\\d\\d',
    maxlength: 2,
    size: 4,
    autocomplete: 'off',
    name: `match-${order.id}`,
  });
  const pin = pinInput(`ready-pin-${order.id}`, true, 'off');
  const sign = async () => {
    problem.textContent = '';
    const proof = { pin: pin.value, ...(match === null && { match: digits.value }) };
    await signReady(key, order, proof).catch((error: unknown) => tellProblem(problem, error));
    await draw();
  };
  return h(
    'div',
    {},
    state,
    match === null && field('Hai chữ số trên màn hình người soạn', digits, 'Gọi cho người soạn để hỏi.'),
    field('Mã PIN của người ký', pin),
    holdButton('Giữ 2 giây để KÝ', sign),
  );
}
