// Pre-armed orders of a new centre (PRODUCT §1.8): what, where, when, do what, go where, call whom; voice and screen apart.
import type { OrderTemplate } from '../core/order-plan.ts';

type Urgent = Pick<OrderTemplate, 'severity' | 'urgency' | 'certainty' | 'sirenMs' | 'times' | 'pauseMs'>;

const evacuate: Urgent = { severity: 'Extreme', urgency: 'Immediate', certainty: 'Likely', sirenMs: 10_000, times: 3, pauseMs: 3_000 };
const prepare: Urgent = { severity: 'Severe', urgency: 'Expected', certainty: 'Likely', sirenMs: 6_000, times: 3, pauseMs: 4_000 };
const tell: Urgent = { severity: 'Moderate', urgency: 'Expected', certainty: 'Likely', sirenMs: 0, times: 2, pauseMs: 3_000 };

const vi = (speak: string): OrderTemplate['speech'] => [{ language: 'vi', speak }];

/** Templates of a centre whose seed brings none. */
export const standardTemplates: readonly OrderTemplate[] = [
  {
    id: 'lu-quet',
    title: 'Lũ quét',
    hazard: 'flash-flood',
    ...evacuate,
    speech: vi(
      'Khẩn cấp. Lũ quét đang về trên suối. Bà con ở ven suối rời khỏi nhà ngay, đi lên nhà văn hóa thôn. Không qua suối, không quay lại lấy đồ. Cần cứu giúp, gọi một một hai.',
    ),
    screen: { title: 'LŨ QUÉT', text: 'RỜI KHỎI VEN SUỐI NGAY → NHÀ VĂN HÓA THÔN · 112' },
  },
  {
    id: 'sat-lo',
    title: 'Sạt lở đất',
    hazard: 'landslide',
    ...evacuate,
    speech: vi(
      'Khẩn cấp. Có nguy cơ sạt lở đất. Bà con ở chân đồi, sườn dốc rời khỏi nhà ngay, đến nhà văn hóa thôn. Không đi qua đoạn đường có đá lăn. Cần cứu giúp, gọi một một hai.',
    ),
    screen: { title: 'SẠT LỞ ĐẤT', text: 'RỜI CHÂN ĐỒI NGAY → NHÀ VĂN HÓA THÔN · 112' },
  },
  {
    id: 'xa-lu',
    title: 'Xả lũ hồ chứa',
    hazard: 'reservoir-release',
    ...evacuate,
    urgency: 'Expected',
    speech: vi(
      'Khẩn cấp. Hồ chứa sắp xả lũ, nước sông lên nhanh. Bà con ở bãi sông, thuyền bè, lồng cá đưa người lên bờ cao ngay. Không vớt củi, không qua ngầm tràn. Cần cứu giúp, gọi một một hai.',
    ),
    screen: { title: 'XẢ LŨ HỒ CHỨA', text: 'RỜI BÃI SÔNG, LÊN BỜ CAO NGAY · 112' },
  },
  {
    id: 'lu-song',
    title: 'Lũ sông',
    hazard: 'river-flood',
    ...prepare,
    speech: vi(
      'Cảnh báo lũ. Nước sông đang lên. Bà con ven sông đưa người già, trẻ em và tài sản lên chỗ cao, chuẩn bị nước uống và đèn pin, chờ thông báo tiếp theo. Cần cứu giúp, gọi một một hai.',
    ),
    screen: { title: 'LŨ SÔNG', text: 'LÊN CHỖ CAO · CHỜ THÔNG BÁO · 112' },
  },
  {
    id: 'dong-loc',
    title: 'Dông lốc, mưa đá',
    hazard: 'thunderstorm',
    ...prepare,
    speech: vi(
      'Cảnh báo dông lốc và mưa đá trong hai giờ tới. Bà con vào trong nhà chắc chắn, tránh xa cây lớn, cột điện và mái tôn, rút phích cắm điện. Cần cứu giúp, gọi một một hai.',
    ),
    screen: { title: 'DÔNG LỐC, MƯA ĐÁ', text: 'VÀO NHÀ CHẮC CHẮN · XA CÂY, CỘT ĐIỆN' },
  },
  {
    id: 'chay-rung',
    title: 'Cháy rừng',
    hazard: 'forest-fire',
    ...prepare,
    urgency: 'Immediate',
    speech: vi(
      'Khẩn cấp. Có cháy rừng gần khu dân cư. Bà con rời khỏi nhà ven rừng, đi theo hướng không có khói đến nhà văn hóa thôn. Ai thấy lửa gọi một một bốn.',
    ),
    screen: { title: 'CHÁY RỪNG', text: 'RỜI VEN RỪNG → NHÀ VĂN HÓA THÔN · 114' },
  },
  {
    id: 'chay-nha',
    title: 'Cháy khu dân cư',
    hazard: 'house-fire',
    ...prepare,
    urgency: 'Immediate',
    speech: vi(
      'Khẩn cấp. Đang có cháy trong khu dân cư. Bà con tránh xa đám cháy, nhường đường cho xe chữa cháy. Ai mắc kẹt gọi một một bốn.',
    ),
    screen: { title: 'CHÁY KHU DÂN CƯ', text: 'TRÁNH XA, NHƯỜNG ĐƯỜNG XE CHỮA CHÁY · 114' },
  },
  {
    id: 'ret-hai',
    title: 'Rét hại',
    hazard: 'cold',
    ...tell,
    speech: vi(
      'Thông báo rét hại. Đêm nay nhiệt độ xuống rất thấp. Bà con giữ ấm cho người già và trẻ em, không đốt than trong phòng kín, đưa trâu bò về chuồng, che chắn và cho ăn đủ.',
    ),
    screen: { title: 'RÉT HẠI', text: 'GIỮ ẤM · KHÔNG ĐỐT THAN TRONG PHÒNG KÍN' },
  },
  {
    id: 'dich-benh',
    title: 'Dịch bệnh',
    hazard: 'epidemic',
    ...tell,
    speech: vi(
      'Thông báo về dịch bệnh. Bà con có sốt, ho hoặc tiêu chảy thì ở nhà và báo ngay cho trạm y tế xã. Rửa tay, ăn chín, uống sôi.',
    ),
    screen: { title: 'DỊCH BỆNH', text: 'CÓ TRIỆU CHỨNG: Ở NHÀ, BÁO TRẠM Y TẾ' },
  },
  {
    id: 'dinh-chinh',
    title: 'Đính chính',
    hazard: 'correction',
    ...tell,
    urgency: 'Immediate',
    speech: vi(
      'Đính chính. Thông báo khẩn cấp vừa phát là không đúng. Bà con yên tâm, không cần sơ tán. Ủy ban nhân dân xã xin lỗi bà con.',
    ),
    screen: { title: 'ĐÍNH CHÍNH', text: 'THÔNG BÁO VỪA PHÁT KHÔNG ĐÚNG · KHÔNG CẦN SƠ TÁN' },
  },
  {
    id: 'ket-thuc',
    title: 'Kết thúc báo động',
    hazard: 'all-clear',
    ...tell,
    speech: vi('Thông báo kết thúc báo động. Tình hình đã an toàn. Bà con có thể trở về nhà, chú ý đường trơn và điện rò.'),
    screen: { title: 'KẾT THÚC BÁO ĐỘNG', text: 'AN TOÀN · CHÚ Ý ĐƯỜNG TRƠN, ĐIỆN RÒ' },
  },
  {
    id: 'dien-tap',
    title: 'Diễn tập sơ tán',
    hazard: 'other',
    ...prepare,
    severity: 'Minor',
    times: 2,
    speech: vi('Diễn tập sơ tán. Bà con nghe còi thì đi bộ ra nhà văn hóa thôn theo hướng dẫn của tổ trưởng.'),
    screen: { title: 'SƠ TÁN', text: '→ NHÀ VĂN HÓA THÔN' },
  },
];
