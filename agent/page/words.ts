// Words of the local page, Vietnamese and English.
import type { DeviceKind } from '../../hardware/network.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import type { ClockQuality } from '../../schemas/time.ts';
import type { CheckState, Words } from './checklist.ts';

type Toned = Words & { readonly tone: 'good' | 'warn' | 'bad' };

export const stateWords: Readonly<Record<CheckState, Words>> = {
  ok: { vi: 'tốt', en: 'ok' },
  warn: { vi: 'cần xem', en: 'to look at' },
  bad: { vi: 'lỗi', en: 'wrong' },
  unknown: { vi: 'chưa rõ', en: 'unknown' },
};

export const outcomeWords: Readonly<Record<Receipt['outcome'], Toned>> = {
  played: { vi: 'Đã phát đủ', en: 'played', tone: 'good' },
  partial: { vi: 'Phát một phần', en: 'partial', tone: 'warn' },
  preempted: { vi: 'Bị ngắt', en: 'pre-empted', tone: 'warn' },
  missed: { vi: 'Bỏ lỡ', en: 'missed', tone: 'bad' },
  'refused-by-policy': { vi: 'Từ chối do quy định', en: 'refused by policy', tone: 'warn' },
  failed: { vi: 'Lỗi', en: 'failed', tone: 'bad' },
  withdrawn: { vi: 'Đã thu hồi', en: 'withdrawn', tone: 'warn' },
};

export const qualityWords: Readonly<Record<ClockQuality, Toned>> = {
  signed: { vi: 'Giờ đã xác thực', en: 'signed time', tone: 'good' },
  rtc: { vi: 'Đồng hồ pin', en: 'battery clock', tone: 'good' },
  net: { vi: 'Chỉ có NTP', en: 'NTP only', tone: 'warn' },
  floor: { vi: 'Chưa chắc chắn', en: 'only a floor', tone: 'bad' },
  none: { vi: 'Chưa có giờ', en: 'no time', tone: 'bad' },
};

export const relayWords: Readonly<Record<string, Words>> = {
  none: { vi: '–', en: '–' },
  off: { vi: 'tắt', en: 'off' },
  'turning-on': { vi: 'đang bật', en: 'turning on' },
  on: { vi: 'bật', en: 'on' },
  'turning-off': { vi: 'đang tắt', en: 'turning off' },
  failed: { vi: 'lỗi', en: 'failed' },
};

export const missedWords = {
  'orders-missed': { vi: 'Có lệnh không đến hộp', en: 'orders did not come' },
  'heartbeat-missed': { vi: 'Trung tâm không báo hiệu', en: 'no heartbeat' },
  store: { vi: 'Thẻ nhớ không ghi được', en: 'the card takes no writes' },
  'not-heard': { vi: 'Đã phát nhưng loa không kêu: kiểm tra tăng âm và dây loa', en: 'played, not heard: check amplifier and line' },
  'ear-missing': { vi: 'Micrô kiểm chứng không hoạt động', en: 'the microphone at the horn gives nothing' },
} as const satisfies Record<string, Words>;

export const classWords: Readonly<Record<string, Words>> = {
  drill: { vi: 'diễn tập', en: 'exercise' },
  priority: { vi: 'ưu tiên', en: 'priority' },
  normal: { vi: 'thông thường', en: 'normal' },
  filler: { vi: 'nền', en: 'filler' },
};

export const deviceWords: Readonly<Record<DeviceKind, Words>> = {
  wifi: { vi: 'Wi-Fi', en: 'Wi-Fi' },
  ethernet: { vi: 'Mạng dây', en: 'Cable' },
  mobile: { vi: 'Mạng di động', en: 'Mobile' },
  usb: { vi: 'Cáp USB', en: 'USB cable' },
  other: { vi: 'Mạng khác', en: 'Other' },
};

export const reasonWords: Readonly<Record<string, Words>> = {
  'box-off': { vi: 'hộp tắt', en: 'box off' },
  'power-cut': { vi: 'mất điện', en: 'power cut' },
  'no-time': { vi: 'chưa có giờ', en: 'no time' },
  'not-cached': { vi: 'chưa có tệp', en: 'file not here' },
  'too-late': { vi: 'quá muộn', en: 'too late' },
  'output-busy': { vi: 'loa bận', en: 'output busy' },
  emergency: { vi: 'có lệnh khẩn cấp', en: 'an emergency' },
  'higher-class': { vi: 'có chương trình ưu tiên hơn', en: 'something of higher rank' },
  withdrawn: { vi: 'đã thu hồi', en: 'withdrawn' },
  'decoder-failed': { vi: 'không giải mã được', en: 'not decodable' },
  'output-failed': { vi: 'đầu ra lỗi', en: 'output failed' },
  'amplifier-failed': { vi: 'tăng âm lỗi', en: 'amplifier failed' },
  'outside-window': { vi: 'ngoài khung giờ', en: 'outside the hours' },
  'quiet-hours': { vi: 'giờ yên tĩnh', en: 'quiet hours' },
  'session-too-long': { vi: 'buổi quá dài', en: 'session too long' },
  'too-many-sessions': { vi: 'quá số buổi', en: 'too many sessions' },
  'day-limit': { vi: 'quá số phút', en: 'over the day limit' },
  'joined-late': { vi: 'vào giữa chừng', en: 'joined late' },
  resumed: { vi: 'phát tiếp', en: 'resumed' },
  cleared: { vi: 'lệnh đã dừng', en: 'order cleared' },
  expired: { vi: 'hết hạn', en: 'expired' },
  superseded: { vi: 'có lệnh mới', en: 'superseded' },
  'not-painted': { vi: 'bảng không hiện', en: 'not painted' },
  'window-ended': { vi: 'hết khung giờ', en: 'hours ended' },
  muted: { vi: 'tắt tiếng tại chỗ', en: 'muted here' },
  'held-service': { vi: 'có người ở loa', en: 'somebody at the horn' },
  'on-battery': { vi: 'mất điện lưới', en: 'on battery' },
  'stream-lost': { vi: 'mất luồng', en: 'stream lost' },
  'no-voice': { vi: 'thiếu giọng đọc', en: 'no voice' },
};
