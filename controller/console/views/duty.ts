// The duty page (Trực ban): who stands now, who comes next, where nobody stands; one's own shift; the roster of the week.
import type { DutyAnswer } from '../../../schemas/duty.ts';
import { get, send } from '../door.ts';
import { h, refresh, replace } from '../element.ts';
import { dayWords, minuteWords, placeWords, spanWords } from '../words.ts';
import { dutySettingsCard } from './duty-settings.ts';
import { factorCard } from './factor-card.ts';
import { rosterCard } from './roster-card.ts';
import { shiftCard } from './shift-card.ts';
import { follow, type Stage, tellStray } from './view.ts';

const endWords = { ended: 'kết ca', 'handed-over': 'giao ca cho', locked: 'khóa vì sai PIN', replaced: 'nhận ca lại' } as const;

export function showDuty(stage: Stage): () => void {
  const now = h('div', { class: 'list', 'aria-live': 'polite' });
  const past = h('div', { class: 'list' });
  const officer = stage.may('duty') && stage.session.roles.includes('duty');
  const redraw = () => void draw().catch(tellStray);
  const shift = officer ? shiftCard(redraw) : undefined;
  const factor = officer ? factorCard(redraw) : undefined;
  const roster = rosterCard(stage);
  const settings = stage.session.roles.includes('administrator') ? dutySettingsCard() : undefined;
  replace(
    stage.content,
    h('h1', {}, 'Trực ban'),
    h(
      'div',
      { class: shift ? 'two' : null },
      h(
        'section',
        { class: 'card', 'aria-labelledby': 'h-now' },
        h('h2', { id: 'h-now' }, 'Ai đang trực'),
        now,
        h('button', { class: 'try-bell', onclick: () => void tryBell() }, 'Thử chuông trên máy này'),
      ),
      shift?.element,
    ),
    factor?.element,
    roster.element,
    settings?.element,
    h('section', { class: 'card', 'aria-labelledby': 'h-past' }, h('h2', { id: 'h-past' }, 'Sổ giao ca'), past),
  );
  const draw = async () => {
    const duty = await get<DutyAnswer>('/duty');
    refresh(now, ...nowLines(duty));
    refresh(past, ...pastLines(duty));
    shift?.show(duty);
    factor?.show(duty);
    settings?.show(duty);
    await roster.show(duty);
  };
  return follow(['duty'], draw);
}

/** Rings this person's own pages; the touch is also the moment to ask for notices. */
async function tryBell(): Promise<void> {
  if (typeof Notification === 'function' && Notification.permission === 'default') await Notification.requestPermission();
  await send('POST', '/duty/rings/test');
}

function nowLines({ now, next, gaps, state, shiftNeeded }: DutyAnswer): HTMLElement[] {
  const red = state === 'nobody' ? 'Chưa có ai trực ban.' : state === 'not-started' ? 'Người trực chưa nhận ca.' : undefined;
  return [
    ...(red ? [h('p', { class: 'problem' }, red)] : []),
    ...now.map(({ title, place, fromMs, toMs, onShift }) =>
      h(
        'div',
        { class: 'row spread' },
        h('span', {}, h('strong', {}, title), h('br'), h('small', {}, `${placeWords[place]} · ${spanWords(fromMs, toMs)}`)),
        h(
          'span',
          { class: `pill ${onShift ? 'ok' : place === 'first' && shiftNeeded ? 'silent' : ''}` },
          onShift ? 'đang trong ca' : shiftNeeded && place !== 'leader' ? 'chưa nhận ca' : 'theo lịch',
        ),
      ),
    ),
    h('h3', {}, 'Tiếp theo'),
    ...(next.length > 0
      ? next.map(({ title, place, fromMs, toMs }) =>
          h('p', {}, h('strong', {}, title), ` · ${placeWords[place]} · ${dayWords(fromMs)} ${spanWords(fromMs, toMs)}`),
        )
      : [h('p', { class: 'empty' }, 'Lịch trực chưa có ai tiếp theo.')]),
    ...gaps.map(({ place, fromMs, toMs }) =>
      h(
        'p',
        { class: 'problem' },
        `Trống ${placeWords[place].toLowerCase()}: ${dayWords(fromMs)} ${minuteWords(fromMs)} → ${dayWords(toMs)} ${minuteWords(toMs)}`,
      ),
    ),
  ];
}

function pastLines({ shifts }: DutyAnswer): HTMLElement[] {
  if (shifts.length === 0) return [h('p', { class: 'empty' }, 'Chưa có ca trực nào.')];
  return shifts.map(({ title, place, startedMs, endedMs, endedWhy, handedTo, note }) =>
    h(
      'div',
      { class: 'row spread' },
      h(
        'span',
        {},
        h('strong', {}, title),
        ` · ${placeWords[place]}`,
        h('br'),
        h(
          'small',
          {},
          `${dayWords(startedMs)} ${minuteWords(startedMs)}${endedMs === null ? '' : ` → ${dayWords(endedMs)} ${minuteWords(endedMs)}`}`,
        ),
        note !== '' && h('p', {}, `“${note}”`),
      ),
      endedWhy &&
        h('span', { class: `pill ${endedWhy === 'locked' ? 'silent' : ''}` }, [endWords[endedWhy], handedTo].filter(Boolean).join(' ')),
    ),
  );
}
