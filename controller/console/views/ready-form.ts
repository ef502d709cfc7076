// Laying an order ready: which words, in which boxes, how long, how often, by what it is started there; then this officer signs.
import type { BoxAnswer } from '../../../schemas/api.ts';
import type { DutyBrief } from '../../../schemas/duty.ts';
import type { TemplateAnswer } from '../../../schemas/order-api.ts';
import type { ReadyOrderAnswer } from '../../../schemas/ready-orders.ts';
import { Refused, send } from '../door.ts';
import { field, h, refresh } from '../element.ts';
import { holdButton } from '../hold-button.ts';
import { type OfficerKeyHere, signWith } from '../officer-key.ts';
import { orderProof } from './order-proof.ts';
import { type Stage, tellProblem } from './view.ts';

const dayMs = 24 * 3600_000;
const minuteMs = 60_000;

const noKeyHere = {
  code: 'one-officer',
  title: 'Máy này chưa có khóa ký được xác nhận',
  detail: 'Tạo khóa ở cuối trang, rồi nhờ người giữ khóa gốc ký.',
  path: '',
  status: 403,
} as const;

export interface ReadyFormWish {
  readonly stage: Stage;
  readonly templates: readonly TemplateAnswer[];
  readonly boxes: readonly BoxAnswer[];
  /** The key of this browser, once it is known and trusted. */
  readonly key: () => OfficerKeyHere | undefined;
  readonly duty: () => DutyBrief;
  onSent(): void;
}

export interface ReadyForm {
  readonly element: HTMLElement;
  /** The shift may be another now. */
  refresh(): void;
}

export function readyForm({ stage, templates, boxes, key, duty, onSent }: ReadyFormWish): ReadyForm {
  const choice = wishFields(templates, boxes, stage.session.demo);
  const proof = orderProof();
  const [problem, done] = [h('p', { class: 'problem', role: 'alert' }), h('p', { class: 'done', role: 'status' })];
  const lay = async () => {
    problem.textContent = '';
    done.textContent = '';
    try {
      const lies = await give(choice.wish(), key(), proof.take());
      done.textContent = lies ? 'Đã ký và gửi vào hộp.' : 'Đã ký. Chờ người xác nhận thứ hai.';
    } catch (error) {
      tellProblem(problem, error);
    }
    onSent();
  };
  const hold = holdButton('', lay);
  const redraw = () => {
    const real = choice.wish().class === 'actual';
    proof.ask(real, duty());
    hold.hidden = real && !duty().shift;
    hold.textContent = real ? 'Giữ 2 giây để KÝ LỆNH ĐẶT SẴN' : 'Giữ 2 giây để đặt sẵn DIỄN TẬP';
    element.className = `card emergency${real ? '' : ' drill'}`;
    choice.show();
  };
  const element = h(
    'section',
    { 'aria-labelledby': 'h-lay' },
    h('h2', { id: 'h-lay' }, 'Đặt sẵn một lệnh'),
    ...choice.elements,
    proof.element,
    problem,
    done,
    hold,
  );
  element.addEventListener('change', (event) => {
    if ((event.target as HTMLElement).tagName === 'SELECT') redraw();
  });
  redraw();
  return { element, refresh: redraw };
}

interface ReadyWish {
  readonly template: string;
  readonly boxes: readonly string[];
  readonly class: string;
  readonly validMs: number;
  readonly perHour: number;
  readonly maxMs: number;
  readonly key: boolean;
}

/** Prepared and, in earnest, signed by this officer. True when it lies in the wants. */
async function give(wish: ReadyWish, key: OfficerKeyHere | undefined, proven: string): Promise<boolean> {
  if (wish.class !== 'actual') {
    await send('POST', '/ready-orders', { ...wish, password: proven });
    return true;
  }
  if (!key) throw new Refused(noKeyHere);
  const made = await send<ReadyOrderAnswer>('POST', '/ready-orders', wish);
  try {
    return await signReady(key, made, { pin: proven });
  } catch (error) {
    // A wrong PIN leaves nothing behind: this officer presses again.
    await send('DELETE', `/ready-orders/${made.id}`).catch(() => undefined);
    throw error;
  }
}

function wishFields(
  templates: readonly TemplateAnswer[],
  boxes: readonly BoxAnswer[],
  demo: boolean,
): { readonly elements: readonly HTMLElement[]; wish(): ReadyWish; show(): void } {
  const template = h('select', { name: 'ready-template' }, ...templates.map(({ id, title }) => h('option', { value: id }, title)));
  const words = h('blockquote', { 'aria-live': 'polite' });
  const targets = boxes.map(({ id, name }) => ({ id, name, box: h('input', { type: 'checkbox', name: `ready-box-${id}` }) }));
  const earnest = demo ? [] : [h('option', { value: 'actual' }, 'Lệnh thật')];
  const kind = h('select', { name: 'ready-class' }, ...earnest, h('option', { value: 'exercise' }, 'Diễn tập'));
  const days = h('input', { type: 'number', name: 'days', value: 180, min: 1, max: 366 });
  const perHour = h('input', { type: 'number', name: 'perHour', value: 4, min: 1, max: 20 });
  const minutes = h('input', { type: 'number', name: 'minutes', value: 30, min: 1, max: 360 });
  const byPage = h('option', { value: 'page' }, 'Trang của hộp, có mã PIN của hộp');
  const byKey = h('option', { value: 'key' }, 'Khóa vặn ở hộp (giữ 3 giây), hoặc trang của hộp');
  const starter = h('select', { name: 'starter' }, byPage, byKey);
  const figures = [field('Có hiệu lực (ngày)', days), field('Số lần bật tối đa mỗi giờ', perHour), field('Mỗi lần tối đa (phút)', minutes)];
  return {
    elements: [
      field('Mẫu lệnh', template),
      words,
      boxGroup(targets),
      field('Loại lệnh', kind),
      h('div', { class: 'grid' }, ...figures),
      field('Bật tại hộp bằng', starter, 'Mỗi hộp chỉ có một lệnh gắn với khóa vặn.'),
    ],
    wish: () => ({
      template: template.value,
      boxes: targets.filter(({ box }) => box.checked).map(({ id }) => id),
      class: kind.value,
      validMs: Number(days.value) * dayMs,
      perHour: Number(perHour.value),
      maxMs: Number(minutes.value) * minuteMs,
      key: starter.value === 'key',
    }),
    show: () => {
      const chosen = templates.find(({ id }) => id === template.value);
      const screen = h('p', {}, h('strong', {}, chosen?.screen.title ?? ''), ' – ', chosen?.screen.text ?? '');
      refresh(words, screen, h('p', { class: 'soft' }, chosen?.speak ?? ''));
    },
  };
}

function boxGroup(targets: readonly { readonly name: string; readonly box: HTMLElement }[]): HTMLElement {
  return h(
    'fieldset',
    { class: 'boxes' },
    h('legend', {}, 'Đặt vào các hộp'),
    targets.length === 0 && h('p', { class: 'empty' }, 'Chưa có hộp nào.'),
    h('div', { class: 'row' }, ...targets.map(({ name, box }) => h('label', { class: 'check' }, box, name))),
  );
}

/** This officer's signature for every box. True when it lies in the wants of all. */
export async function signReady(
  key: OfficerKeyHere,
  { id, waiting }: ReadyOrderAnswer,
  proof: { readonly pin: string; readonly match?: string },
): Promise<boolean> {
  const { payloadType = '', statements = [] } = waiting ?? {};
  const signatures = await Promise.all(
    statements.map(async ({ box, statement }) => ({ box, sig: (await signWith(key, payloadType, statement)).sig })),
  );
  const answer = await send<object>('POST', `/ready-orders/${id}/approve`, { keyid: key.keyid, signatures, ...proof });
  return 'state' in answer;
}
