// What the owner of an account should know after signing in: tries that were refused, recovery codes that run out.
import type { SignInNotice } from '../../../schemas/people.ts';
import { h } from '../element.ts';
import { dayWords, minuteWords } from '../words.ts';

const fewCodes = 3;

/** Nothing when there is nothing to say. */
export function noticeBar({ refusedTries, lastRefusedMs, recoveryCodesLeft }: SignInNotice, read: () => void): HTMLElement | undefined {
  const when = lastRefusedMs === null ? '' : `, lần cuối lúc ${minuteWords(lastRefusedMs)} ${dayWords(lastRefusedMs)}`;
  const lines = [
    refusedTries > 0 &&
      `Có ${refusedTries} lần đăng nhập sai vào tài khoản này từ lần trước${when}. Không phải bạn? Báo người quản trị để nhận liên kết đặt mật khẩu mới. · ${refusedTries} refused tries since your last sign-in.`,
    recoveryCodesLeft !== null &&
      recoveryCodesLeft < fewCodes &&
      `Chỉ còn ${recoveryCodesLeft} mã dự phòng. · Only ${recoveryCodesLeft} recovery codes are left.`,
  ].filter((line) => line !== false);
  if (lines.length === 0) return undefined;
  const close = () => {
    read();
    bar.remove();
  };
  const bar = h(
    'div',
    { class: 'notice', role: 'status' },
    h('div', {}, ...lines.map((line) => h('p', {}, line))),
    h('button', { type: 'button', onclick: close }, 'Đã đọc'),
  );
  return bar;
}

/** The session is over; what was typed stays on the page until one chooses to sign in again. */
export function endedBar(): HTMLElement {
  return h(
    'div',
    { class: 'notice ended', role: 'alert' },
    h(
      'p',
      {},
      'Phiên đăng nhập đã hết. Hãy chép lại nội dung đang soạn rồi đăng nhập lại. · The session has ended: keep what you were writing, then sign in again.',
    ),
    h('button', { type: 'button', class: 'primary', onclick: () => location.reload() }, 'Đăng nhập lại'),
  );
}
