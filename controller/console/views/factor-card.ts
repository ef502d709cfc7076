// Setting up the code app: the secret is shown once, as a picture and as letters, with the recovery codes; the first code proves it.
import type { DutyAnswer, FactorAnswer } from '../../../schemas/duty.ts';
import { send } from '../door.ts';
import { field, h, replace } from '../element.ts';
import type { DutyCard } from './shift-card.ts';
import { tellProblem } from './view.ts';

export function factorCard(changed: () => void): DutyCard {
  const element = h('section', { class: 'card', 'aria-labelledby': 'h-factor' });
  const state = { drawn: '', showing: false };
  const leave = () => {
    state.showing = false;
    state.drawn = '';
    changed();
  };
  return {
    element,
    show(duty) {
      const now = `${duty.factor} ${duty.recoveryCodesLeft}`;
      // What is shown once stays until it was confirmed.
      if (state.showing || now === state.drawn) return;
      state.drawn = now;
      const shown = (answer: FactorAnswer) => {
        state.showing = true;
        const confirm = (code: string) => send('POST', '/duty/factor/confirm', { code }).then(leave);
        replace(element, ...secretWords(answer, confirm));
      };
      replace(element, ...beginWords(duty, shown));
    },
  };
}

function beginWords({ factor, recoveryCodesLeft }: DutyAnswer, shown: (answer: FactorAnswer) => void): Node[] {
  const active = factor === 'active';
  const password = h('input', { type: 'password', name: 'factor-password', autocomplete: 'current-password', required: true });
  const code = h('input', { name: 'factor-code', autocomplete: 'one-time-code', required: true });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const begin = async (event: Event) => {
    event.preventDefault();
    problem.textContent = '';
    const body = { password: password.value, ...(active && { code: code.value.trim() }) };
    await send<FactorAnswer>('POST', '/duty/factor', body).then(shown, (error: unknown) => tellProblem(problem, error));
  };
  const form = h(
    'form',
    { onsubmit: (event) => void begin(event) },
    field('Mật khẩu', password),
    active && field('Mã xác thực hiện có, hoặc mã dự phòng', code),
    problem,
    h(
      'div',
      { class: 'row end' },
      h('button', { class: active ? '' : 'primary' }, active ? 'Chuyển sang điện thoại khác' : 'Cài ứng dụng mã'),
    ),
  );
  const title = h('h2', { id: 'h-factor' }, 'Ứng dụng mã xác thực');
  if (!active) return [title, h('p', {}, 'Nhận ca cần mật khẩu và mã sáu số trên điện thoại của chính người trực.'), form];
  const left = h('p', { class: recoveryCodesLeft < 3 ? 'problem' : 'soft' }, `Đang dùng. Còn ${recoveryCodesLeft} mã dự phòng.`);
  return [title, left, h('details', {}, h('summary', {}, 'Đổi điện thoại, lấy mã dự phòng mới'), form)];
}

/** The secret and the recovery codes, shown this once, and the first code that proves the app. */
export function secretWords({ qr, secret, uri, recoveryCodes }: FactorAnswer, prove: (code: string) => Promise<void>): Node[] {
  const code = h('input', {
    name: 'first-code',
    inputmode: 'numeric',
    pattern: '\\d{6}',
    maxlength: 6,
    autocomplete: 'one-time-code',
    required: true,
  });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const confirm = async (event: Event) => {
    event.preventDefault();
    problem.textContent = '';
    await prove(code.value).catch((error: unknown) => tellProblem(problem, error));
  };
  const picture = h('img', { class: 'qr', alt: 'Mã QR để quét bằng ứng dụng', src: `data:image/svg+xml;utf8,${encodeURIComponent(qr)}` });
  return [
    h('h2', { id: 'h-factor' }, 'Quét bằng ứng dụng mã – chỉ hiện một lần'),
    h(
      'div',
      { class: 'two' },
      h(
        'div',
        {},
        picture,
        h('p', {}, h('a', { href: uri }, 'Mở trong ứng dụng trên máy này')),
        h('p', { class: 'soft' }, 'Hoặc nhập tay: ', h('code', { class: 'secret' }, secret.replaceAll(/(.{4})(?=.)/g, '$1 '))),
      ),
      h(
        'div',
        {},
        h('p', {}, h('strong', {}, 'Mười mã dự phòng'), ' – mỗi mã dùng một lần khi mất điện thoại. Ghi ra giấy, cất riêng.'),
        h('ol', { class: 'codes' }, ...recoveryCodes.map((one) => h('li', {}, h('code', {}, one)))),
      ),
    ),
    h(
      'form',
      { onsubmit: (event) => void confirm(event) },
      field('Sáu số đang hiện trên ứng dụng', code),
      problem,
      h('div', { class: 'row end' }, h('button', { class: 'primary' }, 'Xác nhận')),
    ),
  ];
}
