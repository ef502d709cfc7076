// The schedule: make one, see at once what it would do under the policy, then save it.
import type { GroupAnswer, PreviewAnswer, ProgrammeAnswer, ScheduleAnswer } from '../../../schemas/api.ts';
import { reasonWords } from '../../../schemas/receipt-words.ts';
import { get, getAll, send } from '../door.ts';
import { field, h, refresh, replace } from '../element.ts';
import { classWords, clockWords, dayWords } from '../words.ts';
import { follow, type Stage, tellProblem } from './view.ts';

const weekdays = [
  ['MO', 'T2'],
  ['TU', 'T3'],
  ['WE', 'T4'],
  ['TH', 'T5'],
  ['FR', 'T6'],
  ['SA', 'T7'],
  ['SU', 'CN'],
] as const;

export function showSchedules(stage: Stage): () => void {
  const list = h('div', { class: 'list' });
  const place = h('div');
  const problem = h('p', { class: 'problem', role: 'alert' });
  replace(stage.content, h('h1', {}, 'Lịch phát'), place, h('section', { class: 'card' }, h('h2', {}, 'Lịch đã đặt'), problem, list));
  const draw = async () => {
    const [schedules, groups] = await Promise.all([getAll<ScheduleAnswer>('/schedules'), get<GroupAnswer[]>('/groups')]);
    const nameOf = (id: string) => groups.find((group) => group.id === id)?.name ?? id;
    const drop = async (id: string) => {
      await send('DELETE', `/schedules/${id}`).catch((error: unknown) => tellProblem(problem, error));
      await draw();
    };
    refresh(
      list,
      ...(schedules.length > 0
        ? schedules.map((one) => scheduleRow(one, stage, { drop, nameOf }))
        : [h('p', { class: 'empty' }, 'Chưa có lịch.')]),
    );
  };
  if (stage.may('scheduler'))
    void Promise.all([getAll<ProgrammeAnswer>('/programmes'), get<GroupAnswer[]>('/groups')]).then(([programmes, groups]) =>
      replace(
        place,
        scheduleForm(
          programmes.filter((one) => one.state === 'approved'),
          groups,
          stage,
          () => void draw(),
        ),
      ),
    );
  return follow(['schedule'], draw);
}

interface RowDoors {
  drop(id: string): Promise<void>;
  nameOf(group: string): string;
}

function scheduleRow(schedule: ScheduleAnswer, stage: Stage, { drop, nameOf }: RowDoors): HTMLElement {
  const { start, rrule } = schedule;
  const when = `${start.slice(9, 11)}:${start.slice(11, 13)}:${start.slice(13, 15)} ${rrule ? 'từ' : 'ngày'} ${start.slice(6, 8)}/${start.slice(4, 6)}/${start.slice(0, 4)}`;
  return h(
    'article',
    { class: 'row spread' },
    h(
      'div',
      {},
      h('h3', {}, schedule.title),
      h(
        'p',
        { class: 'soft' },
        `${when} · ${recurrenceWords(rrule)} · ${classWords[schedule.class] ?? schedule.class} · ${schedule.groups.map(nameOf).join(', ')}`,
      ),
    ),
    stage.may('scheduler') && h('button', { onclick: () => void drop(schedule.id), 'aria-label': `Bỏ lịch ${schedule.title}` }, 'Bỏ lịch'),
  );
}

function recurrenceWords(rrule: string | undefined): string {
  if (!rrule) return 'một lần';
  const days = /BYDAY=([A-Z,]+)/.exec(rrule)?.[1]?.split(',');
  if (rrule.startsWith('FREQ=DAILY')) return 'hằng ngày';
  return days ? `${days.map((day) => weekdays.find(([code]) => code === day)?.[1] ?? day).join(', ')} hằng tuần` : rrule;
}

function scheduleForm(
  programmes: readonly ProgrammeAnswer[],
  groups: readonly GroupAnswer[],
  stage: Stage,
  onSaved: () => void,
): HTMLElement {
  const form = controls(programmes, groups, stage.session.centre.zone);
  const preview = h('div', { 'aria-live': 'polite' });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const done = h('p', { class: 'done', role: 'status' });
  const look = async () => {
    problem.textContent = '';
    try {
      replace(preview, previewList(await send<PreviewAnswer>('POST', '/schedules/preview', form.read())));
    } catch (error) {
      replace(preview);
      tellProblem(problem, error);
    }
  };
  const save = async (event: Event) => {
    event.preventDefault();
    problem.textContent = '';
    done.textContent = '';
    try {
      await send('POST', '/schedules', form.read());
      done.textContent = 'Đã lưu. Các hộp sẽ nhận lịch trong vài giây.';
      onSaved();
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  const element = h(
    'form',
    { class: 'card two', onsubmit: (event) => void save(event), onchange: () => void look() },
    h(
      'div',
      {},
      h('h2', {}, 'Đặt lịch mới'),
      ...form.fields,
      problem,
      done,
      h('div', { class: 'row end' }, h('button', { class: 'primary', disabled: programmes.length === 0 }, 'Lưu lịch')),
    ),
    h(
      'div',
      {},
      h('h2', {}, 'Sẽ phát khi nào'),
      programmes.length === 0 ? h('p', { class: 'empty' }, 'Chưa có chương trình nào được duyệt.') : preview,
    ),
  );
  if (programmes.length > 0) void look();
  return element;
}

function controls(programmes: readonly ProgrammeAnswer[], groups: readonly GroupAnswer[], zone: string) {
  const local = localParts(Date.now() + 5 * 60_000, zone);
  const programme = h(
    'select',
    { name: 'programme', required: true },
    ...programmes.map((one) => h('option', { value: one.id }, one.title)),
  );
  const date = h('input', { type: 'date', name: 'date', required: true, value: local.date });
  const time = h('input', { type: 'time', name: 'time', step: 1, required: true, value: local.time });
  const recurrence = h(
    'select',
    { name: 'recurrence' },
    h('option', { value: '' }, 'Một lần'),
    h('option', { value: 'FREQ=DAILY' }, 'Hằng ngày'),
    h('option', { value: 'FREQ=WEEKLY' }, 'Những ngày trong tuần…'),
  );
  const days = weekdays.map(([code, words]) => ({ code, box: h('input', { type: 'checkbox', name: `day-${code}`, value: code }), words }));
  const playClass = h(
    'select',
    { name: 'class' },
    h('option', { value: 'normal' }, 'Thông thường'),
    h('option', { value: 'priority' }, 'Ưu tiên'),
  );
  const targets = groups.map((group) => ({
    id: group.id,
    box: h('input', { type: 'checkbox', name: `group-${group.id}`, checked: true }),
    name: group.name,
  }));
  const staggered = h('input', { type: 'checkbox', name: 'staggered' });
  const read = () => {
    const chosenDays = days.filter((day) => day.box.checked).map((day) => day.code);
    const rrule =
      recurrence.value === 'FREQ=WEEKLY' && chosenDays.length > 0 ? `FREQ=WEEKLY;BYDAY=${chosenDays.join(',')}` : recurrence.value;
    return {
      programme: programme.value,
      class: playClass.value,
      start: `${date.value.replaceAll('-', '')}T${time.value.replaceAll(':', '').padEnd(6, '0')}`,
      zone,
      ...(rrule && { rrule }),
      ...(staggered.checked && { neighbours: 'staggered' as const }),
      groups: targets.filter((target) => target.box.checked).map((target) => target.id),
    };
  };
  const chosenDays = h(
    'div',
    { class: 'row', role: 'group', 'aria-label': 'Các ngày trong tuần', hidden: true },
    ...days.map((day) => h('label', { class: 'check' }, day.box, day.words)),
  );
  recurrence.addEventListener('change', () => {
    chosenDays.hidden = recurrence.value !== 'FREQ=WEEKLY';
  });
  const fields = [
    field('Chương trình', programme),
    h('div', { class: 'row' }, field('Ngày', date), field('Giờ', time)),
    field('Lặp lại', recurrence),
    chosenDays,
    field('Loại', playClass),
    h(
      'div',
      { class: 'row', role: 'group', 'aria-label': 'Địa bàn' },
      ...targets.map((target) => h('label', { class: 'check' }, target.box, target.name)),
    ),
    h('label', { class: 'check' }, staggered, 'Các cụm gần nhau phát lần lượt để nghe rõ lời'),
  ];
  return { fields, read };
}

function previewList(answer: PreviewAnswer): HTMLElement {
  if (answer.occurrences.length === 0) return h('p', { class: 'empty' }, 'Không có lần phát nào sắp tới.');
  return h(
    'ul',
    { class: 'plays' },
    ...answer.occurrences
      .slice(0, 10)
      .map((play) =>
        h(
          'li',
          {},
          h('time', { datetime: new Date(play.startMs).toISOString() }, clockWords(play.startMs)),
          h('span', {}, dayWords(play.startMs)),
          play.refused
            ? h('span', { class: 'pill refused-by-policy' }, reasonWords[play.refused])
            : h('span', { class: 'pill ok' }, 'được phát'),
        ),
      ),
  );
}

function localParts(ms: number, zone: string): { date: string; time: string } {
  const text = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(ms);
  return { date: text.slice(0, 10), time: text.slice(11, 19) };
}
