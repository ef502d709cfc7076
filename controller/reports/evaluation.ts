// The evaluation of units as reports: one unit over twelve months, or units side by side. Each figure with what it counts.
import type { Column, Exclusion, Figure, ReportBody, Value, ValueKind, Words } from '../../schemas/report-tables.ts';
import { meanStars, shareOf, type UnitMeasures } from '../core/evaluation.ts';
import { column, figure } from './report.ts';

interface Criterion extends Words {
  readonly id: string;
  readonly kind: ValueKind;
  readonly of: (measures: UnitMeasures) => Value;
  readonly definition: Words;
}

const criterion = (
  id: string,
  kind: ValueKind,
  of: Criterion['of'],
  [vi, en]: readonly [string, string],
  [defined, definedEn]: readonly [string, string],
): Criterion => ({ id, kind, of, vi, en, definition: { vi: defined, en: definedEn } });

export const criteria: readonly Criterion[] = [
  criterion(
    'essential',
    'share',
    ({ essential }) => shareOf(essential),
    ['Thông tin thiết yếu', 'Essential information'],
    [
      'tin thiết yếu phát xuống trong tháng đã phát đủ ít nhất một lần hoặc đã thực hiện bằng hình thức khác, trên số tin × đơn vị',
      'essential items issued in the month that were heard whole at least once, or done in another form, of items × units',
    ],
  ),
  criterion(
    'online',
    'share',
    ({ online }) => shareOf(online),
    ['Liên lạc', 'Online'],
    [
      'thời gian hộp không có sự cố mất liên lạc trên thời gian của các hộp đã khai báo; gián đoạn dưới một phút không tính',
      'time without the fault of no contact, of the time of enrolled boxes; gaps under a minute do not count',
    ],
  ),
  criterion(
    'kept',
    'share',
    ({ kept }) => shareOf(kept),
    ['Thực hiện lịch phát', 'Schedule kept'],
    [
      'lượt phát đủ trên lượt phải phát; không tính lượt bị từ chối do quy định, đã thu hồi, bị lệnh khẩn cấp ngắt',
      'plays played whole of those due; refused, withdrawn and those an order cut do not count',
    ],
  ),
  criterion(
    'longFaults',
    'count',
    ({ longFaults }) => longFaults,
    ['Sự cố quá 30 ngày', 'Faults over 30 days'],
    ['sự cố còn tồn tại lúc hết tháng và đã quá 30 ngày', 'faults that stood at the end of the month and had stood for over 30 days'],
  ),
  criterion(
    'replied',
    'share',
    ({ replied }) => shareOf(replied),
    ['Trả lời đúng hạn', 'Replies in time'],
    [
      'phản ánh được trả lời đúng hạn trên phản ánh phải trả lời; chưa đo khi chưa tiếp nhận phản ánh',
      'feedback answered in time of feedback due; unmeasured until feedback is taken',
    ],
  ),
  ...(
    [
      ['commune', 'Người dân chấm: xã', 'Rating of the commune'],
      ['centre', 'Người dân chấm: trung tâm', 'Rating of the centre'],
      ['province', 'Người dân chấm: tỉnh', 'Rating of the province'],
    ] as const
  ).map(([level, vi, en]) =>
    criterion(
      `rating-${level}`,
      'stars',
      ({ ratings }) => meanStars(ratings[level]),
      [vi, en],
      [
        'trung bình số sao (1 đến 5) của mọi phiếu trong tháng tại địa bàn',
        'mean of stars (1 to 5) over all votes of the month in the area',
      ],
    ),
  ),
  criterion(
    'trained',
    'share',
    ({ trained }) => shareOf(trained),
    ['Cán bộ đã tập luyện', 'Staff trained'],
    [
      'người có tài khoản tại địa bàn đạt ít nhất một bài tập của vai trò mình trong 365 ngày trước cuối tháng, trên số người; danh sách người theo hôm nay',
      'people with an account in the area who passed an exercise of a role of theirs in the 365 days before the month’s end, of all; people as of today',
    ],
  ),
];

const columns: readonly Column[] = criteria.map(({ id, kind, vi, en }) => column(id, kind, vi, en));

function figuresOf(measures: UnitMeasures): Figure[] {
  return criteria.map(({ id, kind, of, vi, en, definition }) => figure(id, kind, of(measures), { vi, en }, definition));
}

const valuesOf = (measures: UnitMeasures): Value[] => criteria.map(({ of }) => of(measures));

/** One unit: figures of the last month, rows of all of them, the newest first. */
export function unitTrend(
  months: readonly { readonly month: string; readonly measures: UnitMeasures }[],
  exclusions: readonly Exclusion[],
): ReportBody {
  const last = months.at(-1);
  return {
    figures: last ? figuresOf(last.measures) : [],
    columns: [column('month', 'text', 'Tháng', 'Month'), ...columns],
    rows: months.toReversed().map(({ month, measures }) => [month, ...valuesOf(measures)]),
    exclusions,
  };
}

/** Units side by side; figures are those of the unit above them, from all that lies below it. */
export function unitsBeside(
  above: UnitMeasures,
  units: readonly { readonly name: string; readonly code: string | null; readonly measures: UnitMeasures }[],
  exclusions: readonly Exclusion[],
): ReportBody {
  return {
    figures: figuresOf(above),
    columns: [column('unit', 'text', 'Đơn vị', 'Unit'), column('code', 'text', 'Mã', 'Code'), ...columns],
    rows: units.map(({ name, code, measures }) => [name, code ?? '', ...valuesOf(measures)]),
    exclusions,
  };
}
