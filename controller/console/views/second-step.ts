// After the password: the code of the app, or setting the app up where the role asks for one. Nothing else is open until then.
import type { FactorAnswer } from '../../../schemas/duty.ts';
import type { HalfSessionAnswer, SignInNotice } from '../../../schemas/people.ts';
import { rememberCsrf, send } from '../door.ts';
import { field, h, replace } from '../element.ts';
import { secretWords } from './factor-card.ts';
import { tellProblem } from './view.ts';

type Enter = (notice: SignInNotice | undefined) => void;

export function showSecondStep(app: Element, half: HalfSessionAnswer, enter: Enter): void {
  document.title = 'Mã xác thực – Loa';
  const show = (...children: Node[]) =>
    replace(app, h('main', { id: 'content' }, h('section', { class: 'card sign-in' }, ...children, leaveRow())));
  const step = half.needs === 'code' ? showCode : showEnrol;
  step(show, half, enter);
}

async function finish(path: string, code: string, enter: Enter): Promise<void> {
  const answer = await send<{ csrf: string; notice?: SignInNotice }>('POST', path, { code });
  rememberCsrf(answer.csrf);
  enter(answer.notice);
}

function showCode(show: (...children: Node[]) => void, { title, account }: HalfSessionAnswer, enter: Enter): void {
  const code = h('input', {
    name: 'code',
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    maxlength: 6,
    pattern: '\\d{6}',
    required: true,
  });
  const recovery = h('input', { name: 'recovery', autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', required: true });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const give = (input: HTMLInputElement) => async (event: Event) => {
    event.preventDefault();
    problem.textContent = '';
    await finish('/session/code', input.value.trim(), enter).catch((error: unknown) => {
      tellProblem(problem, error);
      input.select();
    });
  };
  show(
    h('h1', {}, 'Mã xác thực'),
    h('p', { class: 'soft' }, `${title || account} · Mở ứng dụng mã trên điện thoại. · Open the code app on your phone.`),
    h(
      'form',
      { onsubmit: (event) => void give(code)(event) },
      field('Sáu số đang hiện trên ứng dụng', code, 'Six digits; each is taken once.'),
      h('div', { class: 'row end' }, h('button', { class: 'primary' }, 'Tiếp tục')),
    ),
    problem,
    h(
      'details',
      {},
      h('summary', {}, 'Không có điện thoại? Dùng mã dự phòng · No phone? A recovery code'),
      h(
        'form',
        { onsubmit: (event) => void give(recovery)(event) },
        field('Mã dự phòng', recovery, 'Dạng ABCD-EFGH-IJKL-MNOP; mỗi mã dùng một lần. Hết mã: gọi người quản trị.'),
        h('div', { class: 'row end' }, h('button', {}, 'Dùng mã dự phòng')),
      ),
    ),
  );
  code.focus();
}

function showEnrol(show: (...children: Node[]) => void, { title, account }: HalfSessionAnswer, enter: Enter): void {
  const problem = h('p', { class: 'problem', role: 'alert' });
  const button = h('button', { type: 'button', class: 'primary' }, 'Cài ứng dụng mã');
  const begin = async () => {
    problem.textContent = '';
    try {
      const answer = await send<FactorAnswer>('POST', '/session/factor');
      show(...secretWords(answer, (code) => finish('/session/factor/confirm', code, enter)));
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  button.addEventListener('click', () => void begin());
  show(
    h('h1', {}, 'Cài mã xác thực'),
    h('p', {}, `${title || account}: vai trò này đăng nhập bằng mật khẩu và mã sáu số trên điện thoại của chính mình.`),
    h(
      'p',
      { class: 'soft' },
      'Your role signs in with the password and a six-digit code from your own phone. Any code app (TOTP) will do.',
    ),
    problem,
    h('div', { class: 'row end' }, button),
  );
  button.focus();
}

function leaveRow(): HTMLElement {
  const leave = async () => {
    await send('DELETE', '/session').catch(() => {});
    location.reload();
  };
  return h('p', {}, h('button', { type: 'button', class: 'quiet', onclick: () => void leave() }, 'Đăng nhập tài khoản khác'));
}
