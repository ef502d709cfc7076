// Reports of the estate: faults with their time to repair, exercises with how far they were heard, equipment as it stands.
import { type Fault, faultKinds } from '../../schemas/faults.ts';
import type { ReportBody, Value } from '../../schemas/report-tables.ts';
import type { Known } from './known.ts';
import { column, figure, share } from './report.ts';

/** A box that nobody has mended for so long goes upward (PRODUCT §1.20). */
const longMs = 30 * 24 * 3600_000;

export function faults(known: Known): ReportBody {
  const names = new Map(known.boxes.map(({ id, name }) => [id, name]));
  const within = known.faults.filter(({ openedMs, endedMs }) => openedMs < known.toMs && (endedMs ?? known.nowMs) >= known.fromMs);
  const over = within.filter((fault): fault is Fault & { endedMs: number } => fault.endedMs !== null);
  const lasting = within.filter(({ openedMs, endedMs }) => endedMs === null && known.nowMs - openedMs > longMs);
  const meanMs = over.length > 0 ? over.reduce((sum, { openedMs, endedMs }) => sum + endedMs - openedMs, 0) / over.length : null;
  return {
    figures: [
      figure(
        'faults',
        'count',
        within.length,
        { vi: 'Số sự cố', en: 'Faults' },
        { vi: 'sự cố có lúc nào đó trong kỳ', en: 'faults that stood at some time of the period' },
      ),
      figure(
        'meanRepairMs',
        'durationMs',
        meanMs,
        { vi: 'Thời gian khắc phục trung bình', en: 'Mean time to repair' },
        {
          vi: 'từ lúc bắt đầu đến lúc hết, của các sự cố đã hết',
          en: 'from beginning to end, of faults that have ended',
        },
      ),
      figure(
        'overThirtyDays',
        'count',
        lasting.length,
        { vi: 'Quá 30 ngày chưa khắc phục', en: 'Standing for over 30 days' },
        {
          vi: 'sự cố chưa hết, tính đến hôm nay',
          en: 'faults that still stand as of now',
        },
      ),
    ],
    columns: [
      column('box', 'text', 'Hộp', 'Box'),
      column('boxName', 'text', 'Tên hộp', 'Box name'),
      column('reason', 'text', 'Sự cố', 'Fault'),
      column('opened', 'instant', 'Bắt đầu', 'Began'),
      column('ended', 'instant', 'Hết', 'Ended'),
      column('lastedMs', 'durationMs', 'Kéo dài', 'Lasted'),
      column('times', 'count', 'Số lần', 'Times'),
      column('answeredBy', 'text', 'Người xem', 'Answered by'),
      column('resolvedBy', 'text', 'Người xử lý', 'Resolved by'),
      column('note', 'text', 'Ghi chú', 'Note'),
    ],
    rows: within.map((fault): Value[] => [
      ...[fault.box, names.get(fault.box) ?? '', faultKinds[fault.reason].vi, fault.openedMs, fault.endedMs],
      ...[(fault.endedMs ?? known.nowMs) - fault.openedMs, fault.times, fault.answeredBy ?? '', fault.resolvedBy ?? '', fault.note],
    ]),
    exclusions: [],
  };
}

export function drills(known: Known): ReportBody {
  const exercises = known.orders.filter(({ class: of }) => of === 'exercise');
  const meant = exercises.flatMap(({ boxes }) => boxes);
  return {
    figures: [
      figure(
        'drills',
        'count',
        exercises.length,
        { vi: 'Số cuộc diễn tập', en: 'Exercises' },
        { vi: 'lệnh diễn tập phát trong kỳ', en: 'exercise orders given in the period' },
      ),
      figure(
        'sounded',
        'share',
        share(meant.filter(({ sounded }) => sounded).length, meant.filter(({ told }) => told).length),
        { vi: 'Tỷ lệ hộp đã phát', en: 'Boxes that sounded' },
        {
          vi: 'hộp đã phát trên hộp có báo về; hộp không báo về là chưa đo',
          en: 'boxes that sounded of those that told; a box that told nothing is unmeasured',
        },
      ),
    ],
    columns: [
      column('given', 'instant', 'Lúc phát lệnh', 'Given'),
      column('template', 'text', 'Mẫu', 'Template'),
      column('by', 'text', 'Người phát', 'By'),
      column('meant', 'count', 'Hộp nhận lệnh', 'Boxes meant'),
      column('told', 'count', 'Có báo về', 'Told'),
      column('sounded', 'count', 'Đã phát', 'Sounded'),
      column('lastMs', 'durationMs', 'Hộp cuối phát sau', 'Last sounded after'),
    ],
    rows: exercises.map(({ givenMs, template, by, boxes }): Value[] => {
      const sounding = boxes.flatMap(({ soundedMs }) => (soundedMs === null ? [] : [soundedMs - givenMs]));
      const told = boxes.filter((one) => one.told).length;
      return [
        givenMs,
        template,
        by,
        boxes.length,
        told,
        boxes.filter(({ sounded }) => sounded).length,
        sounding.length > 0 ? Math.max(...sounding) : null,
      ];
    }),
    exclusions: [],
  };
}

export function equipment({ boxes }: Known): ReportBody {
  const enrolled = boxes.filter((box) => box.enrolled);
  const away = boxes.length - enrolled.length;
  return {
    figures: [
      figure('boxes', 'count', boxes.length, { vi: 'Số hộp', en: 'Boxes' }, { vi: 'hộp đã đăng ký', en: 'boxes registered' }),
      figure(
        'online',
        'share',
        share(enrolled.filter(({ online }) => online).length, enrolled.length),
        { vi: 'Đang liên lạc', en: 'Online' },
        {
          vi: 'hộp đang liên lạc trên hộp đã khai báo, tại thời điểm lập',
          en: 'boxes online of those enrolled, at this instant',
        },
      ),
    ],
    columns: [
      column('box', 'text', 'Hộp', 'Box'),
      column('boxName', 'text', 'Tên hộp', 'Box name'),
      column('area', 'text', 'Địa bàn', 'Area'),
      column('outputs', 'text', 'Đầu ra', 'Outputs'),
      column('enrolled', 'text', 'Khai báo', 'Enrolled'),
      column('online', 'text', 'Liên lạc', 'Online'),
      column('lastSeen', 'instant', 'Lần cuối', 'Last seen'),
    ],
    rows: boxes.map((box): Value[] => [
      ...[box.id, box.name, box.area, box.outputs.map(({ kind }) => kind).join(' '), box.enrolled ? 'có' : 'chưa'],
      ...[box.enrolled ? (box.online ? 'có' : 'không') : null, box.lastSeenMs],
    ]),
    exclusions:
      away > 0 ? [{ vi: 'hộp chưa khai báo, không tính vào tỷ lệ', en: 'boxes not enrolled, not in the share', count: away }] : [],
  };
}
