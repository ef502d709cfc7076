// The week of a unit on paper: what was planned and what receipts say was heard, and essential items with both shares. Pure.
import type { Outcome } from '../../schemas/receipt.ts';
import { classWords } from '../../schemas/receipt-words.ts';
import type { Exclusion, ReportBody, Table, Value, Words } from '../../schemas/report-tables.ts';
import type { HandlingFigures, HandlingState } from '../../schemas/source-issue.ts';
import { column, figure, share } from './report.ts';

/** One play on one output of one box, as planned; told once its receipt is here. */
export interface WeekPlay {
  /** The schedule and its start for everybody, before a box's stagger. */
  readonly slot: string;
  readonly startMs: number;
  readonly title: string;
  readonly class: keyof typeof classWords;
  readonly told: { readonly outcome: Outcome; readonly due: boolean; readonly audibleMs: number } | null;
}

/** An essential item over the units below the asked one. */
export interface WeekItem {
  readonly title: string;
  readonly issuedMs: number;
  readonly dueMs: number | null;
  readonly figures: HandlingFigures;
  /** Names of units that have not done it yet. */
  readonly undone: readonly string[];
}

export interface WeekFacts {
  readonly nowMs: number;
  readonly plays: readonly WeekPlay[];
  readonly items: readonly WeekItem[];
  readonly left: {
    readonly simulated: number;
    /** Orders, live talk, plays by hand. */
    readonly unplanned: number;
    readonly practising: number;
    readonly silentBoxes: number;
    readonly withdrawnItems: number;
  };
}

export interface WeekBody extends ReportBody {
  readonly more: readonly Table[];
}

const namedMax = 5;

/** What nobody could have kept has no part in the share: refused by policy, taken back, cut by an emergency. */
export function week({ nowMs, plays, items, left }: WeekFacts): WeekBody {
  const told = plays.flatMap((play) => play.told ?? []);
  const due = told.filter((one) => one.due);
  const whole = due.filter(({ outcome }) => outcome === 'played');
  const over = plays.filter(({ startMs }) => startMs <= nowMs);
  const measured = over.filter((play) => play.told !== null).length;
  return {
    figures: [
      figure('planned', 'count', plays.length, { vi: 'Lượt theo lịch', en: 'Plays planned' }, definitions.planned),
      figure('measured', 'share', share(measured, over.length), { vi: 'Đã đo được', en: 'Measured' }, definitions.measured),
      figure('kept', 'share', share(whole.length, due.length), { vi: 'Phát đủ', en: 'Played whole' }, definitions.kept),
      figure('audibleMs', 'durationMs', told.length > 0 ? sum(told) : null, { vi: 'Thời lượng nghe được', en: 'Heard' }, definitions.heard),
      figure('essential', 'count', items.length, { vi: 'Tin thiết yếu', en: 'Essential items' }, definitions.essential),
      ...essentialShares(items),
    ],
    columns: [
      column('start', 'instant', 'Giờ theo lịch', 'Planned'),
      column('title', 'text', 'Chương trình', 'Programme'),
      column('class', 'text', 'Loại', 'Class'),
      column('planned', 'count', 'Lượt', 'Plays'),
      column('told', 'count', 'Có biên nhận', 'With a receipt'),
      column('played', 'count', 'Phát đủ', 'Played whole'),
      column('notWhole', 'count', 'Không phát đủ', 'Not whole'),
      column('kept', 'share', 'Tỷ lệ', 'Kept'),
    ],
    rows: slotsOf(plays).map(rowOf),
    more: [essentialTable(items)],
    exclusions: exclusionsOf(plays, over.length - measured, nowMs, left),
  };
}

/** The two shares of essential information stand side by side: a province may look well by communes and poorly by people. */
function essentialShares(items: readonly WeekItem[]): ReportBody['figures'] {
  const total = (of: (figures: HandlingFigures) => number) => items.reduce((all, { figures }) => all + of(figures), 0);
  const communes = share(
    total((one) => one.communesPlayed),
    total((one) => one.communes),
  );
  const households = share(
    total((one) => one.householdsPlayed),
    total((one) => one.households),
  );
  const words = {
    communes: { vi: 'Tin thiết yếu theo xã', en: 'Essential items by commune' },
    households: { vi: 'Tin thiết yếu theo cụm loa', en: 'Essential items by cluster' },
  };
  return [
    figure('essentialCommunes', 'share', communes, words.communes, definitions.communes),
    figure('essentialClusters', 'share', households, words.households, definitions.households),
  ];
}

const definitions = {
  planned: {
    vi: 'lượt phát của từng đầu ra theo lịch trong tuần, kể cả lượt chưa đến giờ',
    en: 'plays of each output planned in the week, also those to come',
  },
  measured: {
    vi: 'lượt đã có biên nhận trên lượt đã đến giờ; phần còn lại là chưa đo được, không phải 0 %',
    en: 'plays with a receipt of those whose time has come; the rest is unmeasured, not 0 %',
  },
  kept: {
    vi: 'lượt phát đủ trên lượt phải phát đã có biên nhận; không tính lượt bị từ chối do quy định, đã thu hồi, bị lệnh khẩn cấp ngắt',
    en: 'plays played whole of those due with a receipt; refused, withdrawn and those an order cut do not count',
  },
  heard: { vi: 'thời gian âm thanh đã ra khỏi thiết bị, theo biên nhận', en: 'sound that left the outputs, as receipts say' },
  essential: {
    vi: 'tin thiết yếu phát xuống đơn vị hoặc đơn vị bên dưới trong tuần, hoặc có hạn phát trong tuần',
    en: 'essential items issued to the unit or below in the week, or due in it',
  },
  communes: {
    vi: 'lượt tin × xã có ít nhất một cụm loa phát đủ một lần, trên tổng tin × xã được phát xuống, tính đến ngày lập',
    en: 'items × communes where at least one cluster played it whole once, of all items × communes, as of now',
  },
  households: {
    vi: 'số hộ nghe được của cụm loa đã phát đủ một lần, trên số hộ của mọi cụm loa phải phát, cộng theo từng tin; cụm chưa khai số hộ không tính',
    en: 'households of clusters that played it whole once, of those of all its clusters, over the items; uncounted clusters weigh nothing',
  },
} satisfies Record<string, Words>;

interface Slot {
  readonly startMs: number;
  readonly plays: WeekPlay[];
}

/** By start, then title. A staggered box plays seconds later and belongs to the same start. */
function slotsOf(plays: readonly WeekPlay[]): Slot[] {
  const slots = new Map<string, { startMs: number; plays: WeekPlay[] }>();
  for (const play of plays) {
    const slot = slots.get(play.slot) ?? { startMs: play.startMs, plays: [] };
    slot.startMs = Math.min(slot.startMs, play.startMs);
    slot.plays.push(play);
    slots.set(play.slot, slot);
  }
  return [...slots.values()].sort((a, b) => a.startMs - b.startMs || ((a.plays[0]?.title ?? '') < (b.plays[0]?.title ?? '') ? -1 : 1));
}

/** A start of which no receipt is here has no counts of what was heard. */
function rowOf({ startMs, plays }: Slot): Value[] {
  const [first] = plays;
  const told = plays.flatMap((play) => play.told ?? []);
  const due = told.filter((one) => one.due);
  const whole = due.filter(({ outcome }) => outcome === 'played').length;
  const heard = told.length === 0 ? [null, null, null] : [whole, told.length - whole, share(whole, due.length)];
  return [startMs, first?.title ?? '', first ? classWords[first.class] : '', plays.length, told.length, ...heard];
}

function essentialTable(items: readonly WeekItem[]): Table {
  return {
    title: { vi: 'Thông tin thiết yếu', en: 'Essential information' },
    columns: [
      column('title', 'text', 'Tin', 'Item'),
      column('issued', 'instant', 'Phát xuống', 'Issued'),
      column('due', 'instant', 'Hạn phát', 'Due'),
      column('state', 'text', 'Tình trạng (số đơn vị)', 'State (units)'),
      column('undone', 'text', 'Đơn vị chưa thực hiện', 'Not done by'),
      column('communes', 'share', 'Theo xã', 'By commune'),
      column('clusters', 'share', 'Theo cụm loa (số hộ)', 'By cluster (households)'),
    ],
    rows: items.map(({ title, issuedMs, dueMs, figures, undone }) => [
      ...[title, issuedMs, dueMs ?? 'không đặt hạn', stateOf(figures), namesOf(undone)],
      ...[figures.communesShare, figures.householdsShare],
    ]),
  };
}

const stateWords: Readonly<Record<HandlingState, string>> = {
  ...{ waiting: 'chờ xử lý', taken: 'đã nhận', declined: 'từ chối', scheduled: 'đã lên lịch', played: 'đã phát', delivered: 'đã ghi tay' },
  ...{ overdue: 'quá hạn', withdrawn: 'đã thu hồi', unknown: 'chưa rõ' },
};

function stateOf({ states }: HandlingFigures): string {
  const told = Object.entries(states).filter(([, count]) => count > 0);
  return told.map(([state, count]) => `${stateWords[state as HandlingState]} ${count}`).join(' · ');
}

function namesOf(names: readonly string[]): string {
  const more = names.length - namedMax;
  return [...names.slice(0, namedMax), ...(more > 0 ? [`và ${more} đơn vị khác`] : [])].join(', ');
}

function sum(told: readonly { readonly audibleMs: number }[]): number {
  return told.reduce((all, { audibleMs }) => all + audibleMs, 0);
}

function exclusionsOf(plays: readonly WeekPlay[], untold: number, nowMs: number, left: WeekFacts['left']): Exclusion[] {
  const notDue = plays.filter(({ told }) => told !== null && !told.due).length;
  const toCome = plays.filter(({ startMs }) => startMs > nowMs).length;
  const all: readonly Exclusion[] = [
    { vi: 'lượt đã đến giờ mà chưa có biên nhận: chưa đo được, không phải 0 %', en: 'plays without a receipt yet', count: untold },
    { vi: 'lượt chưa đến giờ', en: 'plays to come', count: toCome },
    { vi: 'lượt bị từ chối do quy định, đã thu hồi hoặc bị lệnh khẩn cấp ngắt', en: 'plays that were not due', count: notDue },
    { vi: 'lượt phát ngoài lịch (lệnh, trực tiếp, tại chỗ): xem nhật ký phát', en: 'plays without a schedule', count: left.unplanned },
    { vi: 'lượt phát mô phỏng', en: 'simulated plays', count: left.simulated },
    { vi: 'hộp không có biên nhận nào trong tuần', en: 'boxes without any receipt in the week', count: left.silentBoxes },
    { vi: 'hộp ở đơn vị tập luyện', en: 'boxes in sandboxes', count: left.practising },
    { vi: 'tin thiết yếu đã thu hồi', en: 'essential items taken back', count: left.withdrawnItems },
  ];
  return all.filter(({ count }) => count > 0);
}
