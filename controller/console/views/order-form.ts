// Giving an order: choose, see what it would do, prove who you are, hold two seconds.
import type { GroupAnswer } from '../../../schemas/api.ts';
import type { DutyBrief } from '../../../schemas/duty.ts';
import type { TemplateAnswer } from '../../../schemas/order-api.ts';
import { Refused, send } from '../door.ts';
import { h } from '../element.ts';
import { holdButton } from '../hold-button.ts';
import type { OfficerKeyHere } from '../officer-key.ts';
import { orderPreview } from './order-preview.ts';
import { orderProof } from './order-proof.ts';
import { giveSigned } from './order-requests.ts';
import { tellProblem } from './view.ts';

const waitsForSecond = 'Đã ký. Chờ người xác nhận thứ hai.';

export interface OrderFormWish {
  readonly templates: readonly TemplateAnswer[];
  readonly groups: readonly GroupAnswer[];
  readonly demo: boolean;
  /** The key of this browser, once it is known and trusted. */
  readonly key: () => OfficerKeyHere | undefined;
  readonly duty: () => DutyBrief;
  onSent(): void;
}

/** What an alert from outside proposes. */
export interface Prefill {
  readonly alert: string;
  readonly title: string;
  readonly template: string | null;
  readonly groups: readonly string[];
  readonly exercise: boolean;
}

export interface OrderForm {
  readonly element: HTMLElement;
  /** Choose as the alert proposes; the order then answers it. */
  prefill(from: Prefill): void;
  /** The shift or the boxes may be others now; `waiting`: an order still waits for officers. */
  refresh(waiting: boolean): void;
}

export function orderForm({ templates, groups, demo, key, duty, onSent }: OrderFormWish): OrderForm {
  const choices = templates.map((template, index) => ({
    template,
    radio: h('input', { type: 'radio', name: 'template', value: template.id, checked: index === 0 }),
  }));
  const targets = groups.map((group) => ({ group, box: h('input', { type: 'checkbox', name: `group-${group.id}`, checked: true }) }));
  const [preview, proof, kind] = [orderPreview(), orderProof(), classChoice(demo)];
  const [problem, done] = [h('p', { class: 'problem', role: 'alert' }), h('p', { class: 'done', role: 'status' })];
  const about = aboutAlert();
  const wish = () => ({
    template: choices.find((choice) => choice.radio.checked)?.template.id,
    groups: targets.filter((target) => target.box.checked).map((target) => target.group.id),
  });
  const order = async () => {
    problem.textContent = '';
    done.textContent = '';
    try {
      const answering = { ...wish(), ...about.alert() };
      const given = kind.real() ? await giveReal(key(), answering, proof.take()) : await giveDrill(answering, proof.take());
      done.textContent = given ? 'Đã ký và gửi lệnh.' : waitsForSecond;
      about.bind(undefined);
      onSent();
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  const hold = holdButton('', order);
  const title = h('h2', { id: 'h-order' });
  const element = h('section', { 'aria-labelledby': 'h-order' });
  const ask = () => {
    proof.ask(kind.real(), duty());
    hold.hidden = kind.real() && !duty().shift;
    void preview.show({ ...wish(), class: kind.real() ? 'actual' : 'exercise' });
  };
  const turn = () => {
    // Under the chosen one, so that a phone shows the words before the button is held.
    choices.find((choice) => choice.radio.checked)?.radio.parentElement?.after(preview.element);
    element.className = `card emergency${kind.real() ? '' : ' drill'}`;
    title.textContent = kind.real() ? 'Phát lệnh khẩn cấp' : 'Phát lệnh diễn tập';
    hold.textContent = kind.real() ? 'Giữ 2 giây để PHÁT LỆNH' : 'Giữ 2 giây để phát DIỄN TẬP';
    ask();
  };
  element.addEventListener('change', (event) => {
    if ((event.target as HTMLInputElement).type !== 'password') turn();
  });
  element.append(
    title,
    about.element,
    kind.element ?? '',
    h(
      'div',
      { class: 'choices', role: 'radiogroup', 'aria-label': 'Mẫu lệnh' },
      ...choices.map(({ template, radio }) => h('label', { class: 'choice' }, radio, h('strong', {}, template.title))),
    ),
    groupRow(targets),
    h('div', { class: 'act' }, preview.reach, proof.element, problem, done, hold),
  );
  turn();
  const refresh = (waiting: boolean) => {
    if (!waiting && done.textContent === waitsForSecond) done.textContent = '';
    ask();
  };
  const prefill = (from: Prefill) => {
    for (const { template, radio } of choices) if (template.id === from.template) radio.checked = true;
    for (const { group, box } of targets) box.checked = from.groups.includes(group.id);
    kind.choose(!from.exercise);
    about.bind(from);
    turn();
    element.scrollIntoView({ block: 'start' });
  };
  return { element, prefill, refresh };
}

function groupRow(targets: readonly { readonly group: GroupAnswer; readonly box: HTMLElement }[]): HTMLElement {
  const checks = targets.map(({ group, box }) => h('label', { class: 'check' }, box, group.name));
  return h('div', { class: 'row', role: 'group', 'aria-label': 'Địa bàn' }, ...checks);
}

/** Which alert the order answers, shown and let go of. */
function aboutAlert(): {
  readonly element: HTMLElement;
  alert(): { readonly alert?: string };
  bind(from: Prefill | undefined): void;
} {
  const held: { alert: string | undefined } = { alert: undefined };
  const note = h('p', { role: 'status' });
  const free = h('button', { type: 'button', onclick: () => bind(undefined) }, 'Không theo tin này nữa');
  const element = h('div', { class: 'done', hidden: true }, note, free);
  const bind = (from: Prefill | undefined) => {
    held.alert = from?.alert;
    note.textContent = from ? `Theo cảnh báo: ${from.title}` : '';
    element.hidden = from === undefined;
  };
  return { element, alert: () => (held.alert === undefined ? {} : { alert: held.alert }), bind };
}

interface Wish {
  /** The alert that it answers. */
  readonly alert?: string;
  readonly template: string | undefined;
  readonly groups: readonly string[];
}

async function giveDrill({ alert, ...wish }: Wish, password: string): Promise<boolean> {
  if (alert === undefined) await send('POST', '/orders', { ...wish, class: 'exercise', confirm: true, password });
  else await send('POST', `/alerts/${alert}/take`, { ...wish, class: 'exercise', password });
  return true;
}

async function giveReal(key: OfficerKeyHere | undefined, wish: Wish, pin: string): Promise<boolean> {
  if (!key)
    throw new Refused({
      code: 'one-officer',
      title: 'Máy này chưa có khóa ký được xác nhận',
      detail: 'Tạo khóa ở cuối trang, rồi nhờ người giữ khóa gốc ký.',
      path: '',
      status: 403,
    });
  return giveSigned(key, { ...wish, breakGlass: false }, pin);
}

/** Real or exercise, never on one button: the card changes colour and words. A demo has exercises only. */
function classChoice(demo: boolean): { readonly element: HTMLElement | null; real(): boolean; choose(real: boolean): void } {
  if (demo) return { element: null, real: () => false, choose: () => undefined };
  const real = h('input', { type: 'radio', name: 'class', value: 'actual', checked: true });
  const drill = h('input', { type: 'radio', name: 'class', value: 'exercise' });
  const element = h(
    'div',
    { class: 'row', role: 'radiogroup', 'aria-label': 'Loại lệnh' },
    h('label', { class: 'check' }, real, 'Lệnh thật'),
    h('label', { class: 'check' }, drill, 'Diễn tập'),
  );
  const choose = (earnest: boolean) => {
    (earnest ? real : drill).checked = true;
  };
  return { element, real: () => real.checked, choose };
}
