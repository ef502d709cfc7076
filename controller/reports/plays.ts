// Reports made of receipts: the log of plays, minutes by tier, level and language, how far the schedule was kept, what policy refused.
import type { Receipt } from '../../schemas/receipt.ts';
import { classWords, outcomeWords, proofInWords, reasonWords } from '../../schemas/receipt-words.ts';
import type { Exclusion, ReportBody, Value, Words } from '../../schemas/report-tables.ts';
import type { Known } from './known.ts';
import { column, figure, share } from './report.ts';
import { isOfficial } from './sums.ts';

const shownOutcomes = ['played', 'partial', 'preempted', 'missed', 'refused-by-policy', 'failed'] as const;

function exclusionsOf(count: number): Exclusion[] {
  return count > 0 ? [{ vi: 'lượt phát mô phỏng, không tính vào số liệu', en: 'simulated plays, in no figure', count }] : [];
}

export function playLog(known: Known): ReportBody {
  return playLogOf(playRows(known), addPlays(noPlays, known.receipts));
}

/** What a log sums up, part after part. */
export interface LogSums {
  readonly plays: number;
  readonly audibleMs: number;
  readonly simulated: number;
}

export const noPlays: LogSums = { plays: 0, audibleMs: 0, simulated: 0 };

export function addPlays(sums: LogSums, receipts: Known['receipts']): LogSums {
  const counted = receipts.filter(({ receipt }) => isOfficial(receipt));
  return {
    plays: sums.plays + counted.length,
    audibleMs: counted.reduce((sum, { receipt }) => sum + receipt.audibleMs, sums.audibleMs),
    simulated: sums.simulated + receipts.length - counted.length,
  };
}

export function playRows(known: Pick<Known, 'receipts' | 'boxes' | 'programmes'>): Value[][] {
  const names = new Map(known.boxes.map(({ id, name }) => [id, name]));
  return known.receipts.map(({ dev, receipt }): Value[] => [
    ...[receipt.plannedStartMs, dev, names.get(dev) ?? '', titleOf(receipt, known), classWords[receipt.class]],
    ...[outcomeWords[receipt.outcome], reasonOf(receipt), receipt.startedMs ?? null, receipt.audibleMs, proofInWords(receipt)],
  ]);
}

export function playLogOf(rows: readonly Value[][], { plays, audibleMs, simulated }: LogSums): ReportBody {
  return {
    figures: [
      figure('plays', 'count', plays, { vi: 'Lượt phát', en: 'Plays' }, all),
      figure('audibleMs', 'durationMs', audibleMs, { vi: 'Thời lượng đã phát', en: 'Time played' }, heard),
    ],
    columns: [
      column('plannedStart', 'instant', 'Giờ theo lịch', 'Planned'),
      column('box', 'text', 'Hộp', 'Box'),
      column('boxName', 'text', 'Tên hộp', 'Box name'),
      column('title', 'text', 'Chương trình', 'Programme'),
      column('class', 'text', 'Loại', 'Class'),
      column('outcome', 'text', 'Kết quả', 'Outcome'),
      column('reason', 'text', 'Lý do', 'Reason'),
      column('started', 'instant', 'Bắt đầu', 'Started'),
      column('audibleMs', 'durationMs', 'Đã phát', 'Played'),
      column('proof', 'text', 'Bằng chứng', 'Proof'),
    ],
    rows,
    exclusions: exclusionsOf(simulated),
  };
}

const all: Words = {
  vi: 'biên nhận của các lượt phát có giờ theo lịch trong kỳ',
  en: 'receipts of plays planned to begin within the period',
};
const heard: Words = {
  vi: 'tổng thời gian âm thanh hoặc trang đã ra khỏi thiết bị, theo biên nhận',
  en: 'sound or pages that left the outputs, as receipts say',
};

function reasonOf({ reason }: Receipt): string {
  return reason === undefined ? '' : reasonWords[reason];
}

/** Emergency and live have no programme: their class says it. */
function titleOf({ programme, occurrence }: Pick<Receipt, 'programme' | 'occurrence'>, { programmes }: Pick<Known, 'programmes'>): string {
  return (programme !== undefined && programmes.get(programme)?.title) || occurrence;
}

export function minutes(known: Known): ReportBody {
  const groups = new Map<string, { key: string[]; plays: number; plannedMs: number; audibleMs: number }>();
  for (const sum of known.sums) {
    if (sum.simulated) continue;
    const programme = sum.programme === null ? undefined : known.programmes.get(sum.programme);
    const key = [classWords[sum.class as Receipt['class']], programme?.level ?? '', programme?.items[0]?.language ?? ''];
    const group = groups.get(key.join(' ')) ?? { key, plays: 0, plannedMs: 0, audibleMs: 0 };
    group.plays += sum.plays;
    group.plannedMs += sum.plannedMs;
    group.audibleMs += sum.audibleMs;
    groups.set(key.join(' '), group);
  }
  const sorted = [...groups.values()].sort((a, b) => b.audibleMs - a.audibleMs);
  const audibleMs = sorted.reduce((sum, group) => sum + group.audibleMs, 0);
  return {
    figures: [figure('audibleMs', 'durationMs', audibleMs, { vi: 'Tổng thời lượng đã phát', en: 'Time played in all' }, heard)],
    columns: [
      column('class', 'text', 'Loại', 'Class'),
      column('level', 'text', 'Cấp', 'Level'),
      column('language', 'text', 'Ngôn ngữ (mục đầu)', 'Language (of the first item)'),
      column('plays', 'count', 'Lượt', 'Plays'),
      column('plannedMs', 'durationMs', 'Theo lịch', 'Planned'),
      column('audibleMs', 'durationMs', 'Đã phát', 'Played'),
    ],
    rows: sorted.map(({ key, plays, plannedMs, audibleMs: ms }) => [...key, plays, plannedMs, ms]),
    exclusions: exclusionsOf(known.sums.reduce((sum, one) => sum + (one.simulated ? one.plays : 0), 0)),
  };
}

export function scheduleKept(known: Known): ReportBody {
  const byBox = new Map(known.kept.map((sum) => [sum.dev, sum]));
  const rows = known.boxes.flatMap((box): Value[][] => {
    const own = byBox.get(box.id);
    if (!own || own.planned === 0) return [];
    const { outcomes, planned, due } = own;
    return [[box.id, box.name, planned, ...shownOutcomes.map((id) => outcomes[id]), share(outcomes.played, due)]];
  });
  const silent = known.boxes.length - rows.length;
  const total = (of: (sum: Known['kept'][number]) => number) => known.kept.reduce((sum, one) => sum + of(one), 0);
  const kept = share(
    total(({ outcomes }) => outcomes.played),
    total(({ due }) => due),
  );
  return {
    figures: [
      figure(
        'kept',
        'share',
        kept,
        { vi: 'Tỷ lệ thực hiện lịch', en: 'Schedule kept' },
        {
          vi: 'lượt phát đủ trên lượt phải phát; không tính lượt bị từ chối do quy định, đã thu hồi, bị lệnh khẩn cấp ngắt',
          en: 'plays played whole of those due; refused, withdrawn and those an order cut do not count',
        },
      ),
    ],
    columns: [
      column('box', 'text', 'Hộp', 'Box'),
      column('boxName', 'text', 'Tên hộp', 'Box name'),
      column('planned', 'count', 'Theo lịch', 'Planned'),
      ...shownOutcomes.map((id) => column(id, 'count', outcomeWords[id], id)),
      column('kept', 'share', 'Tỷ lệ', 'Kept'),
    ],
    rows,
    exclusions: [
      ...exclusionsOf(total(({ simulated }) => simulated)),
      ...(silent > 0
        ? [
            {
              vi: 'hộp chưa có biên nhận nào trong kỳ: chưa đo, không phải 0 %',
              en: 'boxes without a receipt in the period: unmeasured, not 0 %',
              count: silent,
            },
          ]
        : []),
    ],
  };
}

export function breaches(known: Known): ReportBody {
  const names = new Map(known.boxes.map(({ id, name }) => [id, name]));
  const refused = known.refused.filter(({ simulated }) => !simulated);
  return {
    figures: [
      figure(
        'refused',
        'count',
        refused.length,
        { vi: 'Lượt bị từ chối', en: 'Plays refused' },
        {
          vi: 'lượt mà hộp không phát vì quy chế (khung giờ, giờ yên tĩnh, số buổi, số phút)',
          en: 'plays the box did not begin because of its policy (windows, quiet hours, sessions, minutes)',
        },
      ),
    ],
    columns: [
      column('plannedStart', 'instant', 'Giờ theo lịch', 'Planned'),
      column('box', 'text', 'Hộp', 'Box'),
      column('boxName', 'text', 'Tên hộp', 'Box name'),
      column('title', 'text', 'Chương trình', 'Programme'),
      column('rule', 'text', 'Quy định', 'Rule'),
    ],
    rows: refused.map(({ dev, plannedMs, occurrence, programme, reason }) => [
      ...[plannedMs, dev, names.get(dev) ?? '', titleOf({ occurrence, programme: programme ?? undefined }, known)],
      reason === null ? '' : reasonWords[reason],
    ]),
    exclusions: exclusionsOf(known.refused.length - refused.length),
  };
}
