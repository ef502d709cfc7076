// The first quarter of an hour: what sounds and shows when, relative to the first sound. Pure.

export interface PlannedPlay {
  readonly programme: string;
  readonly atMs: number;
}

/** One sound programme: audio files in order. */
export interface SoundProgramme {
  readonly id: string;
  readonly title: string;
  readonly files: readonly string[];
}

/** Heard first, in this order; the second is long enough for a cut network and a drill inside it. */
export const soundProgrammes = [
  { id: 'chao', title: 'Chào bà con và bản tin xã', files: ['chao-mung', 'nhac-hieu', 'ban-tin-xa', 've-sinh'] },
  { id: 'suc-khoe', title: 'Sức khỏe và an toàn', files: ['nhac-hieu', 'tiem-chung', 'lua-dao', 'tiem-phong-dai'] },
  { id: 'san-xuat', title: 'Sản xuất và đời sống', files: ['nhac-hieu', 'gieo-cay', 'lua-dao'] },
  { id: 'thong-bao', title: 'Thông báo của xã', files: ['nhac-hieu', 'cat-dien', 'chong-ret'] },
  { id: 'rung-va-dich-vu', title: 'Giữ rừng và dịch vụ công', files: ['nhac-hieu', 'chay-rung', 'dich-vu-cong'] },
] as const satisfies readonly SoundProgramme[];

const minuteMs = 60_000;
/** The welcome permit lasts so long from the first sound. */
export const welcomeMs = 15 * minuteMs;

/** Starts of the welcome, after the first sound. */
export const welcomePlays: readonly PlannedPlay[] = [
  { programme: 'chao', atMs: 0 },
  { programme: 'suc-khoe', atMs: 2 * minuteMs },
  { programme: 'thong-bao', atMs: 4.5 * minuteMs },
  { programme: 'san-xuat', atMs: 6.5 * minuteMs },
  { programme: 'rung-va-dich-vu', atMs: 8.5 * minuteMs },
  { programme: 'suc-khoe', atMs: 10.5 * minuteMs },
];

/** Board bulletins: the welcome for a minute, then the rest of the round, for the whole quarter of an hour. */
export const boardRound: readonly { readonly id: string; readonly durationMs: number }[] = [
  { id: 'chao-mung', durationMs: minuteMs },
  { id: 'gia-nong-san', durationMs: minuteMs / 2 },
  { id: 'thoi-tiet', durationMs: minuteMs / 2 },
  { id: 'tiep-cong-dan', durationMs: minuteMs / 2 },
  { id: 'cat-dien', durationMs: minuteMs / 2 },
  { id: 'so-khan-cap', durationMs: minuteMs / 2 },
];

export const zone = 'Asia/Ho_Chi_Minh';

/** `20261123T053000` in the district's zone. */
export function localDateTime(ms: number): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(ms);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year')}${part('month')}${part('day')}T${part('hour')}${part('minute')}${part('second')}`;
}

/** The next whole second that is at least `afterMs` away. */
export function nextWholeSecond(nowMs: number, afterMs: number): number {
  return Math.ceil((nowMs + afterMs) / 1000) * 1000;
}
