// One's own shift: begun with password, code and PIN; handed over or ended.
import type { DutyAnswer } from '../../../schemas/duty.ts';
import { send } from '../door.ts';
import { field, h, replace } from '../element.ts';
import { dayWords, minuteWords } from '../words.ts';
import { tellProblem } from './view.ts';

export interface DutyCard {
  readonly element: HTMLElement;
  show(duty: DutyAnswer): void;
}

/** `changed` is called after each act. Redraws only when the card's own state is another, so that nobody loses what they type. */
export function shiftCard(changed: () => void): DutyCard {
  const element = h('section', { class: 'card', 'aria-labelledby': 'h-shift' });
  let drawn = '';
  // Made once: what was typed stays when somebody else begins a shift meanwhile.
  const note = h('textarea', { name: 'note', rows: 2, maxlength: 1000 });
  return {
    element,
    show(duty) {
      const others = duty.now.filter(({ onShift }) => onShift).map(({ person }) => person);
      const state = JSON.stringify([duty.shift, duty.factor, duty.pinSet, duty.shift && others]);
      if (state === drawn) return;
      drawn = state;
      const title = h('h2', { id: 'h-shift' }, duty.shift ? 'Ca trực của tôi' : 'Nhận ca trực');
      replace(element, title, ...(duty.shift ? shiftWords(duty, note, changed) : [startForm(duty, changed)]));
    },
  };
}

function startForm({ factor, pinSet, shiftNeeded }: DutyAnswer, changed: () => void): HTMLElement {
  if (!shiftNeeded) return h('p', {}, 'Trình diễn chỉ phát lệnh diễn tập, nên không cần nhận ca.');
  if (factor !== 'active') return h('p', { class: 'problem' }, 'Cài ứng dụng mã xác thực (bên dưới) trước khi nhận ca.');
  const password = h('input', { type: 'password', name: 'shift-password', autocomplete: 'current-password', required: true });
  const code = h('input', {
    name: 'code',
    autocomplete: 'one-time-code',
    autocapitalize: 'characters',
    spellcheck: 'false',
    required: true,
  });
  const pin = pinInput('shift-pin', !pinSet, 'new-password');
  const problem = h('p', { class: 'problem', role: 'alert' });
  const start = async (event: Event) => {
    event.preventDefault();
    problem.textContent = '';
    const wish = { password: password.value, code: code.value.trim(), ...(pin.value !== '' && { pin: pin.value }) };
    try {
      await send('POST', '/duty/shift', wish);
      changed();
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  return h(
    'form',
    { onsubmit: (event) => void start(event) },
    h('p', { class: 'soft' }, 'Một lần khi bắt đầu ca. Sau đó mỗi lệnh chỉ cần mã PIN.'),
    field('Mật khẩu', password),
    field('Mã xác thực', code, 'Sáu số trên ứng dụng, hoặc một mã dự phòng.'),
    field(pinSet ? 'Mã PIN mới (để trống nếu giữ mã cũ)' : 'Đặt mã PIN 6 số', pin, 'Dùng cho mỗi lệnh trong ca; 5 lần sai sẽ khóa ca.'),
    problem,
    h('div', { class: 'row end' }, h('button', { class: 'primary' }, 'Nhận ca')),
  );
}

function shiftWords({ shift, now, shifts }: DutyAnswer, note: HTMLTextAreaElement, changed: () => void): HTMLElement[] {
  const mine = shifts.find(({ endedMs, untilMs }) => endedMs === null && untilMs === shift?.untilMs)?.person;
  const others = now.filter(({ onShift, person }) => onShift && person !== mine);
  const words = h('p', {}, `Đang trong ca, tự hết lúc ${minuteWords(shift?.untilMs ?? 0)} ${dayWords(shift?.untilMs ?? 0)}.`);
  const problem = h('p', { class: 'problem', role: 'alert' });
  const act = async (path: string, body: object) => {
    problem.textContent = '';
    const done = () => {
      note.value = '';
      changed();
    };
    await send('POST', path, body).then(done, (error: unknown) => tellProblem(problem, error));
  };
  const end = () => {
    const last = others.length === 0 ? 'Bạn là người trực cuối cùng: sau đó KHÔNG CÒN AI TRỰC. ' : '';
    if (confirm(`${last}Kết thúc ca trực?`)) void act('/duty/shift/end', { note: note.value });
  };
  const endButton = h('button', { type: 'button', onclick: end }, 'Kết ca không giao');
  const noteField = field('Ghi vào sổ giao ca', note, 'Tình hình, việc còn dở.');
  if (others.length === 0)
    return [
      words,
      h('p', { class: 'soft' }, 'Muốn giao ca: người nhận đăng nhập và nhận ca trước, rồi tên người đó hiện ở đây.'),
      noteField,
      problem,
      h('div', { class: 'row end' }, endButton),
    ];
  const to = h('select', { name: 'to' }, ...others.map(({ person, title }) => h('option', { value: person }, title)));
  const pin = pinInput('hand-over-pin', true, 'off');
  const hand = () => void act('/duty/shift/hand-over', { to: to.value, pin: pin.value, note: note.value });
  return [
    words,
    field('Giao ca cho', to),
    noteField,
    field('Mã PIN của tôi', pin),
    problem,
    h('div', { class: 'row end' }, endButton, h('button', { type: 'button', class: 'primary', onclick: hand }, 'Giao ca')),
  ];
}

/** Six digits from the number keys of a phone. */
export function pinInput(name: string, required: boolean, autocomplete: string): HTMLInputElement {
  const form = { inputmode: 'numeric', pattern: '\\d{6}', minlength: 6, maxlength: 6 };
  return h('input', { type: 'password', class: 'pin-input', name, required, autocomplete, ...form });
}
