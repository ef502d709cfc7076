// Behind a one-time link: the person chooses the password of an account that an administrator made, or after losing the old one.
import { rememberCsrf, send } from '../door.ts';
import { field, h, replace } from '../element.ts';
import { dayWords, minuteWords } from '../words.ts';
import { tellProblem } from './view.ts';

export const passwordHint =
  'Ít nhất 12 ký tự, khó đoán: ghép bốn, năm từ không liên quan. · At least 12 letters, hard to guess: four or five words that have nothing to do with each other.';

interface Look {
  readonly account: string;
  readonly title: string;
  readonly expMs: number;
}

export function showInvitation(app: Element, onDone: () => void): void {
  document.title = 'Đặt mật khẩu – Loa';
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  const problem = h('p', { class: 'problem', role: 'alert' });
  const card = h('section', { class: 'card sign-in' }, h('h1', {}, 'Đặt mật khẩu'), problem);
  replace(app, h('main', { id: 'content' }, card));
  send<Look>('POST', '/invitation/look', { token }).then(
    (look) => replace(card, ...formWords(look, token, onDone)),
    (error: unknown) => tellProblem(problem, error),
  );
}

function formWords({ account, title, expMs }: Look, token: string, onDone: () => void): Node[] {
  // There for the password manager, which keeps the two together.
  const name = h('input', { name: 'account', autocomplete: 'username', value: account, readonly: true });
  const chosen = { type: 'password', autocomplete: 'new-password', required: true, minlength: 12, maxlength: 256 };
  const password = h('input', { name: 'password', ...chosen });
  const again = h('input', { name: 'again', ...chosen });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const submit = async (event: Event) => {
    event.preventDefault();
    problem.textContent = '';
    if (password.value !== again.value) {
      problem.textContent = 'Hai lần nhập không giống nhau. · The two are not the same.';
      return again.select();
    }
    try {
      await send('POST', '/invitation', { token, password: password.value });
      const answer = await send<{ csrf: string }>('POST', '/session', { account, password: password.value });
      rememberCsrf(answer.csrf);
      onDone();
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  return [
    h('h1', {}, 'Đặt mật khẩu'),
    h('p', {}, title || account),
    h('p', { class: 'soft' }, `Liên kết dùng một lần, đến ${minuteWords(expMs)} ${dayWords(expMs)}. · This link works once.`),
    h(
      'form',
      { onsubmit: (event) => void submit(event) },
      field('Tài khoản', name),
      field('Mật khẩu mới', password, passwordHint),
      field('Nhập lại mật khẩu', again),
      problem,
      h('div', { class: 'row end' }, h('button', { class: 'primary' }, 'Đặt mật khẩu và đăng nhập')),
    ),
  ];
}
