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

export interface OrderForm {
  readonly element: HTMLElement;
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
  const wish = () => ({
    template: choices.find((choice) => choice.radio.checked)?.template.id,
    groups: targets.filter((target) => target.box.checked).map((target) => target.group.id),
  });
  const order = async () => {
    problem.textContent = '';
    done.textContent = '';
    try {
      const given = kind.real() ? await giveReal(key(), wish(), proof.take()) : await giveDrill(wish(), proof.take());
      done.textContent = given ? 'Đã ký và gửi lệnh.' : waitsForSecond;
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
    kind.element ?? '',
    h(
      'div',
      { class: 'choices', role: 'radiogroup', 'aria-label': 'Mẫu lệnh' },
      ...choices.map(({ template, radio }) => h('label', { class: 'choice' }, radio, h('strong', {}, template.title))),
    ),
    h(
      'div',
      { class: 'row', role: 'group', 'aria-label': 'Địa bàn' },
      ...targets.map(({ group, box }) => h('label', { class: 'check' }, box, group.name)),
    ),
    h('div', { class: 'act' }, preview.reach, proof.element, problem, done, hold),
  );
  turn();
  const refresh = (waiting: boolean) => {
    if (!waiting && done.textContent === waitsForSecond) done.textContent = '';
    ask();
  };
  return { element, refresh };
}

interface Wish {
  readonly template: string | undefined;
  readonly groups: readonly string[];
}

async function giveDrill(wish: Wish, password: string): Promise<boolean> {
  await send('POST', '/orders', { ...wish, class: 'exercise', confirm: true, password });
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
