// Words of alerts from outside, in Vietnamese: what became of one, and why it waits for a person.

export const alertStateWords: Readonly<Record<string, string>> = {
  waiting: 'Chưa ai trả lời',
  signing: 'Đang chờ ký',
  taken: 'Đã ra lệnh',
  given: 'Đã tự phát theo ủy quyền',
  ended: 'Đã kết thúc lệnh',
  aside: 'Đã bỏ qua',
  closed: 'Có tin mới thay thế',
  nothing: 'Không phải làm gì',
};

/** Those of the rules that are not here are shown in the words of the rules. */
const whyWords: Readonly<Record<string, string>> = {
  'manual-source': 'Nguồn này luôn phải có người quyết định.',
  'officers-order': 'Lệnh của tin trước do trực ban ra: trực ban quyết định kết thúc.',
  'no-mandate': 'Chưa có ủy quyền cho loại tin và địa bàn này.',
  'exercise-without-mandate': 'Tin diễn tập, chưa có ủy quyền diễn tập.',
  'rate-cap': 'Đã đủ số lệnh tự động trong một giờ.',
  'infos-differ': 'Các phần của tin không khớp nhau.',
  'area-unknown': 'Tin không nêu địa bàn nào của trung tâm.',
  'geocode-unknown': 'Tin nêu mã địa bàn không có trong bản đồ.',
  'place-unplaced': 'Tin vẽ vùng, nhưng địa bàn chưa có tọa độ để so.',
  'no-area': 'Tin không có địa bàn.',
  'area-without-shape': 'Địa bàn trong tin không có mã hay hình vẽ.',
  'polygon-crosses': 'Vùng vẽ trong tin bị sai.',
  'event-unknown': 'Loại sự kiện chưa có mẫu lệnh tương ứng.',
  'group-unknown': 'Nhóm loa trong bản đồ không còn.',
  'ends-too-soon': 'Tin hết hạn trong nửa phút nữa.',
  'exercise-not-agreed': 'Tin diễn tập của nguồn chưa đăng ký diễn tập.',
  restricted: 'Tin chỉ dành cho một số người nhận.',
  private: 'Tin gửi riêng.',
  'sent-later': 'Giờ gửi của tin ở phía trước.',
  'no-expires': 'Tin không nêu lúc hết hạn.',
  'verifier-missing': 'Máy này thiếu chương trình kiểm chữ ký.',
  'reference-foreign': 'Tin cập nhật một tin của nguồn khác.',
  conflict: 'Nhóm loa đã đủ số lệnh.',
  interrupted: 'Trung tâm dừng giữa chừng khi xử lý tin này.',
  'gateway-failed': 'Không đọc được tin: hãy hỏi lại nguồn gửi.',
  'ended-gateway-before': 'Tin từng làm hỏng chương trình đọc lại đến: hãy hỏi lại nguồn gửi.',
  'internal-error': 'Lỗi hệ thống khi phát lệnh.',
};

export function whyAlertWords(code: string, reason: string): string {
  return whyWords[code] ?? `${code}: ${reason}`;
}

export const messageWords: Readonly<Record<string, string>> = {
  Alert: 'Tin mới',
  Update: 'Cập nhật',
  Cancel: 'Hủy tin',
  Ack: 'Xác nhận',
  Error: 'Báo lỗi',
};

export const severityWords: Readonly<Record<string, string>> = {
  Extreme: 'đặc biệt nghiêm trọng',
  Severe: 'nghiêm trọng',
  Moderate: 'vừa',
  Minor: 'nhẹ',
  Unknown: 'chưa rõ mức',
};

export const mandateStateWords: Readonly<Record<string, string>> = {
  waiting: 'Chờ ký',
  'in-force': 'Đang hiệu lực',
  expired: 'Hết hạn',
  revoked: 'Đã thu hồi',
  lapsed: 'Mất hiệu lực: khóa đã đổi',
};
