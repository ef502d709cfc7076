// On every page: nobody on duty is red, and whoever is called hears and sees it here.
import type { SessionAnswer } from '../../../schemas/api.ts';
import type { RingAnswer } from '../../../schemas/duty.ts';
import { get, Refused, send } from '../door.ts';
import { h, refresh } from '../element.ts';
import type { Siren } from '../siren.ts';
import { clockWords } from '../words.ts';
import { follow, type Stage } from './view.ts';

const stateWords = {
  nobody: 'CHƯA CÓ AI TRỰC BAN',
  'not-started': 'NGƯỜI TRỰC CHƯA NHẬN CA',
} as const;

/** Bars under the header; stops following when `leave` is called. `silenced` holds the ids this page no longer sounds for. */
export function dutyBar(stage: Stage, siren: Siren, silenced: Set<string>): { readonly element: HTMLElement; leave(): void } {
  const element = h('div', { class: 'duty-bars' });
  const sees = stage.may('duty', 'leader');
  const draw = async () => {
    const [session, rings] = await Promise.all([get<SessionAnswer | undefined>('/session'), get<RingAnswer[]>('/duty/rings')]);
    const state = session?.duty.state ?? 'staffed';
    const mayStart = state === 'not-started' && stage.session.roles.includes('duty');
    const red = sees && state !== 'staffed' ? [redBar(state, mayStart)] : [];
    refresh(element, ...red, ...rings.map((ring) => ringBar(ring, draw, silenced)));
    sound(rings, siren, silenced);
    if (!document.hidden) await tellSeen(rings);
  };
  return { element, leave: follow(['duty'], draw) };
}

function redBar(state: keyof typeof stateWords, mayStart: boolean): HTMLElement {
  return h(
    'div',
    { class: 'duty-bar', role: 'alert' },
    h('strong', {}, `⊘ ${stateWords[state]}`),
    h('a', { href: '#/truc-ban' }, mayStart ? 'Nhận ca' : 'Mở trang Trực ban'),
  );
}

function ringBar(ring: RingAnswer, draw: () => Promise<void>, silenced: Set<string>): HTMLElement {
  const { id, kind, mine, title, text, personTitle, atMs } = ring;
  const answer = async () => {
    // Somebody else may have ended it a moment before.
    await send('POST', `/duty/rings/${id}/answer`).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
    });
    await draw();
  };
  const mute = async () => {
    silenced.add(id);
    await draw();
  };
  const told = kind === 'told';
  return h(
    'div',
    { class: told ? 'ring-bar told' : 'ring-bar', role: told ? 'status' : 'alert' },
    h(
      'p',
      {},
      h('strong', {}, `${told ? '✉' : '☎'} ${mine ? title : `Đang gọi ${personTitle}: ${title}`}`),
      h('br'),
      `${clockWords(atMs)} · ${text}`,
    ),
    h(
      'div',
      { class: 'row' },
      mine && h('button', { onclick: () => void answer() }, told ? 'Đã biết' : kind === 'test' ? 'Đã nghe' : 'Tôi đến ngay'),
      !mine && !silenced.has(id) && h('button', { onclick: () => void mute() }, 'Tắt chuông ở máy này'),
      kind !== 'test' && h('a', { class: 'button', href: '#/khan-cap' }, 'Mở trang Khẩn cấp'),
    ),
  );
}

function sound(rings: readonly RingAnswer[], siren: Siren, silenced: ReadonlySet<string>): void {
  for (const { id, title } of rings.filter(({ kind, mine }) => kind === 'told' && mine)) siren.chime(id, title);
  const loud = rings.find(({ id, kind }) => kind !== 'told' && !silenced.has(id));
  if (loud) siren.ring(loud.id, loud.title);
  else siren.quiet();
}

async function tellSeen(rings: readonly RingAnswer[]): Promise<void> {
  const fresh = rings.filter(({ mine, seenMs }) => mine && seenMs === null);
  await Promise.all(fresh.map(({ id }) => send('POST', `/duty/rings/${id}/seen`)));
}
