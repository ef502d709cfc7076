// The catalogue of problems: one code, one meaning, everywhere (agent, broker, API, pages).

interface ProblemKind {
  /** HTTP status where the problem leaves by REST (RFC 9457). */
  readonly status: number;
  /** True when the same request may succeed later unchanged. */
  readonly retryable: boolean;
  readonly vi: string;
  readonly en: string;
}

export const problemKinds = {
  'bad-input': { status: 400, retryable: false, vi: 'Dữ liệu không hợp lệ', en: 'The input is not valid' },
  'too-large': { status: 413, retryable: false, vi: 'Dữ liệu quá lớn', en: 'The input is too large' },
  'not-json': { status: 400, retryable: false, vi: 'Không phải JSON hợp lệ', en: 'Not valid JSON' },
  'not-found': { status: 404, retryable: false, vi: 'Không tìm thấy', en: 'Not found' },
  conflict: { status: 409, retryable: false, vi: 'Xung đột với dữ liệu đang có', en: 'Conflicts with what is stored' },
  'not-signed-in': { status: 401, retryable: false, vi: 'Chưa đăng nhập', en: 'Not signed in' },
  'factor-needed': { status: 401, retryable: false, vi: 'Cần mã xác thực để đăng nhập xong', en: 'The code is still needed to sign in' },
  'weak-password': { status: 422, retryable: false, vi: 'Mật khẩu dễ đoán', en: 'The password is easy to guess' },
  'wrong-credentials': { status: 401, retryable: false, vi: 'Sai tài khoản hoặc mật khẩu', en: 'Wrong account or password' },
  'not-allowed': { status: 403, retryable: false, vi: 'Không có quyền', en: 'Not allowed' },
  'own-work': { status: 403, retryable: false, vi: 'Người biên soạn không được tự duyệt', en: 'An author may not approve own work' },
  'too-many-requests': { status: 429, retryable: true, vi: 'Quá nhiều yêu cầu, hãy thử lại sau', en: 'Too many requests, try again later' },
  'internal-error': { status: 500, retryable: true, vi: 'Lỗi hệ thống', en: 'Internal error' },
  'media-unreadable': {
    status: 422,
    retryable: false,
    vi: 'Không đọc được tệp âm thanh hoặc phim',
    en: 'The sound or film cannot be read',
  },
  'tool-missing': { status: 503, retryable: true, vi: 'Thiếu công cụ trên máy', en: 'A tool is missing on this machine' },
  'tool-failed': { status: 500, retryable: true, vi: 'Công cụ báo lỗi', en: 'A tool failed' },
  'tool-timeout': { status: 504, retryable: true, vi: 'Công cụ quá thời gian', en: 'A tool ran out of time' },
  'bulletin-unsafe': {
    status: 422,
    retryable: false,
    vi: 'Bảng tin có nội dung không an toàn',
    en: 'The bulletin holds what may not be shown',
  },
  'no-voice': { status: 503, retryable: false, vi: 'Không có giọng đọc cho ngôn ngữ này', en: 'No voice for this language' },
  'schedule-invalid': { status: 422, retryable: false, vi: 'Lịch không hợp lệ', en: 'The schedule is not valid' },
  'zone-unknown': { status: 422, retryable: false, vi: 'Múi giờ không tồn tại', en: 'Unknown time zone' },
  'policy-breach': { status: 422, retryable: false, vi: 'Vi phạm quy định phát thanh', en: 'Breaks the broadcast policy' },
  unsigned: { status: 400, retryable: false, vi: 'Không có chữ ký', en: 'Not signed' },
  'signature-wrong': { status: 400, retryable: false, vi: 'Chữ ký sai', en: 'The signature is wrong' },
  'key-unknown': { status: 400, retryable: false, vi: 'Khóa ký không được công nhận', en: 'The signing key is not recognised' },
  'one-officer': { status: 403, retryable: true, vi: 'Cần thêm người xác nhận thứ hai', en: 'A second officer is needed' },
  'wrong-content': { status: 403, retryable: false, vi: 'Nội dung khác với bản đã xác nhận', en: 'Other content than was approved' },
  'outside-mandate': { status: 403, retryable: false, vi: 'Ngoài phạm vi ủy quyền tự động', en: 'Outside the mandate' },
  'role-missing': { status: 403, retryable: false, vi: 'Khóa ký không có vai trò này', en: 'The key lacks this role' },
  'wrong-type': { status: 400, retryable: false, vi: 'Sai loại tài liệu', en: 'Another type of document' },
  'wrong-audience': { status: 400, retryable: false, vi: 'Không dành cho hộp này', en: 'Addressed to another' },
  'outside-area': { status: 403, retryable: false, vi: 'Ngoài địa bàn được giao', en: 'Outside the area of the key' },
  replayed: { status: 409, retryable: false, vi: 'Bộ đếm cũ, lệnh phát lại', en: 'Old counter: a replay' },
  expired: { status: 410, retryable: false, vi: 'Đã hết hạn', en: 'Expired' },
  'not-yet': { status: 409, retryable: true, vi: 'Chưa đến lúc có hiệu lực', en: 'Not yet valid' },
  cleared: { status: 410, retryable: false, vi: 'Lệnh đã kết thúc', en: 'The order has been cleared' },
  'no-time': { status: 503, retryable: true, vi: 'Chưa có giờ tin cậy', en: 'No trusted time yet' },
  'demo-only': { status: 403, retryable: false, vi: 'Tài liệu trình diễn', en: 'A demo document' },
  'hash-mismatch': { status: 422, retryable: true, vi: 'Nội dung không khớp mã băm', en: 'Content does not match its hash' },
  'not-cached': { status: 404, retryable: true, vi: 'Chưa tải nội dung về hộp', en: 'Not yet fetched to the box' },
  'over-budget': { status: 507, retryable: false, vi: 'Hết dung lượng lưu trữ', en: 'Over the storage budget' },
  offline: { status: 503, retryable: true, vi: 'Mất kết nối', en: 'No connection' },
  'device-busy': { status: 503, retryable: true, vi: 'Thiết bị đang bận', en: 'The device is busy' },
  'device-failed': { status: 503, retryable: true, vi: 'Thiết bị lỗi', en: 'The device failed' },
  'disk-full': { status: 507, retryable: true, vi: 'Đầy bộ nhớ', en: 'The disk is full' },
  'store-damaged': { status: 500, retryable: false, vi: 'Cơ sở dữ liệu hỏng', en: 'The database is damaged' },
  'driver-missing': { status: 503, retryable: false, vi: 'Thiếu trình điều khiển', en: 'A driver is missing' },
  'keys-locked': {
    status: 503,
    retryable: false,
    vi: 'Khóa ký bị khóa: thiếu hoặc sai bí mật',
    en: 'The keys are locked: the secret is missing or wrong',
  },
  'signer-away': { status: 503, retryable: true, vi: 'Bàn ký đang khởi động lại', en: 'The signing desk is away for a moment' },
  'no-shift': { status: 403, retryable: false, vi: 'Chưa nhận ca trực', en: 'No shift is running' },
  'wrong-code': { status: 403, retryable: false, vi: 'Sai mã PIN hoặc mã xác thực', en: 'Wrong PIN or code' },
  'page-refused': {
    status: 422,
    retryable: false,
    vi: 'Bản tin nhiều lần làm hỏng màn hình',
    en: 'The bulletin has broken the screen too often',
  },
  'another-machine': {
    status: 403,
    retryable: false,
    vi: 'Thẻ nhớ sao chép từ máy khác',
    en: 'A card copied from another machine',
  },
  'claim-used': { status: 409, retryable: false, vi: 'Mã kích hoạt đã dùng', en: 'The claim has been used' },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problemKinds;

export const pathMax = 300;
export const detailMax = 500;

/** What went wrong, where, and what to do. Plain data: travels in answers, rows and logs. */
export interface Problem {
  readonly code: ProblemCode;
  /** JSON Pointer (RFC 6901) into the input, `''` for the whole. */
  readonly path: string;
  /** English, for engineers: names the value expected. Pages show the catalogue's words first. */
  readonly detail: string;
}

/** Every fallible pure function answers so; nothing throws on bad input. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** Texts are cut to what rows and answers carry: a problem may quote hostile input. */
export function bad<T = never>(code: ProblemCode, detail: string, path = ''): Result<T> {
  return { ok: false, problem: { code, path: path.slice(0, pathMax), detail: detail.slice(0, detailMax) } };
}
