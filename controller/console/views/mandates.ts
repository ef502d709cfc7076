// Mandates: what may sound without a person, signed by two officers in two browsers; prepared, signed and revoked here.
import type { AlertSourceAnswer, MandateAnswer } from '../../../schemas/alerts.ts';
import type { TemplateAnswer } from '../../../schemas/order-api.ts';
import { mandateStateWords } from '../alert-words.ts';
import { get, Refused, send } from '../door.ts';
import { field, h, refresh } from '../element.ts';
import { holdButton } from '../hold-button.ts';
import { type OfficerKeyHere, signWith } from '../officer-key.ts';
import { pinInput } from './shift-card.ts';
import { type Stage, tellProblem } from './view.ts';

const dateWords = new Intl.DateTimeFormat('vi-VN', { dateStyle: 'long', timeZone: 'Asia/Ho_Chi_Minh' });
const dayMs = 24 * 3600_000;
const minuteMs = 60_000;

export interface MandatesCard {
  readonly element: HTMLElement;
  draw(): Promise<void>;
}

/** What signing needs of this browser and its officer. */
export interface SignerHere {
  /** The key of this browser, once it is known and trusted. */
  readonly key: OfficerKeyHere | undefined;
  readonly onShift: boolean;
}

export function mandatesCard(stage: Stage, here: () => SignerHere): MandatesCard {
  const list = h('div', { class: 'list' });
  const form = h('div');
  const element = h(
    'section',
    { class: 'card', 'aria-labelledby': 'h-mandates' },
    h('h2', { id: 'h-mandates' }, 'Ủy quyền tự động'),
    h(
      'p',
      { class: 'soft' },
      'Hai trực ban ký trước: tin nào, ở đâu, phát đúng câu nào, mỗi giờ mấy lần. Chỉ những gì ghi ở đây được phát khi không có người.',
    ),
    list,
    form,
  );
  const draw = async () => {
    const all = await get<MandateAnswer[]>('/mandates');
    const shown = all.filter(({ state }) => state === 'waiting' || state === 'in-force' || state === 'lapsed');
    const known = new Map([...list.children].map((card) => [(card as HTMLElement).dataset['state'], card as HTMLElement]));
    const empty = h('p', { class: 'empty' }, 'Chưa có ủy quyền nào.');
    const cards = shown.map((mandate) => known.get(stateOf(mandate, stage, here())) ?? mandateCard(mandate, stage, { ...here(), draw }));
    refresh(list, ...(cards.length > 0 ? cards : [empty]));
    // A card in which somebody types stays; only its line of signers is written anew.
    for (const [at, mandate] of shown.entries()) cards[at]?.querySelector('[data-signed]')?.replaceChildren(signersOf(mandate));
  };
  // A leader reads what stands; who may prepare one sees the form.
  if (stage.may('duty'))
    void Promise.all([get<AlertSourceAnswer[]>('/alert-sources'), get<TemplateAnswer[]>('/templates')])
      .then(([sources, templates]) => {
        const able = sources.filter(({ trust }) => trust === 'auto');
        form.append(
          able.length > 0 ? wishForm(able, templates, stage, draw) : h('p', { class: 'soft' }, 'Chưa có nguồn nào được phép tự động.'),
        );
      })
      .catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error;
      });
  return { element, draw };
}

function stateOf({ id, state, signedBy }: MandateAnswer, { session }: Stage, { key, onShift }: SignerHere): string {
  return [id, state, signedBy.includes(session.account) ? 'mine' : '', key ? 'key' : '', onShift ? 'shift' : ''].join(' ');
}

function signersOf({ untilMs, by, signedBy }: MandateAnswer): string {
  return `Đến ${dateWords.format(untilMs)} · soạn: ${by} · đã ký: ${signedBy.join(', ') || 'chưa ai'}`;
}

interface Signing extends SignerHere {
  draw(): Promise<void>;
}

function mandateCard(mandate: MandateAnswer, stage: Stage, { key, onShift, draw }: Signing): HTMLElement {
  const { id, feed, box, state, areas, perHour, maxMs, signedBy, templates } = mandate;
  const problem = h('p', { class: 'problem', role: 'alert' });
  const revoke = async () => {
    await send('POST', `/mandates/${id}/revoke`).catch((error: unknown) => tellProblem(problem, error));
    await draw();
  };
  const mine = signedBy.includes(stage.session.account);
  return h(
    'article',
    { class: 'card', 'data-state': stateOf(mandate, stage, { key, onShift }) },
    h(
      'div',
      { class: 'row spread' },
      h('h3', {}, `${mandate.class === 'exercise' ? 'DIỄN TẬP · ' : ''}${templates.map(({ title }) => title).join(', ')}`),
      h('span', { class: `pill ${state === 'in-force' ? 'ok' : 'degraded'}` }, mandateStateWords[state] ?? state),
    ),
    h(
      'p',
      {},
      `${box === null ? `Nguồn ${feed}` : `Tiếp điểm ${feed} của hộp ${box}`} · địa bàn ${areas.join(', ')} · tối đa ${perHour} lần một giờ, mỗi lần ${Math.round(maxMs / minuteMs)} phút`,
    ),
    h('p', { class: 'soft', 'data-signed': true }, signersOf(mandate)),
    ...templates.map(({ speak, screen }) =>
      h('blockquote', {}, h('p', {}, h('strong', {}, screen.title), ' – ', screen.text), h('p', { class: 'soft' }, speak)),
    ),
    problem,
    state === 'waiting' && stage.may('duty') && !mine && signForm(mandate, { key, onShift }, { problem, draw }),
    stage.may('duty', 'leader') && h('button', { onclick: () => void revoke() }, state === 'waiting' ? 'Bỏ bản này' : 'Thu hồi ủy quyền'),
  );
}

function signForm(
  { id, payloadType, statement }: MandateAnswer,
  { key, onShift }: SignerHere,
  { problem, draw }: { readonly problem: HTMLElement; draw(): Promise<void> },
): HTMLElement {
  if (!onShift) return h('p', { class: 'problem' }, 'Nhận ca trực trước khi ký ủy quyền. ', h('a', { href: '#/truc-ban' }, 'Nhận ca trực'));
  if (!key) return h('p', { class: 'problem' }, 'Máy này chưa có khóa ký được xác nhận.');
  const pin = pinInput(`mandate-pin-${id}`, true, 'off');
  const sign = async () => {
    problem.textContent = '';
    try {
      const signed = await signWith(key, payloadType, statement);
      await send('POST', `/mandates/${id}/sign`, { ...signed, pin: pin.value });
      await draw();
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  return h('div', {}, field('Mã PIN của người ký', pin, 'Đọc kỹ câu sẽ phát trước khi ký.'), holdButton('Giữ 2 giây để KÝ ỦY QUYỀN', sign));
}

function wishForm(
  sources: readonly AlertSourceAnswer[],
  templates: readonly TemplateAnswer[],
  stage: Stage,
  draw: () => Promise<void>,
): HTMLElement {
  const feed = h('select', { name: 'feed' }, ...sources.map(({ id, title }) => h('option', { value: id }, title)));
  const kind = h(
    'select',
    { name: 'mandate-class' },
    ...(stage.session.demo ? [] : [h('option', { value: 'actual' }, 'Lệnh thật')]),
    h('option', { value: 'exercise' }, 'Diễn tập'),
  );
  const choices = templates.map(({ id, title }) => ({ id, title, box: h('input', { type: 'checkbox', name: `mandate-template-${id}` }) }));
  const area = h('input', { name: 'area', value: stage.session.centre.area, maxlength: 200 });
  const perHour = h('input', { type: 'number', name: 'perHour', value: 4, min: 1, max: 20 });
  const minutes = h('input', { type: 'number', name: 'minutes', value: 30, min: 1, max: 1440 });
  const days = h('input', { type: 'number', name: 'days', value: 180, min: 1, max: 366 });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const prepare = async (event: Event) => {
    event.preventDefault();
    problem.textContent = '';
    try {
      await send('POST', '/mandates', {
        feed: feed.value,
        class: kind.value,
        templates: choices.filter(({ box }) => box.checked).map(({ id }) => id),
        areas: area.value.split(/[\s,]+/).filter((one) => one !== ''),
        perHour: Number(perHour.value),
        maxMs: Number(minutes.value) * minuteMs,
        untilMs: Date.now() + Number(days.value) * dayMs,
      });
      (event.target as HTMLElement).closest('details')?.removeAttribute('open');
      await draw();
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  return h(
    'details',
    {},
    h('summary', {}, 'Soạn ủy quyền mới'),
    h(
      'form',
      { onsubmit: (event) => void prepare(event) },
      field('Nguồn tin', feed),
      field('Loại lệnh', kind),
      h(
        'div',
        { class: 'row', role: 'group', 'aria-label': 'Mẫu lệnh được tự phát' },
        ...choices.map(({ title, box }) => h('label', { class: 'check' }, box, title)),
      ),
      field('Địa bàn', area, 'Mã địa bàn, cách nhau bằng dấu phẩy.'),
      h('div', { class: 'row' }, field('Lần mỗi giờ', perHour), field('Phút mỗi lần', minutes), field('Số ngày', days)),
      problem,
      h('button', { class: 'primary', type: 'submit' }, 'Soạn để hai người ký'),
    ),
  );
}
