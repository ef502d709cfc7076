// The emergency desk, first form: choose, see who will sound, prove who you are, hold two seconds; then watch and stop.
import type { BoxAnswer, GroupAnswer, OrderAnswer, OrderRequestAnswer, TemplateAnswer } from '../../../schemas/api.ts';
import { get, Refused, send } from '../door.ts';
import { field, h, refresh, replace } from '../element.ts';
import { holdButton } from '../hold-button.ts';
import type { OfficerKeyHere } from '../officer-key.ts';
import { clockWords, orderTotalWords, progressWords } from '../words.ts';
import { drawRequests, giveSigned, keyCard } from './order-requests.ts';
import { follow, type Stage, tellProblem } from './view.ts';

export function showEmergency(stage: Stage): () => void {
  const desk = h('div');
  const active = h('div', { class: 'list', 'aria-live': 'polite' });
  const past = h('div', { class: 'list' });
  const waiting = h('div', { class: 'list', 'aria-live': 'polite' });
  const signing: Signing = { key: undefined };
  const problem = h('p', { class: 'problem', role: 'alert' });
  const stop = stage.may('duty') && holdButton('Giữ 2 giây để DỪNG TẤT CẢ', () => stopAll(problem, draw));
  const now = h('section', { class: 'card emergency', hidden: true }, h('h2', {}, 'Đang có lệnh'), stop, problem, active);
  const draw = async () => {
    const [all, requests] = await Promise.all([get<OrderAnswer[]>('/orders'), get<OrderRequestAnswer[]>('/order-requests')]);
    drawRequests(waiting, requests, stage, signing.key);
    const end = async (order: OrderAnswer) => {
      await send('POST', `/orders/${order.id}/clear`, {}).catch((error: unknown) => tellProblem(problem, error));
      await draw();
    };
    const [running, over] = [all.filter(({ state }) => state === 'active'), all.filter(({ state }) => state !== 'active').slice(0, 12)];
    now.hidden = running.length === 0;
    refresh(active, ...running.map((order) => orderCard(order, stage, end)));
    const none = h('p', { class: 'empty' }, 'Chưa có lệnh nào.');
    refresh(past, ...(over.length > 0 ? over.map((order) => orderCard(order, stage, end)) : [none]));
  };
  replace(
    stage.content,
    h('h1', {}, 'Khẩn cấp'),
    now,
    waiting,
    stage.may('duty') ? desk : h('p', { class: 'card' }, 'Chỉ trực ban được phát lệnh khẩn cấp.'),
    h('section', { class: 'card' }, h('h2', {}, 'Các lệnh đã qua'), past),
  );
  if (stage.may('duty'))
    void Promise.all([get<TemplateAnswer[]>('/templates'), get<GroupAnswer[]>('/groups'), get<BoxAnswer[]>('/boxes')]).then(
      ([templates, groups, boxes]) => replace(desk, deskForm({ templates, groups, boxes, stage, signing, onSent: () => void draw() })),
    );
  if (stage.may('duty') && !stage.session.demo) {
    const trusted = (key: OfficerKeyHere) => {
      signing.key = key;
      void draw();
    };
    desk.after(keyCard(stage, trusted));
  }
  return follow(['order'], draw);
}

async function stopAll(problem: HTMLElement, draw: () => Promise<void>): Promise<void> {
  await send('POST', '/orders/stop-all', {}).catch((error: unknown) => tellProblem(problem, error));
  await draw();
}

/** The key of this browser, once it is known and trusted. */
interface Signing {
  key: OfficerKeyHere | undefined;
}

interface Desk {
  readonly templates: readonly TemplateAnswer[];
  readonly groups: readonly GroupAnswer[];
  readonly boxes: readonly BoxAnswer[];
  readonly stage: Stage;
  readonly signing: Signing;
  onSent(): void;
}

function deskForm({ templates, groups, boxes, stage, signing, onSent }: Desk): HTMLElement {
  const choices = templates.map((template, index) => ({
    template,
    radio: h('input', { type: 'radio', name: 'template', value: template.id, checked: index === 0 }),
  }));
  const targets = groups.map((group) => ({ group, box: h('input', { type: 'checkbox', name: `group-${group.id}`, checked: true }) }));
  const password = h('input', { type: 'password', name: 'password', autocomplete: 'current-password', required: true });
  const reach = h('p', { class: 'soft' });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const done = h('p', { class: 'done', role: 'status' });
  const chosenGroups = () => targets.filter((target) => target.box.checked).map((target) => target.group.id);
  const count = () => {
    const hit = boxes.filter((box) => box.groups.some((group) => chosenGroups().includes(group)));
    const away = hit.filter((box) => !box.online).length;
    reach.textContent = `Sẽ phát trên ${hit.length} hộp${away > 0 ? `, trong đó ${away} hộp đang ngoại tuyến (sẽ phát khi kết nối lại nếu lệnh còn hiệu lực)` : ''}.`;
  };
  const kind = classChoice(stage.session.demo);
  const order = async () => {
    problem.textContent = '';
    done.textContent = '';
    const wish = { template: choices.find((choice) => choice.radio.checked)?.template.id, groups: chosenGroups() };
    try {
      const given = kind.real() ? await giveReal(signing, wish, password.value) : await giveDrill(wish, password.value);
      password.value = '';
      done.textContent = given ? 'Đã ký và gửi lệnh.' : 'Đã ký. Chờ người xác nhận thứ hai.';
      onSent();
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  const hold = holdButton('', order);
  const title = h('h2', { id: 'h-order' });
  const card = h('section', { 'aria-labelledby': 'h-order' });
  const turn = () => {
    count();
    card.className = `card emergency${kind.real() ? '' : ' drill'}`;
    title.textContent = kind.real() ? 'Phát lệnh khẩn cấp' : 'Phát lệnh diễn tập';
    hold.textContent = kind.real() ? 'Giữ 2 giây để PHÁT LỆNH' : 'Giữ 2 giây để phát DIỄN TẬP';
  };
  turn();
  card.addEventListener('change', turn);
  card.append(
    title,
    kind.element ?? '',
    h(
      'div',
      { class: 'choices', role: 'radiogroup', 'aria-label': 'Mẫu lệnh' },
      ...choices.map(({ template, radio }) =>
        h('label', { class: 'choice' }, radio, h('span', {}, h('strong', {}, template.title), h('small', {}, template.speak))),
      ),
    ),
    h(
      'div',
      { class: 'row', role: 'group', 'aria-label': 'Địa bàn' },
      ...targets.map(({ group, box }) => h('label', { class: 'check' }, box, group.name)),
    ),
    reach,
    field('Mật khẩu của trực ban', password, 'Nhập lại để xác nhận.'),
    problem,
    done,
    hold,
  );
  return card;
}

interface Wish {
  readonly template: string | undefined;
  readonly groups: readonly string[];
}

async function giveDrill(wish: Wish, password: string): Promise<boolean> {
  await send('POST', '/orders', { ...wish, class: 'exercise', confirm: true, password });
  return true;
}

async function giveReal({ key }: Signing, wish: Wish, password: string): Promise<boolean> {
  if (!key)
    throw new Refused({
      code: 'one-officer',
      title: 'Máy này chưa có khóa ký được xác nhận',
      detail: 'Tạo khóa ở cuối trang, rồi nhờ người giữ khóa gốc ký.',
      path: '',
      status: 403,
    });
  return giveSigned(key, { ...wish, breakGlass: false }, password);
}

/** Real or exercise, never on one button: the card changes colour and words. A demo has exercises only. */
function classChoice(demo: boolean): { readonly element: HTMLElement | null; real(): boolean } {
  if (demo) return { element: null, real: () => false };
  const real = h('input', { type: 'radio', name: 'class', value: 'actual', checked: true });
  const drill = h('input', { type: 'radio', name: 'class', value: 'exercise' });
  const element = h(
    'div',
    { class: 'row', role: 'radiogroup', 'aria-label': 'Loại lệnh' },
    h('label', { class: 'check' }, real, 'Lệnh thật'),
    h('label', { class: 'check' }, drill, 'Diễn tập'),
  );
  return { element, real: () => real.checked };
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
    totals(order.counts),
    troubled.length > 0 && boxLines(troubled),
    others.length > 0 &&
      (all <= fewBoxes ? boxLines(others) : h('details', {}, h('summary', {}, `${others.length} hộp khác`), boxLines(others))),
    unlisted > 0 && h('p', { class: 'soft' }, `và ${unlisted} hộp nữa`),
    order.state === 'active' && stage.may('duty') && h('button', { onclick: () => void end(order) }, 'Kết thúc lệnh'),
  );
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
