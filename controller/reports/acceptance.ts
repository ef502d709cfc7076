// An acceptance record as a page to print and sign.
import type { AcceptanceAnswer, AcceptanceLine } from '../../schemas/acceptance.ts';
import type { ReportBody } from '../../schemas/report-tables.ts';
import { column, figure } from './report.ts';

/** Lines of the checklist in the words of the trade. */
export const lineWords: Readonly<Record<AcceptanceLine, string>> = {
  power: 'Nguồn điện',
  card: 'Thẻ nhớ',
  modem: 'Mạng di động',
  names: 'Phân giải tên miền',
  time: 'Giờ tin cậy',
  tls: 'Kết nối bảo mật',
  claim: 'Khai báo hộp',
  centre: 'Kết nối trung tâm',
  amplifier: 'Tăng âm',
  tone: 'Nghe âm thử tại loa',
  screen: 'Màn hình',
  place: 'Vị trí, ảnh chụp',
};
const resultWords = { pass: 'đạt', fail: 'không đạt', unknown: 'chưa rõ', absent: 'không có' } as const;

/** The record as a page to print and sign. */
export function acceptancePrint({ accepted: passed, signedBy, record, atMs }: AcceptanceAnswer): ReportBody {
  const { answers, checks } = record;
  const position = answers.position ? `${answers.position.latitude.toFixed(6)}, ${answers.position.longitude.toFixed(6)}` : null;
  const told = (id: string, value: string | null, vi: string, en: string) => figure(id, 'text', value, { vi, en }, { vi: '', en: '' });
  return {
    figures: [
      told('result', passed ? 'Đạt' : 'Chưa đạt', 'Kết quả nghiệm thu', 'Result'),
      figure('made', 'instant', atMs, { vi: 'Lập lúc', en: 'Made at' }, { vi: 'theo đồng hồ của hộp', en: 'by the box’s clock' }),
      told('tone', answers.toneHeard ? 'có' : 'không', 'Nghe thấy âm thử tại loa', 'Tone heard at the horn'),
      told('by', answers.by, 'Người nghiệm thu', 'Looked at by'),
      told('position', position, 'Tọa độ', 'Position'),
      told('photo', answers.photo ?? null, 'Ảnh (SHA-256)', 'Photo (SHA-256)'),
      told('note', answers.note || null, 'Ghi chú', 'Note'),
      told('signedBy', signedBy, 'Khóa ký của hộp', 'The box’s signing key'),
    ],
    columns: [
      column('line', 'text', 'Hạng mục', 'Line'),
      column('result', 'text', 'Kết quả', 'Result'),
      column('value', 'text', 'Số đo', 'Measured'),
      column('reason', 'text', 'Lý do', 'Reason'),
    ],
    rows: checks.map(({ line, result, value, reason }) => [lineWords[line], resultWords[result], value, reason]),
    exclusions: [],
  };
}
