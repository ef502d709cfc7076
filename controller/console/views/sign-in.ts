// Sign-in: account, password, one clear problem when refused.
import type { SignInNotice } from '../../../schemas/people.ts';
import { rememberCsrf, send } from '../door.ts';
import { field, h, replace } from '../element.ts';
import { otherWays, takeOutcome } from './other-ways.ts';
import { tellProblem } from './view.ts';

export function showSignIn(app: Element, onSignedIn: (notice: SignInNotice | undefined) => void): void {
  document.title = 'Đăng nhập – Loa';
  const account = h('input', { name: 'account', autocomplete: 'username', required: true, autocapitalize: 'none', spellcheck: 'false' });
  const password = h('input', { name: 'password', type: 'password', autocomplete: 'current-password', required: true });
  const problem = h('p', { class: 'problem', role: 'alert' }, takeOutcome());
  const button = h('button', { class: 'primary' }, 'Đăng nhập');
  const submit = async (event: Event) => {
    event.preventDefault();
    button.disabled = true;
    problem.textContent = '';
    try {
      const wish = { account: account.value.trim(), password: password.value };
      const answer = await send<{ csrf: string; notice?: SignInNotice }>('POST', '/session', wish);
      rememberCsrf(answer.csrf);
      onSignedIn(answer.notice);
    } catch (error) {
      button.disabled = false;
      tellProblem(problem, error);
      password.select();
    }
  };
  const form = h(
    'form',
    { class: 'card sign-in', onsubmit: (event) => void submit(event) },
    h('h1', {}, 'Loa'),
    h('p', { class: 'soft' }, 'Trung tâm điều hành thông tin cơ sở'),
    field('Tài khoản', account),
    field('Mật khẩu', password),
    problem,
    h('div', { class: 'row end' }, button),
    otherWays(problem),
    h('p', { class: 'soft' }, 'Quên mật khẩu: xin người quản trị một liên kết mới. · Lost it? Ask an administrator for a new link.'),
  );
  replace(app, h('main', { id: 'content' }, form));
  account.focus();
}
