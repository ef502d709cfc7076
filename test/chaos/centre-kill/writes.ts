// The mix of writes that people ask of a centre all day, each with what it leaves behind.
import { password } from '../../controller/built-centre.ts';
import type { Book, Wish } from './book.ts';

/** One of the writers: what is its own nobody else writes. */
export interface Writer {
  readonly number: number;
  readonly book: Book;
  readonly random: () => number;
  /** A number that nobody had before. */
  readonly next: () => number;
}

export interface Write {
  readonly as: 'author' | 'approver' | 'nobody';
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly wish: Wish;
}

const zone = 'Asia/Ho_Chi_Minh';
export const area = '08/02536';
export const boxesOfWriter = 4;
const mostAtOnce = { programmes: 40, schedules: 12, accounts: 12, boxes: 10 };
const rosterFromMs = Date.UTC(2027, 0, 1);

type Make = (writer: Writer) => Write | undefined;

function pick<T>(list: readonly T[], { random }: Writer): T | undefined {
  return list[Math.floor(random() * list.length)];
}

const ownOf = (what: string, { number }: Writer) => `${what} ${number}-`;

/** A minute of some afternoon for each number; the second says whose it is. */
function startOf(count: number, { number }: Writer): string {
  const day = new Date(rosterFromMs + Math.floor(count / 60) * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  return `${day}T17${String(count % 60).padStart(2, '0')}0${number}`;
}

/** Another order of the same three: never what stands. */
function turned({ book, next }: Writer): string[] {
  const ids = book
    .like('programme first-')
    .map(({ id }) => id)
    .sort();
  const now = book.value('local order');
  const [a = '', b = '', c = ''] = ids;
  const ways = [
    [a, b, c],
    [b, c, a],
    [c, a, b],
  ].filter((way) => JSON.stringify(way) !== now);
  return ways[next() % ways.length] ?? [];
}

const bulletin: Make = (writer) => {
  const title = `${writer.number}-${writer.next()}`;
  const body = { title, text: `Tin số ${title}`, durationMs: 30_000 };
  return { as: 'author', method: 'POST', path: '/bulletins', body, wish: { key: `bulletin ${title}`, value: 'there', act: 'media.add' } };
};

const programme: Make = (writer) => {
  const [one] = writer.book.like('bulletin ');
  if (!one || writer.book.like(ownOf('programme', writer)).length >= mostAtOnce.programmes) return undefined;
  const title = `${writer.number}-${writer.next()}`;
  const body = { title, form: 'bulletin', tier: 'normal', items: [one.id] };
  const wish = { key: `programme ${title}`, value: 'draft', act: 'programme.write' };
  return { as: 'author', method: 'POST', path: '/programmes', body, wish };
};

const step =
  (word: string, from: string, to: string, as: Write['as']): Make =>
  (writer) => {
    const one = pick(
      writer.book.like(ownOf('programme', writer)).filter(({ value }) => value === from),
      writer,
    );
    if (!one) return undefined;
    const wish = { key: one.key, value: to, act: `programme.${word}` };
    return { as, method: 'POST', path: `/programmes/${one.id}/${word}`, body: {}, wish };
  };

const schedule: Make = (writer) => {
  const one = pick(
    writer.book.like(ownOf('programme', writer)).filter(({ value }) => value === 'approved'),
    writer,
  );
  const own = writer.book.like(ownOf('schedule', writer));
  if (!one) return undefined;
  const old = own.length >= mostAtOnce.schedules ? pick(own, writer) : undefined;
  if (old) {
    const gone = { key: old.key, value: null, act: 'schedule.remove' };
    return { as: 'author', method: 'DELETE', path: `/schedules/${old.id}`, wish: gone };
  }
  const start = startOf(writer.next(), writer);
  const body = { programme: one.id, groups: ['thon-1'], start, zone };
  const wish = { key: `schedule ${writer.number}-${start}`, value: 'there', act: 'schedule.add' };
  return { as: 'author', method: 'POST', path: '/schedules', body, wish };
};

const settings: Make = (writer) => {
  const box = `hop-${writer.number}-${Math.floor(writer.random() * boxesOfWriter)}`;
  const holdMs = 1_000 + (writer.next() % 50_000);
  const body = { outputs: [{ id: 'main', kind: 'loudspeaker' }], holdMs };
  const wish = { key: `settings ${box}`, value: String(holdMs), act: 'box.settings' };
  return { as: 'author', method: 'PUT', path: `/boxes/${box}/settings`, body, wish };
};

const box: Make = (writer) => {
  if (writer.book.like(ownOf('new box', writer)).length >= mostAtOnce.boxes) return undefined;
  const id = `moi-${writer.number}-${writer.next()}`;
  const body = { id, name: id, area, groups: ['thon-1'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
  const wish = { key: `new box ${id.slice(4)}`, value: 'there', act: 'box.register' };
  return { as: 'author', method: 'POST', path: '/boxes', body, wish };
};

const account: Make = (writer) => {
  const own = writer.book.like(ownOf('account', writer));
  const title = `Người ${writer.next()}`;
  const grants = [{ role: 'technician', area }];
  const old = own.length >= mostAtOnce.accounts ? pick(own, writer) : undefined;
  if (old) {
    const wish = { key: old.key, value: title, act: 'account.change' };
    return { as: 'author', method: 'PUT', path: `/accounts/${old.id}`, body: { title, grants }, wish };
  }
  const name = `${writer.number}-${writer.next()}`;
  const body = { account: `nguoi-${name}`, title, grants };
  return { as: 'author', method: 'POST', path: '/accounts', body, wish: { key: `account ${name}`, value: title, act: 'account.add' } };
};

const fault: Make = (writer) => {
  const id = `f-${writer.number}-${Math.floor(writer.random() * boxesOfWriter)}`;
  const note = `đã xem ${writer.next()}`;
  const wish = { key: `fault ${id}`, value: note, act: 'fault.answer' };
  return { as: 'author', method: 'POST', path: `/faults/${id}/answer`, body: { note }, wish };
};

const roster: Make = (writer) => {
  const fromMs = rosterFromMs + writer.next() * 3600_000;
  const body = { person: 'tat-ca', place: 'first', fromMs, toMs: fromMs + 1_800_000 };
  return {
    as: 'author',
    method: 'POST',
    path: '/duty/roster',
    body,
    wish: { key: `roster ${fromMs}`, value: 'there', act: 'duty.roster-add' },
  };
};

const policy: Make = (writer) => {
  const place = `${area}/thon-${writer.number}`;
  const title = `Quy chế ${writer.next()}`;
  const body = {
    ...{ id: 'thu', title, zone, windows: [{ days: ['MO', 'SU'], from: '05:00', to: '22:00' }], quiet: [], permits: [] },
    ...{ sessionGapMs: 300_000, sessionMaxMs: 2_700_000, sessionsPerDay: 20, dayMaxMs: 36_000_000, gainMaxDb: 0 },
  };
  const wish = { key: `policy ${place}`, value: title, act: 'policy.write' };
  return { as: 'author', method: 'PUT', path: `/policy?area=${place}`, body, wish };
};

const holidays: Make = (writer) => {
  const year = 2030 + writer.number;
  const vi = `Ngày nghỉ ${writer.next()}`;
  const body = [{ date: `${year}-03-01`, occasion: 'khac', vi, en: 'Day off' }];
  const wish = { key: `holidays ${year}`, value: vi, act: 'calendar.write' };
  return { as: 'author', method: 'PUT', path: `/holidays/${year}`, body, wish };
};

const localOrder: Make = (writer) => {
  if (writer.number !== 0) return undefined;
  const programmes = turned(writer);
  const wish = { key: 'local order', value: JSON.stringify(programmes), act: 'local-order.write' };
  return { as: 'author', method: 'PUT', path: '/local-order', body: { programmes }, wish };
};

const signIn: Make = (writer) => {
  const wish = { key: 'session *', value: 'there', act: 'session.begin' };
  const body = { account: writer.random() < 0.5 ? 'duyet' : 'tat-ca', password };
  return { as: 'nobody', method: 'POST', path: '/session', body, wish };
};

/** An exercise; its length is its name. */
const order: Make = (writer) => {
  if (writer.number !== 0) return undefined;
  const validMs = 3_600_000 + writer.next() * 1_000;
  const body = { template: 'lu-quet', groups: ['thon-1'], class: 'exercise', confirm: true, password, validMs };
  const wish = { key: `order ${validMs}`, value: 'given', act: 'order.give' };
  return { as: 'author', method: 'POST', path: '/orders', body, wish };
};

const clear: Make = (writer) => {
  const given = writer.number === 0 ? writer.book.like('order ').filter(({ value }) => value === 'given') : [];
  const one = pick(given, writer);
  if (!one) return undefined;
  const wish = { key: one.key, value: 'cleared', act: 'order.clear' };
  return { as: 'author', method: 'POST', path: `/orders/${one.id}/clear`, body: {}, wish };
};

/** As often as they stand here. */
export const mix: readonly Make[] = [
  ...[bulletin, programme, step('submit', 'draft', 'submitted', 'author'), step('approve', 'submitted', 'approved', 'approver')],
  ...[step('withdraw', 'approved', 'withdrawn', 'author'), schedule, schedule, settings, settings, settings, box, account, fault, fault],
  ...[roster, policy, holidays, localOrder, localOrder, signIn, order, clear],
];
