// Open data on residents' voices as a table for any program: RFC 4180, plain numbers, nothing of a person in it.

import { feedbackKinds } from '../../schemas/citizen.ts';
import type { OpenVoicesAnswer, OpenVoicesRow } from '../../schemas/citizen-api.ts';
import type { RatedLevel, Stars } from '../../schemas/evaluation.ts';
import { csvCell, csvMark } from './write.ts';

interface OpenColumn {
  readonly vi: string;
  /** `null`: nobody measured it, or so few that it is not told; its cell stays empty, which is not nought. */
  readonly of: (row: OpenVoicesRow) => string | number | null;
}

const levels: Readonly<Record<RatedLevel, string>> = { commune: 'Điểm xã', centre: 'Điểm trung tâm', province: 'Điểm tỉnh' };

const columns: readonly OpenColumn[] = [
  { vi: 'Mã đơn vị', of: ({ unit }) => unit },
  { vi: 'Đơn vị', of: ({ name }) => name },
  { vi: 'Tháng', of: ({ month }) => month },
  { vi: 'Đã tiếp nhận', of: ({ received }) => received },
  ...Object.entries(feedbackKinds).map(([kind, { vi }]): OpenColumn => ({ vi, of: ({ byKind }) => byKind[kind as keyof typeof byKind] })),
  { vi: 'Đã trả lời', of: ({ answered }) => answered },
  { vi: 'Đến hạn', of: ({ due }) => due },
  { vi: 'Trả lời đúng hạn', of: ({ inTime }) => inTime },
  { vi: 'Không tiếp nhận', of: ({ refused }) => refused },
  { vi: 'Thời gian trả lời trung vị (giờ)', of: ({ medianMs }) => (medianMs === null ? null : Math.round(medianMs / 360_000) / 10) },
  ...starColumns('Hài lòng với trả lời', ({ satisfaction }) => satisfaction),
  ...Object.entries(levels).flatMap(([level, vi]) => starColumns(vi, ({ ratings }) => ratings[level as RatedLevel])),
];

/** UTF-8 with a mark, CRLF, a decimal point as RFC 4180 programs expect; one line for each unit and month. */
export function voicesCsv({ rows }: Pick<OpenVoicesAnswer, 'rows'>): string {
  const lines = [columns.map(({ vi }) => vi), ...rows.map((row) => columns.map(({ of }) => String(of(row) ?? '')))];
  return csvMark + lines.map((line) => `${line.map(csvCell).join(',')}\r\n`).join('');
}

function starColumns(vi: string, of: (row: OpenVoicesRow) => Stars | null): OpenColumn[] {
  const given = (stars: Stars) => stars.reduce((sum, count) => sum + count, 0);
  const mean = (stars: Stars) => stars.reduce((sum, count, at) => sum + count * (at + 1), 0) / given(stars);
  const ofStars = (say: (stars: Stars) => number | null) => (row: OpenVoicesRow) => {
    const stars = of(row);
    return stars && say(stars);
  };
  return [
    { vi: `${vi}: số lượt`, of: ofStars(given) },
    { vi: `${vi}: trung bình sao`, of: ofStars((stars) => (given(stars) === 0 ? null : Math.round(mean(stars) * 100) / 100)) },
  ];
}
