// Sign-in: account, password, one clear problem when refused.
import { rememberCsrf, send } from '../door.ts';
import { field, h, replace } from '../element.ts';
import { tellProblem } from './view.ts';

export function showSignIn(app: Element, onSignedIn: () => void): void {
  document.title = 'Đăng nhập – Loa';
  const account = h('input', { name: 'account', autocomplete: 'username', required: true, autocapitalize: 'none', spellcheck: 'false' });
  const password = h('input', { name: 'password', type: 'password', autocomplete: 'current-password', required: true });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const button = h('button', { class: 'primary' }, 'Đăng nhập');
  const submit = async (event: Event) => {
    event.preventDefault();
    button.disabled = true;
    problem.textContent = '';
    try {
      const answer = await send<{ csrf: string }>('POST', '/session', { account: account.value.trim(), password: password.value });
      rememberCsrf(answer.csrf);
      onSignedIn();
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
  );
  replace(app, h('main', { id: 'content' }, form));
  account.focus();
}
