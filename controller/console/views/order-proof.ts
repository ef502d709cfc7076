// The person again, before an order: the PIN of the running shift in earnest, the password for an exercise.
import type { DutyBrief } from '../../../schemas/duty.ts';
import { field, h, refresh } from '../element.ts';
import { pinInput } from './shift-card.ts';

export interface Proof {
  readonly element: HTMLElement;
  /** Show what is asked now. */
  ask(real: boolean, duty: DutyBrief): void;
  /** What was entered; it is cleared. */
  take(): string;
}

export function orderProof(): Proof {
  const password = h('input', { type: 'password', name: 'password', autocomplete: 'current-password', required: true });
  const pin = pinInput('pin', true, 'off');
  const forms = {
    password: field('Mật khẩu của trực ban', password, 'Nhập lại để xác nhận.'),
    pin: field('Mã PIN ca trực', pin, 'Sáu số đặt khi nhận ca.'),
    'no-shift': h('p', { class: 'problem' }, 'Lệnh thật chỉ phát được trong ca trực. ', h('a', { href: '#/truc-ban' }, 'Nhận ca trực')),
  };
  const element = h('div');
  return {
    element,
    ask(real, duty) {
      refresh(element, forms[real ? (duty.shift ? 'pin' : 'no-shift') : 'password']);
    },
    take() {
      const input = element.contains(pin) ? pin : password;
      const entered = input.value;
      input.value = '';
      return entered;
    },
  };
}
