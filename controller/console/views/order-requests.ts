// Signing orders: this browser's key, and orders that wait for a second officer.
import type { OfficerKeyAnswer, OrderRequestAnswer } from '../../../schemas/order-api.ts';
import { get, send } from '../door.ts';
import { field, h, refresh, replace } from '../element.ts';
import { holdButton } from '../hold-button.ts';
import { keyHere, makeKey, type OfficerKeyHere, signWith } from '../officer-key.ts';
import { clockWords } from '../words.ts';
import { drawLadder, glassForm } from './ladder-lines.ts';
import { pinInput } from './shift-card.ts';
import { type Stage, tellProblem } from './view.ts';

/** A card about the key of this browser; `onTrusted` tells once it may sign. */
export function keyCard(stage: Stage, onTrusted: (key: OfficerKeyHere) => void): HTMLElement {
  const { account } = stage.session;
  const card = h('section', { class: 'card', 'aria-labelledby': 'h-key' });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const draw = async () => {
    const [here, keys] = await Promise.all([keyHere(account), get<OfficerKeyAnswer[]>('/officer-keys')]);
    const known = keys.find(({ keyid }) => keyid === here?.keyid);
    if (here && known?.state === 'trusted') onTrusted(here);
    const title = h('h2', { id: 'h-key' }, 'Khóa ký trên máy này');
    if (here && known)
      return replace(
        card,
        title,
        h('p', {}, known.state === 'trusted' ? 'Máy này ký được lệnh khẩn cấp.' : 'Chờ người giữ khóa gốc ký xác nhận khóa này.'),
        h('p', { class: 'soft' }, `Mã khóa ${here.keyid.replaceAll(/(.{4})(?=.)/g, '$1 ')}`),
      );
    const begin = async () => {
      const key = here ?? (await makeKey(account));
      await send('POST', '/officer-keys', { publicKey: key.publicKey, label: navigator.platform.slice(0, 80) });
      await draw();
    };
    replace(
      card,
      title,
      h('p', {}, 'Lệnh thật phải có chữ ký của người ra lệnh. Khóa được tạo trên máy này và không rời khỏi máy.'),
      h('button', { onclick: () => void begin().catch((error: unknown) => tellProblem(problem, error)) }, 'Tạo khóa ký trên máy này'),
      problem,
    );
  };
  void draw();
  return card;
}

/** Prepare an order and put this officer's signature on it. True when it was given at once. */
export async function giveSigned(key: OfficerKeyHere, { alert, ...wish }: GivenWish, pin: string): Promise<boolean> {
  const request = alert === undefined ? await send<OrderRequestAnswer>('POST', '/order-requests', wish) : await takeAlert(alert, wish);
  return approve(key, request, { pin });
}

interface GivenWish {
  /** The alert from outside that it answers. */
  readonly alert?: string;
  readonly template: string | undefined;
  readonly groups: readonly string[];
  readonly breakGlass: boolean;
}

async function takeAlert(alert: string, { template, groups }: GivenWish): Promise<OrderRequestAnswer> {
  const { order } = await send<{ readonly order: string }>('POST', `/alerts/${alert}/take`, { template, groups });
  return get<OrderRequestAnswer>(`/order-requests/${order}`);
}

async function approve(key: OfficerKeyHere, request: OrderRequestAnswer, proof: { pin: string; match?: string }): Promise<boolean> {
  const signed = await signWith(key, request.payloadType, request.statement);
  // The same officer takes it back in advance: should it prove wrong, nobody has to be found to say so.
  const back = request.correction === null ? null : await signWith(key, request.payloadType, request.correction);
  const words = { ...signed, ...(back && { correctionSig: back.sig }), ...proof };
  const answer = await send<{ state: string }>('POST', `/order-requests/${request.id}/approve`, words);
  return answer.state === 'given';
}

/** Orders that wait: digits for the one who prepared it, a form for the second. Redraws what changed only. */
export function drawRequests(
  target: HTMLElement,
  requests: readonly OrderRequestAnswer[],
  stage: Stage,
  key: OfficerKeyHere | undefined,
  onShift: boolean,
): void {
  const known = new Map([...target.children].map((card) => [(card as HTMLElement).dataset['state'], card as HTMLElement]));
  const stateOf = ({ id, approvedBy, ladder }: OrderRequestAnswer) =>
    [id, approvedBy.length, key ? 'key' : '', onShift ? 'shift' : '', ladder?.offer ?? ''].join(' ');
  // A card in which somebody types stays.
  refresh(
    target,
    ...requests.map((request) => known.get(stateOf(request)) ?? requestCard(request, stateOf(request), stage, { key, onShift })),
  );
}

/** The seconds go on between two answers; called each second. */
export function tickLadders(target: HTMLElement, requests: readonly OrderRequestAnswer[], sinceMs: number): void {
  for (const { id, ladder } of requests) {
    const lines = target.querySelector<HTMLElement>(`[data-ladder="${id}"]`);
    if (lines && ladder) drawLadder(lines, ladder, sinceMs);
  }
}

interface Signs {
  readonly key: OfficerKeyHere | undefined;
  readonly onShift: boolean;
}

function requestCard(request: OrderRequestAnswer, state: string, stage: Stage, { key, onShift }: Signs): HTMLElement {
  const { id, title, screen, speak, by, madeMs, needed, approvedBy, match, breakGlass, ladder } = request;
  const problem = h('p', { class: 'problem', role: 'alert' });
  const withdraw = () => send('DELETE', `/order-requests/${id}`).catch((error: unknown) => tellProblem(problem, error));
  const card = h(
    'article',
    { class: 'card emergency', 'data-state': state },
    h(
      'div',
      { class: 'row spread' },
      h('h3', {}, `Chờ xác nhận: ${title}`),
      h('span', { class: 'pill degraded' }, `${approvedBy.length}/${needed} chữ ký`),
    ),
    h('p', { class: 'soft' }, `${clockWords(madeMs)} · ${by}${breakGlass ? ' · PHÁ KÍNH' : ''}`),
    h('p', {}, h('strong', {}, screen.title), ' – ', screen.text),
    h('p', { class: 'soft' }, speak),
    match !== null && approvedBy.length > 0
      ? h('p', { class: 'match' }, 'Đọc cho người xác nhận thứ hai: ', h('strong', {}, match))
      : approvedBy.includes(stage.session.account) || !stage.may('duty') || match !== null
        ? null
        : secondForm(request, { key, onShift }, problem),
    h('div', { class: 'ladder', 'data-ladder': id }),
    ladder?.offer && key && by === stage.session.account ? glassForm(request, key, giveSigned) : null,
    problem,
    stage.may('duty') && h('button', { onclick: () => void withdraw() }, 'Bỏ lệnh này'),
  );
  return card;
}

function secondForm(request: OrderRequestAnswer, { key, onShift }: Signs, problem: HTMLElement): HTMLElement {
  if (!onShift) return h('p', { class: 'problem' }, 'Nhận ca trực trước khi ký xác nhận. ', h('a', { href: '#/truc-ban' }, 'Nhận ca trực'));
  if (!key) return h('p', { class: 'problem' }, 'Máy này chưa có khóa ký được xác nhận.');
  const digits = h('input', { inputmode: 'numeric', pattern: '\\d\\d', maxlength: 2, size: 4, autocomplete: 'off', name: 'match' });
  const pin = pinInput('second-pin', true, 'off');
  const confirm = async () => {
    problem.textContent = '';
    await approve(key, request, { pin: pin.value, match: digits.value }).catch((error: unknown) => tellProblem(problem, error));
  };
  return h(
    'div',
    {},
    field('Hai chữ số trên màn hình người ra lệnh', digits, 'Gọi cho người ra lệnh để hỏi.'),
    field('Mã PIN của người xác nhận', pin),
    holdButton('Giữ 2 giây để XÁC NHẬN', confirm),
  );
}
