// First start of a real centre: the one-time link makes the first administrator. There is no default password.
import { rememberCsrf, send } from '../door.ts';
import { field, h, replace } from '../element.ts';
import { passwordHint } from './invitation.ts';
import { tellProblem } from './view.ts';

export function showSetup(app: Element, onDone: () => void): void {
  document.title = 'Thiết lập – Loa';
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? new URLSearchParams(location.search).get('token') ?? '';
  const account = h('input', {
    name: 'account',
    autocomplete: 'username',
    required: true,
    pattern: '[a-z0-9\\-]{1,32}',
    autocapitalize: 'none',
  });
  const password = h('input', { name: 'password', type: 'password', autocomplete: 'new-password', required: true, minlength: 12 });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const submit = async (event: Event) => {
    event.preventDefault();
    problem.textContent = '';
    try {
      const wish = { token, account: account.value, password: password.value };
      const answer = await send<{ csrf: string }>('POST', '/setup', wish);
      rememberCsrf(answer.csrf);
      onDone();
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  replace(
    app,
    h(
      'main',
      { id: 'content' },
      h(
        'form',
        { class: 'card sign-in', onsubmit: (event) => void submit(event) },
        h('h1', {}, 'Thiết lập trung tâm'),
        h('p', { class: 'soft' }, 'Đường dẫn này chỉ dùng một lần. Hãy đặt tài khoản quản trị đầu tiên.'),
        field('Tài khoản quản trị', account, 'Chữ thường, số và dấu gạch ngang.'),
        field('Mật khẩu', password, passwordHint),
        problem,
        h('div', { class: 'row end' }, h('button', { class: 'primary' }, 'Tạo tài khoản')),
      ),
    ),
  );
  account.focus();
}
