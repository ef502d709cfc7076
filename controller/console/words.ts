// Words of the console, Vietnamese first with English beside (PRODUCT's glossary is the source).

export const outcomeWords: Readonly<Record<string, string>> = {
  played: 'Phát đủ',
  partial: 'Phát một phần',
  preempted: 'Bị ngắt',
  missed: 'Bỏ lỡ',
  'refused-by-policy': 'Từ chối do quy định',
  failed: 'Lỗi',
  withdrawn: 'Thu hồi',
};

export const healthWords: Readonly<Record<string, string>> = { ok: 'Tốt', degraded: 'Suy giảm', silent: 'Mất tiếng', unknown: 'Chưa rõ' };

export const healthReasonWords: Readonly<Record<string, string>> = {
  'no-time': 'chưa có giờ tin cậy',
  'no-centre': 'mất liên lạc trung tâm',
  'keys-expired': 'ủy quyền khóa đã hết hạn',
  'no-plan': 'chưa nhận lịch',
  'audio-failed': 'đầu ra âm thanh lỗi',
  'amplifier-failed': 'tăng âm lỗi',
  'display-failed': 'màn hình lỗi',
  'disk-low': 'sắp đầy bộ nhớ',
  'media-missing': 'đang tải nội dung',
  hot: 'quá nóng',
  'under-voltage': 'điện áp thấp',
  muted: 'đang tắt tiếng tại chỗ',
  'clock-off': 'lệch giờ',
  service: 'đang bảo trì, có người ở loa',
  'on-battery': 'chạy ắc quy',
  'screen-power': 'không điều khiển được nguồn màn hình',
  'display-behind': 'bảng đang dùng hình dự phòng',
};

export const stateWords: Readonly<Record<string, string>> = {
  draft: 'Đang soạn',
  submitted: 'Chờ duyệt',
  approved: 'Đã duyệt',
  rejected: 'Trả lại',
  withdrawn: 'Thu hồi',
};

export const classWords: Readonly<Record<string, string>> = {
  drill: 'Diễn tập',
  priority: 'Ưu tiên',
  normal: 'Thông thường',
  filler: 'Chờ',
  emergency: 'Khẩn cấp',
  live: 'Trực tiếp',
  local: 'Tại chỗ',
};

export const progressWords: Readonly<Record<string, string>> = {
  sent: 'đã gửi',
  accepted: 'đã nhận',
  held: 'đang giữ lại (có người ở loa, tắt tiếng hoặc mất điện)',
  sounding: 'đang phát',
  heard: 'đang phát, micrô tại loa đã nghe thấy',
  ended: 'đã phát xong',
  cleared: 'đã dừng',
  expired: 'hết hạn',
  refused: 'từ chối',
  offline: 'ngoại tuyến',
  unanswered: 'có kết nối nhưng không trả lời',
  failed: 'không phát được',
};

export const placeWords = { first: 'Trực chính', second: 'Người xác nhận', leader: 'Lãnh đạo' } as const;
/** Totals of an order's boxes, in the order they are shown. */
export const orderTotalWords = {
  unanswered: 'không trả lời',
  failed: 'không phát được',
  refused: 'từ chối',
  offline: 'ngoại tuyến',
  sent: 'đã gửi',
  received: 'đã nhận',
  sounding: 'đang phát',
  ended: 'đã xong',
  heard: 'đã nghe được tiếng',
} as const;

export const liveWords: Readonly<Record<string, string>> = {
  sent: 'đã báo, chưa trả lời',
  accepted: 'đã nhận, đang mở tăng âm',
  sounding: 'đang phát',
  lost: 'mất luồng, tự nối lại',
  ended: 'đã xong',
  refused: 'từ chối',
  offline: 'ngoại tuyến',
};

export const whyWords: Readonly<Record<string, string>> = {
  closed: 'người nói kết thúc',
  'time-over': 'hết giờ',
  restart: 'trung tâm khởi động lại',
  shutdown: 'trung tâm dừng',
  silence: 'nguồn im lặng',
  lost: 'mất nguồn',
  'window-over': 'hết khung giờ',
};

const clock = new Intl.DateTimeFormat('vi-VN', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
  timeZone: 'Asia/Ho_Chi_Minh',
});
const date = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone: 'Asia/Ho_Chi_Minh' });
const day = new Intl.DateTimeFormat('vi-VN', { weekday: 'short', day: '2-digit', month: '2-digit', timeZone: 'Asia/Ho_Chi_Minh' });

export function clockWords(ms: number): string {
  return clock.format(ms);
}

/** `19:05`. */
export function minuteWords(ms: number): string {
  return clock.format(ms).slice(0, 5);
}

/** `19:00–07:00`; an end at midnight is the end of the day. */
export function spanWords(fromMs: number, toMs: number): string {
  const end = minuteWords(toMs);
  return `${minuteWords(fromMs)}–${end === '00:00' ? '24:00' : end}`;
}

/** `2026-11-23`. */
export function dateOf(ms: number): string {
  return date.format(ms);
}

export function dayWords(ms: number): string {
  return day.format(ms);
}

/** `1 phút 05 giây`. */
export function lengthWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} giây` : `${Math.floor(seconds / 60)} phút ${String(seconds % 60).padStart(2, '0')} giây`;
}

export function agoWords(ms: number, nowMs: number): string {
  const minutes = Math.floor((nowMs - ms) / 60_000);
  if (minutes < 1) return 'vừa xong';
  if (minutes < 60) return `${minutes} phút trước`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} giờ trước` : `${Math.floor(minutes / 1440)} ngày trước`;
}
