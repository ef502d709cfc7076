// Behind an approval link: an approver who is away reads or hears one version, and approves it or gives it back with the sign-in again.
import type { ApprovalDecidedAnswer, ApprovalLookAnswer } from '../../../schemas/approval.ts';
import { send } from '../door.ts';
import { field, h, replace } from '../element.ts';
import { dayWords, minuteWords } from '../words.ts';
import { tellProblem } from './view.ts';

export function showApproval(app: Element): void {
  document.title = 'Duyệt – Loa';
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  const problem = h('p', { class: 'problem', role: 'alert' });
  const card = h('section', { class: 'card' }, h('h1', {}, 'Duyệt nội dung'), problem);
  replace(app, h('main', { id: 'content' }, card));
  send<ApprovalLookAnswer>('POST', '/approval-links/look', { token }).then(
    (look) => replace(card, ...formOf(card, look, token)),
    (error: unknown) => tellProblem(problem, error),
  );
}

function formOf(card: Element, look: ApprovalLookAnswer, token: string): Node[] {
  const { account, title, body, author, items, expMs, needs } = look;
  const password = h('input', { name: 'password', type: 'password', autocomplete: 'current-password', required: true, maxlength: 200 });
  const code = h('input', { name: 'code', inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: 32 });
  const note = h('textarea', { name: 'note', rows: 3, maxlength: 500 });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const decide = async (verdict: 'approve' | 'reject') => {
    problem.textContent = '';
    const proof = { password: password.value, ...(code.value !== '' && { code: code.value }) };
    try {
      const done = await send<ApprovalDecidedAnswer>('POST', '/approval-links/decide', { token, ...proof, verdict, note: note.value });
      const words = done.state === 'approved' ? 'Đã duyệt. · Approved.' : 'Đã trả lại. · Given back.';
      replace(card, h('h1', {}, words), h('p', {}, title));
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  const give = (event: Event) => {
    event.preventDefault();
    void decide('approve');
  };
  return [
    h('h1', {}, title),
    h('p', { class: 'soft' }, `Người soạn: ${author}. Liên kết dùng một lần, đến ${minuteWords(expMs)} ${dayWords(expMs)}.`),
    h('p', { style: 'white-space: pre-wrap' }, body),
    ...items.map((item) => contentOf(item, token)),
    h(
      'form',
      { onsubmit: give },
      field('Tài khoản', h('input', { name: 'account', autocomplete: 'username', value: account, readonly: true })),
      field('Mật khẩu', password),
      needs === 'password-and-code' && field('Mã xác thực', code),
      field('Lý do (bắt buộc khi trả lại)', note),
      problem,
      h(
        'div',
        { class: 'row end' },
        h('button', { type: 'button', onclick: () => void decide('reject') }, 'Trả lại'),
        h('button', { class: 'primary' }, 'Duyệt'),
      ),
    ),
  ];
}

/** The word of the link goes in a header, so that it stands in no address. */
function contentOf({ sha256, title, type }: ApprovalLookAnswer['items'][number], token: string): HTMLElement {
  const place = h('div', {});
  const open = async () => {
    const answer = await fetch(`/api/approval-links/content/${sha256}`, { headers: { 'x-loa-approval': token } });
    if (!answer.ok) return replace(place, 'Không mở được. · It cannot be opened.');
    const src = URL.createObjectURL(new Blob([await answer.blob()], { type }));
    if (type === 'text/html') replace(place, h('iframe', { src, sandbox: '', title, width: '100%', height: 360 }));
    else replace(place, h('audio', { src, controls: true, autoplay: true }));
  };
  const word = type === 'text/html' ? 'Xem' : 'Nghe';
  replace(place, h('button', { type: 'button', onclick: () => void open() }, `${word}: ${title}`));
  return place;
}
