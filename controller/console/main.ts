// The operator's page: who is signed in, which view shows, and nothing else.
import type { SessionAnswer } from '../../schemas/api.ts';
import type { HalfSessionAnswer, SignInNotice } from '../../schemas/people.ts';
import { get, rememberCsrf, send, sessionEnded } from './door.ts';
import { h, replace } from './element.ts';
import { openEvents } from './events.ts';
import { makeSiren } from './siren.ts';
import { showApproval } from './views/approval.ts';
import { showDuty } from './views/duty.ts';
import { dutyBar } from './views/duty-bar.ts';
import { showEmergency } from './views/emergency.ts';
import { showInvitation } from './views/invitation.ts';
import { showLive } from './views/live.ts';
import { showLog } from './views/log.ts';
import { showOverview } from './views/overview.ts';
import { showProgrammes } from './views/programmes.ts';
import { showReadyOrders } from './views/ready-orders.ts';
import { showSchedules } from './views/schedules.ts';
import { showSecondStep } from './views/second-step.ts';
import { showSetup } from './views/setup.ts';
import { showSignIn } from './views/sign-in.ts';
import { endedBar, noticeBar } from './views/sign-in-notice.ts';
import { stopBar } from './views/stop-bar.ts';
import type { Stage, View } from './views/view.ts';

interface ViewOfPage {
  readonly title: string;
  readonly english: string;
  readonly show: View;
  readonly danger?: boolean;
  /** Reached from that view, not from the bar. */
  readonly within?: string;
}

const views: Readonly<Record<string, ViewOfPage>> = {
  'tong-quan': { title: 'Tổng quan', english: 'Overview', show: showOverview },
  'noi-dung': { title: 'Nội dung', english: 'Content', show: showProgrammes },
  lich: { title: 'Lịch phát', english: 'Schedule', show: showSchedules },
  'nhat-ky': { title: 'Nhật ký phát', english: 'Play log', show: showLog },
  'truc-tiep': { title: 'Phát trực tiếp', english: 'Live', show: showLive },
  'truc-ban': { title: 'Trực ban', english: 'Duty', show: showDuty },
  'khan-cap': { title: 'Khẩn cấp', english: 'Emergency', show: showEmergency, danger: true },
  'lenh-san': { title: 'Lệnh đặt sẵn', english: 'Orders lying ready', show: showReadyOrders, within: 'khan-cap' },
};

function begin(app: Element): void {
  let leave: () => void = () => {};
  let following = false;
  const siren = makeSiren();
  const silenced = new Set<string>();
  const told: { notice?: SignInNotice | undefined } = {};
  const enter = (notice: SignInNotice | undefined) => {
    told.notice = notice;
    void turn();
  };
  const turn = async () => {
    leave();
    leave = () => {};
    const session = await signedIn();
    if (location.pathname.endsWith('/setup') && !session) return showSetup(app, () => go('tong-quan'));
    if (location.pathname.endsWith('/invite')) return showInvitation(app, () => go('tong-quan'));
    if (location.pathname.endsWith('/approve')) return showApproval(app);
    if (!session) return showSignIn(app, enter);
    if ('needs' in session) return showSecondStep(app, session, enter);
    const name = location.hash.slice(2) in views ? location.hash.slice(2) : 'tong-quan';
    const view = views[name];
    if (!view) return;
    document.title = `${view.title} – Loa`;
    if (!following) {
      openEvents();
      document.addEventListener(sessionEnded, () => app.querySelector('.ended') ?? app.prepend(endedBar()));
    }
    following = true;
    const bar = name === 'khan-cap' ? undefined : stopBar(stageOf(app as HTMLElement, session));
    const duty = dutyBar(stageOf(app as HTMLElement, session), siren, silenced);
    const content = h('main', { id: 'content', tabindex: -1 });
    replace(
      app,
      session.demo && h('div', { class: 'demo', role: 'note' }, 'TRÌNH DIỄN – không phải hệ thống thật · demonstration'),
      header(session, name),
      told.notice && noticeBar(told.notice, () => delete told.notice),
      duty.element,
      bar?.element,
      content,
    );
    const leaveView = view.show(stageOf(content, session));
    leave = () => {
      bar?.leave();
      duty.leave();
      leaveView();
    };
  };
  const go = (name: string) => {
    if (/\/(setup|invite|approve)$/.test(location.pathname)) location.assign(`/#/${name}`);
    else location.hash = `/${name}`;
  };
  addEventListener('hashchange', () => void turn());
  void turn();
}

/** Undefined when nobody is signed in (an empty answer). */
async function signedIn(): Promise<SessionAnswer | HalfSessionAnswer | undefined> {
  const session = await get<SessionAnswer | HalfSessionAnswer | undefined>('/session');
  if (session) rememberCsrf(session.csrf);
  return session;
}

function header(session: SessionAnswer, current: string): HTMLElement {
  const shown = views[current]?.within ?? current;
  const inBar = Object.entries(views).filter(([, { within }]) => within === undefined);
  const links = inBar.map(([name, view]) =>
    h(
      'a',
      { href: `#/${name}`, 'aria-current': name === shown ? 'page' : null, class: view.danger ? 'danger' : null, title: view.english },
      view.title,
    ),
  );
  const out = async () => {
    await send('DELETE', '/session').catch(() => {});
    location.hash = '';
    location.reload();
  };
  return h(
    'header',
    { class: 'top' },
    h('a', { class: 'brand', href: '#/tong-quan' }, `Loa · ${session.centre.name}`),
    h('nav', { 'aria-label': 'Chính' }, ...links),
    h('span', { class: 'soft' }, session.title || session.account),
    h('button', { onclick: () => void out() }, 'Thoát'),
  );
}

function stageOf(content: HTMLElement, session: SessionAnswer): Stage {
  return {
    content,
    session,
    may: (...roles) => session.roles.some((role) => role === 'administrator' || roles.includes(role)),
  };
}

const app = document.getElementById('app');
if (app) begin(app);
