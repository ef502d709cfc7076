// The roster of a week as a table that also reads on a phone; lines are added, removed, or taken in as a whole week.
import type { DutyAnswer, RosterAnswer } from '../../../schemas/duty.ts';
import { get, send } from '../door.ts';
import { field, h, refresh, replace } from '../element.ts';
import { dateOf, dayWords, minuteWords, placeWords, spanWords } from '../words.ts';
import { type Stage, tellProblem, tellStray } from './view.ts';

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
const importWords = { first: 'chính', second: 'xác nhận', leader: 'lãnh đạo' } as const;

export function rosterCard(stage: Stage): { readonly element: HTMLElement; show(duty: DutyAnswer): Promise<void> } {
  const writes = stage.may('leader');
  const [table, heading, problem] = [h('div'), h('strong', {}), h('p', { class: 'problem', role: 'alert' })];
  const forms = h('div');
  const week = { fromMs: mondayOf(Date.now()) };
  let people: DutyAnswer['people'] | undefined;
  const entries = (fromMs: number) => get<RosterAnswer[]>(`/duty/roster?fromMs=${fromMs}&toMs=${fromMs + weekMs}`);
  const draw = async () => {
    heading.textContent = `${dayWords(week.fromMs)} – ${dayWords(week.fromMs + weekMs - dayMs)}`;
    const remove = async (entry: RosterAnswer) => {
      problem.textContent = '';
      await send('DELETE', `/duty/roster/${entry.id}`).then(draw, (error: unknown) => tellProblem(problem, error));
    };
    refresh(table, rosterTable(await entries(week.fromMs), writes ? remove : undefined));
  };
  const turn = (weeks: number) => {
    week.fromMs += weeks * weekMs;
    void draw().catch(tellStray);
  };
  const element = h(
    'section',
    { class: 'card', 'aria-labelledby': 'h-roster' },
    h('h2', { id: 'h-roster' }, 'Lịch trực'),
    h(
      'div',
      { class: 'row spread week' },
      h('button', { onclick: () => turn(-1), 'aria-label': 'Tuần trước' }, '‹'),
      heading,
      h('button', { onclick: () => turn(1), 'aria-label': 'Tuần sau' }, '›'),
    ),
    table,
    problem,
    forms,
  );
  return {
    element,
    show: async (duty) => {
      // Forms are drawn once: somebody may be typing in them.
      if (writes && !people) {
        people = duty.people;
        replace(forms, addForm(duty.people, problem, draw), importForm(week, entries, problem, draw));
      }
      await draw();
    },
  };
}

function rosterTable(entries: readonly RosterAnswer[], remove: ((entry: RosterAnswer) => Promise<void>) | undefined): HTMLElement {
  if (entries.length === 0) return h('p', { class: 'empty' }, 'Tuần này chưa có lịch trực.');
  const headings = ['Ngày', 'Giờ', 'Người trực', 'Vị trí', ...(remove ? ['Bỏ'] : [])];
  return h(
    'table',
    { class: 'stack roster' },
    h('caption', { class: 'skip' }, 'Lịch trực trong tuần'),
    h('thead', {}, h('tr', {}, ...headings.map((words) => h('th', { scope: 'col' }, words)))),
    h(
      'tbody',
      {},
      ...entries.map((entry) =>
        h(
          'tr',
          {},
          h('td', { class: 'num' }, dayWords(entry.fromMs)),
          h('td', { class: 'num' }, spanWords(entry.fromMs, entry.toMs)),
          h('td', {}, h('strong', {}, entry.title)),
          h('td', {}, placeWords[entry.place]),
          remove &&
            h(
              'td',
              {},
              h(
                'button',
                {
                  'aria-label': `Bỏ ${entry.title} ${dayWords(entry.fromMs)} ${minuteWords(entry.fromMs)}`,
                  onclick: () => void remove(entry),
                },
                'Bỏ',
              ),
            ),
        ),
      ),
    ),
  );
}

function addForm(people: DutyAnswer['people'], problem: HTMLElement, draw: () => Promise<void>): HTMLElement {
  const person = h('select', { name: 'person' }, ...people.map(({ account, title }) => h('option', { value: account }, title || account)));
  const place = h('select', { name: 'place' }, ...Object.entries(placeWords).map(([value, words]) => h('option', { value }, words)));
  const from = h('input', { type: 'datetime-local', name: 'from', required: true });
  const to = h('input', { type: 'datetime-local', name: 'to', required: true });
  const add = async (event: Event) => {
    event.preventDefault();
    problem.textContent = '';
    const line = { person: person.value, place: place.value, fromMs: instantOf(from.value), toMs: instantOf(to.value) };
    await send('POST', '/duty/roster', line).then(draw, (error: unknown) => tellProblem(problem, error));
  };
  return h(
    'details',
    {},
    h('summary', {}, 'Thêm một buổi trực'),
    h(
      'form',
      { onsubmit: (event) => void add(event) },
      h('div', { class: 'grid' }, field('Người', person), field('Vị trí', place), field('Từ', from), field('Đến', to)),
      h('div', { class: 'row end' }, h('button', { class: 'primary' }, 'Thêm vào lịch')),
    ),
  );
}

function importForm(
  week: { readonly fromMs: number },
  entries: (fromMs: number) => Promise<readonly RosterAnswer[]>,
  problem: HTMLElement,
  draw: () => Promise<void>,
): HTMLElement {
  const lines = h('textarea', { name: 'lines', rows: 8, spellcheck: 'false' });
  const done = h('p', { class: 'done', role: 'status' });
  const copy = async () => {
    const before = (await entries(week.fromMs - weekMs)).filter(({ fromMs }) => fromMs >= week.fromMs - weekMs);
    lines.value = before.map((entry) => lineOf(entry, weekMs)).join('\n');
  };
  const save = async () => {
    problem.textContent = '';
    done.textContent = '';
    try {
      await send('PUT', '/duty/roster/week', { week: dateOf(week.fromMs), lines: lines.value });
      done.textContent = 'Đã lưu cả tuần.';
      await draw();
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  return h(
    'details',
    {},
    h('summary', {}, 'Nhập cả tuần'),
    field('Mỗi dòng một buổi', lines, 'ngày;từ;đến;tài khoản;vị trí – ví dụ 2026-11-23;19:00;07:00;truc-ban-1;chính'),
    done,
    h(
      'div',
      { class: 'row end' },
      h('button', { type: 'button', onclick: () => void copy() }, 'Chép từ tuần trước'),
      h('button', { type: 'button', class: 'primary', onclick: () => void save() }, 'Lưu thay cho tuần đang xem'),
    ),
  );
}

function lineOf({ fromMs, toMs, person, place }: RosterAnswer, laterMs: number): string {
  return [dateOf(fromMs + laterMs), minuteWords(fromMs), minuteWords(toMs), person, importWords[place]].join(';');
}

/** The wall clocks of these pages are Viet Nam's, which has kept one offset since 1975. */
function instantOf(local: string): number {
  return Date.parse(`${local}:00+07:00`);
}

function mondayOf(nowMs: number): number {
  const midnight = Date.parse(`${dateOf(nowMs)}T00:00:00+07:00`);
  return midnight - ((new Date(midnight + 7 * 3600_000).getUTCDay() + 6) % 7) * dayMs;
}
