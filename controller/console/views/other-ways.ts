// Beside the password: the button of the provider that may vouch for people here, and what came of the way there and back.
import type { OidcBegunAnswer, SignInWays } from '../../../schemas/people.ts';
import { get, send } from '../door.ts';
import { h } from '../element.ts';
import { tellProblem, tellStray } from './view.ts';

const came = /^#sign-in=([a-z-]{1,40})$/;

const words: Readonly<Record<string, string>> = {
  expired: 'Lần đăng nhập này đã quá mười phút hoặc đã dùng rồi: hãy bấm lại. · It took too long or was used already: try again.',
  offline: 'Không tới được nơi xác nhận danh tính: hãy dùng mật khẩu. · The provider cannot be reached: use the password.',
  'not-found':
    'Danh tính này chưa gắn với tài khoản nào ở đây: xin người quản trị gắn. · No account here is linked with you: ask an administrator.',
  'not-allowed': 'Nơi xác nhận từ chối, hoặc tài khoản đã bị khóa. · The provider refused, or the account is disabled.',
};
const otherwise = 'Không nhận được xác nhận đáng tin: hãy dùng mật khẩu và báo người quản trị. · No word that can be trusted came back.';

/** What the last try ended with, once: it goes from the address. */
export function takeOutcome(): string {
  const code = came.exec(location.hash)?.[1];
  if (code === undefined) return '';
  history.replaceState(null, '', location.pathname);
  return words[code] ?? otherwise;
}

/** Empty until the centre has said that another way is set up. */
export function otherWays(problem: HTMLElement): HTMLElement {
  const place = h('div', {});
  const begin = async (button: HTMLButtonElement) => {
    button.disabled = true;
    problem.textContent = '';
    try {
      const view = /^#\/[a-z-]{1,40}$/.test(location.hash) ? location.hash : '';
      const { url } = await send<OidcBegunAnswer>('POST', '/session/oidc', { back: `/${view}` });
      location.assign(url);
    } catch (error) {
      button.disabled = false;
      tellProblem(problem, error);
    }
  };
  get<SignInWays>('/session/ways')
    .then(({ oidc }) => {
      if (oidc.state !== 'ready') return;
      const button = h('button', { type: 'button', class: 'other-way', title: `Sign in with ${oidc.name}` }, `Đăng nhập bằng ${oidc.name}`);
      button.addEventListener('click', () => void begin(button));
      place.append(h('p', { class: 'soft' }, 'hoặc · or'), button);
    })
    .catch(tellStray);
  return place;
}
