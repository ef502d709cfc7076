// Faults of the parts around a box: modem, SIM, meter, speaker line, cabinet, card. What they mean and what to do next.
import type { HardwareReason } from './readings.ts';

export interface FaultKind {
  /** `alarm`: a person has to answer it; `notice`: it stands in the list and in the history. */
  readonly rank: 'alarm' | 'notice';
  readonly vi: string;
  readonly en: string;
  readonly nextVi: string;
  readonly nextEn: string;
}

export const hardwareFaults: Readonly<Record<HardwareReason, FaultKind>> = {
  'speaker-open': {
    rank: 'alarm',
    vi: 'Đứt dây loa',
    en: 'Speaker line open',
    nextVi: 'Tăng âm đang bật và có tiếng nhưng dòng điện không tăng: kiểm tra dây loa và đầu nối',
    nextEn: 'Amplifier on with sound, but the current does not rise: check the speaker wire and its joints',
  },
  'speaker-short': {
    rank: 'alarm',
    vi: 'Chập dây loa',
    en: 'Speaker line shorted',
    nextVi: 'Dòng điện cao bất thường: tắt tăng âm, tìm chỗ chập trên dây loa',
    nextEn: 'Current far too high: switch the amplifier off, find the short on the speaker line',
  },
  'amplifier-dead': {
    rank: 'alarm',
    vi: 'Tăng âm không ăn điện',
    en: 'Amplifier draws no current',
    nextVi: 'Đã đóng rơ-le nhưng tăng âm không ăn điện: kiểm tra cầu chì và nguồn tăng âm',
    nextEn: 'Relays closed but nothing is drawn: check the amplifier’s fuse and supply',
  },
  'sim-missing': {
    rank: 'alarm',
    vi: 'Không thấy SIM',
    en: 'SIM not found',
    nextVi: 'Lắp lại SIM; lau tiếp điểm; thay SIM nếu vẫn không nhận',
    nextEn: 'Seat the SIM again; clean its contacts; replace it if it is still not seen',
  },
  'sim-pin': {
    rank: 'alarm',
    vi: 'SIM đòi mã PIN',
    en: 'SIM asks for its PIN',
    nextVi: 'Ghi mã PIN vào cấu hình hộp hoặc tắt mã PIN của SIM',
    nextEn: 'Put the PIN into the box’s configuration, or switch the SIM’s PIN off',
  },
  'sim-locked': {
    rank: 'alarm',
    vi: 'SIM bị khóa (PUK)',
    en: 'SIM locked (PUK)',
    nextVi: 'Gọi nhà mạng lấy mã PUK, mở khóa SIM bằng điện thoại',
    nextEn: 'Ask the operator for the PUK, unlock the SIM in a phone',
  },
  'sim-failed': {
    rank: 'alarm',
    vi: 'SIM hỏng',
    en: 'SIM failed',
    nextVi: 'Thay SIM',
    nextEn: 'Replace the SIM',
  },
  'modem-gone': {
    rank: 'alarm',
    vi: 'Mất modem 4G',
    en: '4G modem gone',
    nextVi: 'Kiểm tra cáp USB và nguồn của modem',
    nextEn: 'Check the modem’s USB cable and supply',
  },
  'modem-silent': {
    rank: 'alarm',
    vi: 'Modem 4G không trả lời',
    en: '4G modem does not answer',
    nextVi: 'Ngắt điện modem 10 giây rồi cấp lại; thay nếu lặp lại',
    nextEn: 'Cut the modem’s power for 10 s; replace it if this returns',
  },
  'modem-unregistered': {
    rank: 'alarm',
    vi: 'SIM chưa vào mạng',
    en: 'Not registered in a network',
    nextVi: 'Kiểm tra cước, gói dữ liệu và ăng-ten',
    nextEn: 'Check the account, the data plan and the antenna',
  },
  'modem-weak': {
    rank: 'notice',
    vi: 'Sóng 4G yếu',
    en: 'Weak 4G signal',
    nextVi: 'Kiểm tra ăng-ten và đầu nối; đổi vị trí hoặc nhà mạng',
    nextEn: 'Check the antenna and its connector; move it or change the operator',
  },
  'data-budget': {
    rank: 'alarm',
    vi: 'Sắp hết gói dữ liệu',
    en: 'Data plan nearly used up',
    nextVi: 'Xem hộp tải gì trong tháng; mua thêm dung lượng',
    nextEn: 'See what the box fetched this month; buy more',
  },
  'meter-gone': {
    rank: 'notice',
    vi: 'Mất đồng hồ điện',
    en: 'Power meter does not answer',
    nextVi: 'Kiểm tra dây RS-485 (A, B), địa chỉ và nguồn của đồng hồ',
    nextEn: 'Check the RS-485 wires (A, B), the meter’s address and supply',
  },
  'case-open': {
    rank: 'alarm',
    vi: 'Tủ bị mở',
    en: 'Cabinet opened',
    nextVi: 'Hỏi người đang ở tủ; không có ai thì đến kiểm tra',
    nextEn: 'Ask who is at the cabinet; if nobody should be, go and look',
  },
  throttled: {
    rank: 'notice',
    vi: 'Bo mạch tự giảm tốc',
    en: 'Board slowed down',
    nextVi: 'Kiểm tra nguồn 5 V, quạt và che nắng',
    nextEn: 'Check the 5 V supply, the fan and the shade',
  },
  'disk-worn': {
    rank: 'alarm',
    vi: 'Bộ nhớ sắp mòn',
    en: 'Card nearly worn out',
    nextVi: 'Thay thẻ trong tháng này; hộp giữ nguyên định danh',
    nextEn: 'Replace the card this month; the box keeps its identity',
  },
  'memory-low': {
    rank: 'notice',
    vi: 'Sắp hết RAM',
    en: 'Memory nearly used up',
    nextVi: 'Khởi động lại hộp; báo kỹ thuật nếu lặp lại',
    nextEn: 'Restart the box; tell support if this returns',
  },
};
