// "Phát trực tiếp": choose who hears, open the session, hold to talk, see who hears it; then the sessions before and their recordings.
import type { BoxAnswer, GroupAnswer, LiveAnswer } from '../../../schemas/api.ts';
import { get, getAll, send } from '../door.ts';
import { field, h, refresh, replace } from '../element.ts';
import { encodesHere, NoMicrophone, openMicrophone } from '../microphone.ts';
import { openTalkLine, type TalkLine } from '../talk-line.ts';
import { clockWords, dayWords, liveWords, whyWords } from '../words.ts';
import { follow, type Stage, tellProblem } from './view.ts';

const pastShown = 20;
const secondMs = 1_000;

export function showLive(stage: Stage): () => void {
  const desk = h('div');
  const talk = h('section', { class: 'card', hidden: true, 'aria-label': 'Micrô' });
  const now = h('div', { class: 'list', 'aria-live': 'polite' });
  const past = h('div', { class: 'list' });
  const problem = h('p', { class: 'problem', role: 'alert' });
  let leaveTalk: () => void = () => {};
  const hangUp = () => {
    leaveTalk();
    leaveTalk = () => {};
    talk.hidden = true;
  };
  const end = async ({ id }: LiveAnswer) => {
    await send('POST', `/live/${id}/close`).catch((error: unknown) => tellProblem(problem, error));
    hangUp();
    await draw();
  };
  const take = async (live: LiveAnswer) => {
    hangUp();
    problem.textContent = '';
    leaveTalk = await talkInto({ live, stage, talk, problem, onBroken: hangUp });
    await draw();
  };
  const draw = async () => {
    const all = await get<LiveAnswer[]>('/live');
    const open = all.filter(({ state }) => state === 'open');
    const may = stage.may('duty', 'scheduler');
    refresh(now, ...open.map((live) => openCard(live, may, { take, end })));
    const none = h('p', { class: 'empty' }, 'Chưa có phiên nào.');
    const closed = all.filter(({ state }) => state === 'closed').slice(0, pastShown);
    refresh(past, ...(closed.length > 0 ? closed.map(pastRow) : [none]));
  };
  replace(
    stage.content,
    h('h1', {}, 'Phát trực tiếp'),
    problem,
    talk,
    now,
    stage.may('duty', 'scheduler') ? desk : h('p', { class: 'card' }, 'Chỉ trực ban và người lập lịch được phát trực tiếp.'),
    h('section', { class: 'card' }, h('h2', {}, 'Các phiên đã qua'), past),
  );
  if (stage.may('duty', 'scheduler'))
    void Promise.all([get<GroupAnswer[]>('/groups'), getAll<BoxAnswer>('/boxes?limit=1000')]).then(([groups, boxes]) =>
      replace(desk, openForm(groups, boxes, take)),
    );
  const unfollow = follow(['live'], draw);
  return () => {
    hangUp();
    unfollow();
  };
}

function openForm(groups: readonly GroupAnswer[], boxes: readonly BoxAnswer[], take: (live: LiveAnswer) => Promise<void>): HTMLElement {
  const title = h('input', { name: 'title', value: 'Thông báo trực tiếp', required: true, maxlength: 200 });
  const targets = groups.map((group) => ({ group, box: h('input', { type: 'checkbox', name: `live-${group.id}`, checked: true }) }));
  const chime = h('input', { type: 'checkbox', name: 'chime', checked: true });
  const near = h('input', { type: 'radio', name: 'delay', value: 300, disabled: !encodesHere });
  const far = h('input', { type: 'radio', name: 'delay', value: 2000, checked: true });
  const minutes = h('input', { type: 'number', name: 'minutes', value: 30, min: 1, max: 120 });
  const reach = h('p', { class: 'soft' });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const chosen = () => targets.filter(({ box }) => box.checked).map(({ group }) => group.id);
  const count = () => {
    const hit = boxes.filter((box) => box.groups.some((group) => chosen().includes(group)));
    reach.textContent = `${hit.length} hộp sẽ nghe, ${hit.filter((box) => !box.online).length} đang ngoại tuyến.`;
  };
  const open = async (event: Event) => {
    event.preventDefault();
    problem.textContent = '';
    try {
      const wish = { title: title.value, groups: chosen(), delayMs: near.checked ? 300 : 2_000, chime: chime.checked };
      await take(await send<LiveAnswer>('POST', '/live', { ...wish, maxMs: Number(minutes.value) * 60_000 }));
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  count();
  return h(
    'form',
    { class: 'card', onsubmit: (event) => void open(event), onchange: count, 'aria-labelledby': 'h-live' },
    h('h2', { id: 'h-live' }, 'Mở phiên mới'),
    field('Tên phiên', title),
    h(
      'div',
      { class: 'row', role: 'group', 'aria-label': 'Địa bàn' },
      ...targets.map(({ group, box }) => h('label', { class: 'check' }, box, group.name)),
    ),
    reach,
    h(
      'div',
      { class: 'row', role: 'radiogroup', 'aria-label': 'Độ trễ' },
      h('label', { class: 'check' }, far, 'Qua 4G: trễ 2 giây, chắc tiếng'),
      h('label', { class: 'check' }, near, 'Mạng nội bộ: trễ 0,3 giây'),
    ),
    h('div', { class: 'row' }, h('label', { class: 'check' }, chime, 'Chuông báo trước'), field('Dài nhất (phút)', minutes)),
    problem,
    h('button', { class: 'primary', type: 'submit' }, 'Mở micrô và phát'),
  );
}

interface Talk {
  readonly live: LiveAnswer;
  readonly stage: Stage;
  readonly talk: HTMLElement;
  readonly problem: HTMLElement;
  readonly onBroken: () => void;
}

/** Take the microphone into an open session; answers how to let go. What fails is said and leaves the session open. */
async function talkInto({ live, stage, talk, problem, onBroken }: Talk): Promise<() => void> {
  const meter = h('meter', { class: 'level', min: 0, max: 1, low: 0.05, high: 0.9, optimum: 0.5, 'aria-label': 'Mức tiếng' });
  const state = h('p', { role: 'status' }, 'Đang mở micrô…');
  const button = h('button', { class: 'talk', type: 'button', disabled: true }, 'Giữ để nói');
  const elapsed = h('span', { class: 'soft' });
  let line: TalkLine | undefined;
  try {
    const microphone = await openMicrophone((level) => {
      meter.value = level;
    });
    line = openTalkLine({
      ...{ session: live.id, csrf: stage.session.csrf, microphone },
      onReady: (talkInMs) => {
        state.textContent = talkInMs > 0 ? 'Đang phát chuông báo…' : 'Giữ nút, hoặc phím cách, rồi nói.';
        setTimeout(() => {
          state.textContent = 'Giữ nút, hoặc phím cách, rồi nói.';
          button.disabled = false;
        }, talkInMs);
      },
      onBroken: (words) => {
        problem.textContent = words;
        onBroken();
      },
    });
  } catch (error) {
    if (!(error instanceof NoMicrophone)) throw error;
    problem.textContent = `${error.message} Phiên vẫn mở: bấm “Nói” để thử lại, hoặc “Kết thúc”.`;
    return () => {};
  }
  const release = holdToTalk(button, (on) => line?.talk(on));
  const clock = setInterval(() => {
    elapsed.textContent = `Đã ${spanWords(Date.now() - live.openMs)} · tự kết thúc lúc ${clockWords(live.untilMs)}`;
  }, secondMs);
  replace(talk, h('h2', {}, live.title), state, button, field('Mức tiếng', meter), elapsed);
  talk.hidden = false;
  return () => {
    clearInterval(clock);
    release();
    line?.stop();
  };
}

/** Held by pointer, touch or the space bar; whatever takes the hand away ends it. Answers how to stop listening. */
function holdToTalk(button: HTMLButtonElement, talk: (on: boolean) => void): () => void {
  const turn = (on: boolean) => {
    if (button.disabled || button.classList.contains('talking') === on) return;
    button.classList.toggle('talking', on);
    button.setAttribute('aria-pressed', String(on));
    button.textContent = on ? 'ĐANG NÓI – thả để dừng' : 'Giữ để nói';
    talk(on);
  };
  const typing = (event: Event) => event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  const key = (event: KeyboardEvent) => {
    if (event.key !== ' ' || typing(event) || (event.target instanceof HTMLButtonElement && event.target !== button)) return;
    event.preventDefault();
    if (!event.repeat) turn(event.type === 'keydown');
  };
  const off = () => turn(false);
  button.addEventListener('pointerdown', (event) => {
    button.setPointerCapture(event.pointerId);
    turn(true);
  });
  for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) button.addEventListener(name, off);
  button.addEventListener('contextmenu', (event) => event.preventDefault());
  for (const name of ['keydown', 'keyup'] as const) addEventListener(name, key);
  addEventListener('blur', off);
  return () => {
    off();
    for (const name of ['keydown', 'keyup'] as const) removeEventListener(name, key);
    removeEventListener('blur', off);
  };
}

interface Acts {
  readonly take: (live: LiveAnswer) => Promise<void>;
  readonly end: (live: LiveAnswer) => Promise<void>;
}

function openCard(live: LiveAnswer, may: boolean, { take, end }: Acts): HTMLElement {
  const sounding = live.progress.filter(({ state }) => state === 'sounding').length;
  return h(
    'article',
    { class: 'card emergency' },
    h('div', { class: 'row spread' }, h('h3', {}, live.title), h('span', { class: 'pill silent' }, live.talking ? 'Đang nói' : 'Đang mở')),
    h('p', { class: 'soft' }, `${clockWords(live.openMs)} · ${live.by} · ${sounding}/${live.progress.length} hộp đang phát`),
    h(
      'ul',
      {},
      ...live.progress.map((one) =>
        h('li', {}, `${one.boxName ?? one.box}: ${liveWords[one.state] ?? one.state}${one.detail ? ` (${one.detail})` : ''}`),
      ),
    ),
    h(
      'div',
      { class: 'row' },
      may && live.source === 'microphone' && h('button', { type: 'button', onclick: () => void take(live) }, 'Nói'),
      may && h('button', { type: 'button', onclick: () => void end(live) }, 'Kết thúc'),
    ),
  );
}

function pastRow(live: LiveAnswer): HTMLElement {
  const heard = live.progress.filter(({ state }) => state === 'ended').length;
  const why = whyWords[live.closedWhy ?? ''] ?? live.closedWhy ?? '';
  const span = live.closedMs === null ? '' : spanWords(live.closedMs - live.openMs);
  return h(
    'div',
    { class: 'row spread' },
    h(
      'span',
      {},
      h('strong', {}, live.title),
      ' ',
      h('small', {}, `${dayWords(live.openMs)} ${clockWords(live.openMs)} · ${span} · ${live.by}`),
    ),
    h('small', {}, `${heard}/${live.progress.length} hộp · ${why}`),
    live.recording && h('audio', { controls: true, preload: 'none', src: `/api/blobs/${live.recording}` }),
  );
}

function spanWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
