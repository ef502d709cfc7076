// A play receipt as one line that a person reads, Vietnamese.
import type { ReceiptAnswer } from '../../schemas/api.ts';
import type { Outcome, Reason } from '../../schemas/receipt.ts';

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
  'not-cached': 'chưa tải xong nội dung',
  'too-late': 'quá giờ bắt đầu',
  'output-busy': 'loa đang bận',
  emergency: 'nhường lệnh khẩn cấp',
  'higher-class': 'nhường chương trình ưu tiên hơn',
  'stopped-here': 'dừng tại hộp',
  withdrawn: 'đã thu hồi',
  'decoder-failed': 'không giải mã được',
  'output-failed': 'đầu ra âm thanh lỗi',
  'amplifier-failed': 'tăng âm lỗi',
  'outside-window': 'ngoài khung giờ',
  'quiet-hours': 'giờ yên tĩnh',
  'session-too-long': 'quá thời lượng một buổi',
  'too-many-sessions': 'quá số buổi trong ngày',
  'day-limit': 'quá thời lượng trong ngày',
  'joined-late': 'vào muộn, phát từ giữa',
  resumed: 'phát tiếp sau khi nhường',
  cleared: 'lệnh đã kết thúc',
  expired: 'lệnh hết hạn',
  superseded: 'có lệnh mới hơn',
  'not-painted': 'bảng không hiện được',
  'window-ended': 'hết khung giờ được phép',
  muted: 'tắt tiếng tại chỗ',
  'held-service': 'đang bảo trì, có người ở loa',
  'on-battery': 'đang chạy ắc quy',
  'stream-lost': 'mất luồng trực tiếp',
  'no-voice': 'thiếu giọng đọc cho ngôn ngữ này',
  'spoken-instead': 'hộp đọc bằng giọng máy thay bản ghi',
  'bulletin-unsafe': 'bảng tin có nội dung không an toàn',
};

const marks: Readonly<Record<Outcome, string>> = {
  played: '✔',
  partial: '◐',
  preempted: '⏸',
  missed: '○',
  'refused-by-policy': '⊘',
  failed: '✖',
  withdrawn: '↩',
};

/** Wall time of day in the district's zone. */
export function timeOfDay(ms: number, zone: string): string {
  return new Intl.DateTimeFormat('vi-VN', { timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }).format(
    ms,
  );
}

/** `✔ 21:03:30  Cụm loa Thôn 1: phát đủ “Bản tin” 59,0 s, lệch giờ +0,4 ms`. */
export function receiptLine({ box, boxName, title, receipt }: ReceiptAnswer, zone: string): string {
  const seconds = (receipt.audibleMs / 1000).toFixed(1).replace('.', ',');
  const parts = [`${outcomeWords[receipt.outcome]} “${title ?? receipt.programme ?? receipt.occurrence}” ${seconds} s`];
  if (receipt.reason) parts.push(reasonWords[receipt.reason]);
  if (receipt.startErrorMs !== undefined && receipt.outcome !== 'missed') {
    const sign = receipt.startErrorMs < 0 ? '−' : '+';
    parts.push(`lệch giờ ${sign}${Math.abs(receipt.startErrorMs).toFixed(1).replace('.', ',')} ms`);
  }
  const at = timeOfDay(receipt.startedMs ?? receipt.plannedStartMs, zone);
  return `${marks[receipt.outcome]} ${at}  ${boxName ?? box}: ${parts.join(', ')}`;
}
