// Alerts from outside: what waits for a person with what the source's map proposes, and what became of the others.
import type { AlertAnswer } from '../../../schemas/alerts.ts';
import { alertStateWords, messageWords, severityWords, whyAlertWords } from '../alert-words.ts';
import { get, send } from '../door.ts';
import { field, h, refresh } from '../element.ts';
import { agoWords, clockWords, dayWords } from '../words.ts';
import type { Prefill } from './order-form.ts';
import { pinInput } from './shift-card.ts';
import { type Stage, tellProblem } from './view.ts';

const pastShown = 10;
const shownCharacters = 600;

export interface AlertsCard {
  readonly element: HTMLElement;
  draw(): Promise<void>;
}

/** `onTake` fills the order form with what an alert proposes. */
export function alertsCard(stage: Stage, onTake: (from: Prefill) => void, onShift: () => boolean): AlertsCard {
  const waiting = h('div', { class: 'list', 'aria-live': 'polite' });
  const past = h('div', { class: 'list' });
  const quiet = h('details', {}, h('summary', {}, 'Các tin cảnh báo đã qua'), past);
  const element = h(
    'section',
    { 'aria-labelledby': 'h-alerts', hidden: true },
    h('h2', { id: 'h-alerts' }, 'Cảnh báo từ bên ngoài'),
    waiting,
    quiet,
  );
  const draw = async () => {
    const all = await get<AlertAnswer[]>('/alerts');
    const open = all.filter(({ state }) => state === 'waiting' || state === 'signing');
    const known = new Map([...waiting.children].map((card) => [(card as HTMLElement).dataset['state'], card as HTMLElement]));
    // A card in which somebody types stays.
    const cards = open.map(
      (alert) => known.get(stateOf(alert, onShift())) ?? alertCard(alert, stage, { onTake, onShift: onShift(), draw }),
    );
    refresh(waiting, ...cards);
    for (const [at, alert] of open.entries()) cards[at]?.querySelector('[data-since]')?.replaceChildren(sinceWords(alert));
    const over = all.filter((alert) => !open.includes(alert) && alert.state !== 'nothing').slice(0, pastShown);
    refresh(past, ...over.map(pastLine));
    quiet.hidden = over.length === 0;
    element.hidden = open.length + over.length === 0;
  };
  return { element, draw };
}

interface Acts {
  onTake(from: Prefill): void;
  readonly onShift: boolean;
  draw(): Promise<void>;
}

function stateOf({ id, state, earlier }: AlertAnswer, onShift: boolean): string {
  return [id, state, earlier.length, onShift ? 'shift' : ''].join(' ');
}

function sinceWords({ state, receivedMs, by }: AlertAnswer): string {
  const words = alertStateWords[state] ?? state;
  return state === 'waiting' ? `${words}, ${agoWords(receivedMs, Date.now())}` : `${words}${by ? ` (${by})` : ''}`;
}

function alertCard(alert: AlertAnswer, stage: Stage, { onTake, onShift, draw }: Acts): HTMLElement {
  const { id, state, code, reason, receivedMs, sourceTitle, message, earlier } = alert;
  const problem = h('p', { class: 'problem', role: 'alert' });
  const act = (path: string, body?: object) => async () => {
    problem.textContent = '';
    try {
      await send('POST', `/alerts/${id}/${path}`, body);
      await draw();
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  const kind = message
    ? `${message.status === 'Exercise' ? 'DIỄN TẬP · ' : ''}${messageWords[message.msgType] ?? message.msgType}: ${message.event || message.identifier}`
    : 'Tin không đọc được';
  const ends = earlier.length > 0 && state === 'waiting' && stage.may('duty', 'leader');
  return h(
    'article',
    { class: `card emergency${message?.status === 'Exercise' ? ' drill' : ''}`, 'data-state': stateOf(alert, onShift) },
    h(
      'div',
      { class: 'row spread' },
      h('h3', {}, kind),
      h('span', { class: `pill ${state === 'waiting' ? 'silent' : 'degraded'}`, 'data-since': true }, sinceWords(alert)),
    ),
    h('p', { class: 'soft' }, `${sourceTitle} · ${dayWords(receivedMs)} ${clockWords(receivedMs)}`),
    message && messageBody(message),
    h('p', {}, h('strong', {}, whyAlertWords(code, reason))),
    earlier.length > 0 && h('p', {}, `${earlier.length} lệnh của tin trước vẫn đang hiệu lực.`),
    problem,
    state === 'waiting' && stage.may('duty') && answers(alert, stage, { onTake, onShift, act }),
    ends && h('button', { onclick: () => void act('end')() }, 'Kết thúc lệnh của tin trước'),
  );
}

function messageBody({ severity, riskLevel, areas, texts, expiresMs }: NonNullable<AlertAnswer['message']>): HTMLElement {
  const main = texts[0];
  const level = riskLevel === null ? '' : ` · cấp độ rủi ro ${riskLevel}`;
  const end = expiresMs === null ? '' : ` · hết hạn ${dayWords(expiresMs)} ${clockWords(expiresMs)}`;
  const cut = (text: string) => (text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text);
  return h(
    'div',
    {},
    h('p', {}, `Mức ${severityWords[severity] ?? severity}${level}${end}`),
    areas.length > 0 && h('p', {}, `Địa bàn: ${areas.join(' · ')}`),
    main?.headline ? h('p', {}, h('strong', {}, main.headline)) : null,
    main?.description ? h('p', {}, cut(main.description)) : null,
    main?.instruction ? h('p', {}, cut(main.instruction)) : null,
    texts.length > 1 &&
      h(
        'p',
        { class: 'soft' },
        `Có thêm ngôn ngữ: ${texts
          .slice(1)
          .map(({ language }) => language)
          .join(', ')}`,
      ),
  );
}

interface Answering extends Pick<Acts, 'onTake' | 'onShift'> {
  act(path: string, body?: object): () => Promise<void>;
}

function answers({ id, message, proposal }: AlertAnswer, { session }: Stage, { onTake, onShift, act }: Answering): HTMLElement {
  const title = message?.texts[0]?.headline || message?.event || id;
  const { template, groups } = proposal;
  const take = () => onTake({ alert: id, title, template, groups, exercise: message?.status === 'Exercise' });
  return h(
    'div',
    {},
    message?.msgType === 'Cancel' ? null : h('button', { class: 'primary', onclick: take }, 'Ra lệnh theo tin này'),
    h(
      'details',
      {},
      h('summary', {}, 'Bỏ qua tin này'),
      ...asideForm(id, session.demo || message?.status === 'Exercise' ? 'password' : 'pin', { onShift, act }),
    ),
  );
}

function asideForm(id: string, proof: 'pin' | 'password', { onShift, act }: Pick<Answering, 'onShift' | 'act'>): HTMLElement[] {
  if (proof === 'pin' && !onShift)
    return [h('p', { class: 'problem' }, 'Nhận ca trực trước khi bỏ qua tin. ', h('a', { href: '#/truc-ban' }, 'Nhận ca trực'))];
  const reason = h('input', { name: `aside-${id}`, maxlength: 300, autocomplete: 'off' });
  const known =
    proof === 'pin'
      ? pinInput(`aside-pin-${id}`, true, 'off')
      : h('input', { type: 'password', name: `aside-password-${id}`, autocomplete: 'current-password' });
  const aside = () => act('aside', { reason: reason.value, [proof]: known.value })();
  return [
    field('Lý do bỏ qua', reason, 'Lý do được lưu cùng tên người quyết định.'),
    field(proof === 'pin' ? 'Mã PIN của người bỏ qua' : 'Mật khẩu của trực ban', known),
    h('button', { onclick: () => void aside() }, 'Bỏ qua'),
  ];
}

function pastLine({ state, receivedMs, sourceTitle, message, note, by }: AlertAnswer): HTMLElement {
  const what = message
    ? `${messageWords[message.msgType] ?? message.msgType}: ${message.event || message.identifier}`
    : 'Tin không đọc được';
  const words = `${alertStateWords[state] ?? state}${by ? ` (${by})` : ''}${state === 'aside' && note ? `: ${note}` : ''}`;
  return h(
    'div',
    { class: 'row spread' },
    h('span', {}, `${clockWords(receivedMs)} · ${sourceTitle} · ${what}`),
    h('span', { class: 'soft' }, words),
  );
}
