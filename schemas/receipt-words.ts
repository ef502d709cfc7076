// Receipts in the words people read, Vietnamese; the English of each is its own name.
import type { Heard, HeardBecause, Outcome, Reason, Receipt } from './receipt.ts';

export const outcomeWords: Readonly<Record<Outcome, string>> = {
  played: 'phát đủ',
  partial: 'phát một phần',
  preempted: 'bị ngắt',
  missed: 'bỏ lỡ',
  'refused-by-policy': 'từ chối do quy định',
  failed: 'lỗi',
  withdrawn: 'thu hồi',
};

export const reasonWords: Readonly<Record<Reason, string>> = {
  'box-off': 'hộp tắt',
  'power-cut': 'mất điện giữa chừng',
  'no-time': 'chưa có giờ tin cậy',
  'not-cached': 'chưa tải nội dung',
  'too-late': 'quá muộn để vào giữa chừng',
  'output-busy': 'loa đang bận',
  emergency: 'có lệnh khẩn cấp',
  'higher-class': 'có chương trình ưu tiên hơn',
  'stopped-here': 'tắt tại chỗ',
  withdrawn: 'đã thu hồi',
  'decoder-failed': 'không giải mã được',
  'output-failed': 'đầu ra lỗi',
  'amplifier-failed': 'tăng âm lỗi',
  'outside-window': 'ngoài khung giờ',
  'quiet-hours': 'giờ yên tĩnh',
  'session-too-long': 'quá thời lượng một buổi',
  'too-many-sessions': 'quá số buổi trong ngày',
  'day-limit': 'quá số phút trong ngày',
  'not-approved': 'chưa được duyệt trước giờ phát 30 phút',
  'joined-late': 'vào giữa chừng',
  resumed: 'phát tiếp sau khi ngắt',
  cleared: 'lệnh đã kết thúc',
  expired: 'hết hạn',
  superseded: 'có lệnh mới hơn',
  'not-painted': 'màn hình không hiển thị',
  'window-ended': 'hết khung giờ được phép',
  muted: 'tắt tiếng tại chỗ',
  'held-service': 'đang bảo trì, có người ở loa',
  'on-battery': 'mất điện lưới, chạy ắc quy',
  'stream-lost': 'mất luồng trực tiếp',
  'no-voice': 'thiếu giọng đọc cho ngôn ngữ này',
  'spoken-instead': 'giọng máy đọc thay bản ghi',
  'bulletin-unsafe': 'bảng tin có nội dung không an toàn, không hiển thị',
};

export const classWords: Readonly<Record<Receipt['class'], string>> = {
  emergency: 'khẩn cấp',
  live: 'trực tiếp',
  drill: 'diễn tập',
  priority: 'ưu tiên',
  normal: 'thông thường',
  filler: 'xen giữa',
  local: 'tại chỗ',
};

export const proofWords: Readonly<Record<Receipt['proof'], string>> = {
  none: 'không có',
  relay: 'rơ-le',
  current: 'dòng điện tăng âm',
  microphone: 'micrô tại loa',
  bridge: 'cầu nối',
  painted: 'trang đã hiện',
  simulated: 'mô phỏng',
};

export const heardWords: Readonly<Record<Heard, string>> = {
  yes: 'micrô nghe thấy',
  no: 'micrô không nghe thấy',
  unknown: 'chưa rõ có nghe thấy',
};

export const heardBecauseWords: Readonly<Record<HeardBecause, string>> = {
  silent: 'loa không kêu',
  elsewhere: 'tiếng đến từ loa khác',
  'no-microphone': 'không có micrô',
  'not-calibrated': 'micrô chưa hiệu chuẩn',
  saturated: 'micrô quá tải',
  'too-quiet': 'chương trình quá nhỏ',
  'too-short': 'chương trình quá ngắn',
  'too-noisy': 'quá ồn',
};

/** What proves a play, with what the microphone at the horn says where there is one: `rơ-le; micrô nghe thấy (−3 dB)`. */
export function proofInWords({
  proof,
  heard,
  heardBecause,
  heardDb,
}: Pick<Receipt, 'proof' | 'heard' | 'heardBecause' | 'heardDb'>): string {
  if (!heard) return proofWords[proof];
  const more = heardBecause
    ? ` (${heardBecauseWords[heardBecause]})`
    : heardDb === undefined
      ? ''
      : ` (${heardDb < 0 ? '−' : '+'}${Math.abs(heardDb)} dB)`;
  return `${proofWords[proof]}; ${heardWords[heard]}${more}`;
}
