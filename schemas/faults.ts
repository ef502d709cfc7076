// Faults of boxes as people meet them: which ones need an answer, what they mean, what to do next (ISA-18.2: nothing else alarms).
import * as v from 'valibot';
import { type FaultKind, hardwareFaults } from './hardware-faults.ts';
import { Health } from './report.ts';

/** What a box says of itself, and what only the centre can say: that it says nothing. */
export const FaultReason = v.picklist([...Health.entries.reasons.item.options, 'offline', 'twins']);
export type FaultReason = v.InferOutput<typeof FaultReason>;

export type { FaultKind } from './hardware-faults.ts';

const kind = (rank: FaultKind['rank'], vi: string, en: string, nextVi: string, nextEn: string): FaultKind => ({
  rank,
  vi,
  en,
  nextVi,
  nextEn,
});

export const faultKinds: Readonly<Record<FaultReason, FaultKind>> = {
  offline: kind(
    'alarm',
    'Mất liên lạc',
    'No contact',
    'Kiểm tra điện, SIM hoặc đường mạng tại cột',
    'Check mains, SIM or network at the pole',
  ),
  twins: kind(
    'alarm',
    'Hai máy cùng một định danh',
    'Two machines speak as one box',
    'Tìm thẻ sao chép: ghi chú nêu cả hai máy; kích hoạt lại máy đúng',
    'Find the copied card: the note names both machines; enrol the right one anew',
  ),
  'audio-failed': kind(
    'alarm',
    'Không phát được tiếng',
    'No sound can be made',
    'Kiểm tra card âm thanh và dây ra',
    'Check the sound card and its line out',
  ),
  'amplifier-failed': kind(
    'alarm',
    'Tăng âm lỗi',
    'Amplifier failed',
    'Kiểm tra nguồn, cầu chì và rơ-le tăng âm',
    'Check the amplifier’s supply, fuse and relay',
  ),
  'display-failed': kind(
    'alarm',
    'Bảng tin lỗi',
    'Board failed',
    'Kiểm tra màn hình và cáp; khởi động lại hộp',
    'Check the screen and its cable; restart the box',
  ),
  'store-failed': kind(
    'alarm',
    'Bộ nhớ hỏng',
    'Storage failed',
    'Thay thẻ nhớ; hộp giữ nguyên định danh',
    'Replace the card; the box keeps its identity',
  ),
  'no-time': kind(
    'alarm',
    'Chưa có giờ tin cậy',
    'No trusted time',
    'Kiểm tra mạng; hộp không phát lịch khi chưa có giờ',
    'Check the network; without time no schedule plays',
  ),
  'no-plan': kind(
    'alarm',
    'Chưa nhận lịch',
    'No schedule received',
    'Xem hộp đã khai báo và vào nhóm chưa',
    'See that the box is enrolled and in a group',
  ),
  'keys-expired': kind('alarm', 'Khóa hết hạn', 'Keys expired', 'Gia hạn ủy quyền khóa của trung tâm', 'Renew the centre’s delegation'),
  'orders-missed': kind(
    'alarm',
    'Thiếu lệnh khẩn',
    'An order did not arrive',
    'Kiểm tra đường truyền lệnh; gửi lại',
    'Check the path of orders; send again',
  ),
  'disk-low': kind(
    'alarm',
    'Sắp đầy bộ nhớ',
    'Storage nearly full',
    'Dọn nội dung cũ hoặc thay thẻ lớn hơn',
    'Remove old content or use a larger card',
  ),
  'media-missing': kind(
    'notice',
    'Chưa tải đủ nội dung',
    'Content not complete',
    'Chờ tải xong; kiểm tra mạng nếu kéo dài',
    'Wait for it; check the network if it lasts',
  ),
  hot: kind('notice', 'Quá nóng', 'Too hot', 'Kiểm tra tủ, quạt và che nắng', 'Check cabinet, fan and shade'),
  'under-voltage': kind('notice', 'Điện yếu', 'Supply voltage low', 'Kiểm tra nguồn và dây cấp điện', 'Check the supply and its wires'),
  muted: kind(
    'notice',
    'Đang tắt tiếng tại chỗ',
    'Muted by hand',
    'Hỏi người đã tắt; mở lại khi xong',
    'Ask who muted it; open it when done',
  ),
  service: kind('notice', 'Đang bảo trì', 'In service', 'Không cần làm gì', 'Nothing to do'),
  'on-battery': kind('alarm', 'Mất điện lưới', 'Mains away', 'Báo điện lực nếu kéo dài', 'Tell the utility if it lasts'),
  'clock-off': kind('notice', 'Đồng hồ lệch', 'Clock is off', 'Kiểm tra nguồn giờ', 'Check the time source'),
  'heartbeat-missed': kind(
    'notice',
    'Không nghe nhịp trung tâm',
    'Centre’s heartbeat not heard',
    'Kiểm tra đường truyền',
    'Check the line',
  ),
  'no-centre': kind('notice', 'Chưa gặp trung tâm', 'Centre not reached', 'Kiểm tra đường truyền', 'Check the line'),
  'screen-power': kind(
    'notice',
    'Không tắt được màn hình',
    'Screen power not steered',
    'Kiểm tra cáp điều khiển màn hình',
    'Check the control line of the screen',
  ),
  'not-heard': kind(
    'alarm',
    'Loa không kêu dù đã phát',
    'Played, but not heard at the horn',
    'Kiểm tra tăng âm, dây loa và loa tại cột',
    'Check the amplifier, the loudspeaker line and the horn',
  ),
  'ear-missing': kind(
    'notice',
    'Micrô kiểm chứng không hoạt động',
    'The microphone at the horn gives nothing',
    'Kiểm tra phích cắm và dây micrô',
    'Check the plug and cable of the microphone',
  ),
  'display-behind': kind(
    'notice',
    'Bảng đang dùng hình dự phòng',
    'The board shows pictures in place of its browser',
    'Kiểm tra trình duyệt và bộ nhớ của hộp; lệnh khẩn vẫn hiện',
    'Check the browser and the memory of the box; orders are still shown',
  ),
  ...hardwareFaults,
};

/** A trouble that stood long enough, and what people did with it. */
export interface Fault {
  readonly id: string;
  readonly box: string;
  readonly reason: FaultReason;
  readonly openedMs: number;
  /** The trouble was last seen standing. */
  readonly standingMs: number;
  /** It has been away long enough; it may return. */
  readonly endedMs: number | null;
  /** How often it came, the first time included. */
  readonly times: number;
  /** Somebody has seen to it. */
  readonly answeredBy: string | null;
  readonly answeredMs: number | null;
  readonly assignee: string | null;
  readonly resolvedBy: string | null;
  readonly resolvedMs: number | null;
  readonly note: string;
  /** Laid aside until then by somebody who said why; it comes back by itself. */
  readonly shelved?: Shelf | null;
}
export interface Shelf {
  readonly untilMs: number;
  readonly by: string;
  readonly why: string;
}

export interface FaultAnswer extends Fault {
  readonly boxName: string | null;
  readonly open: boolean;
  readonly rank: 'alarm' | 'notice';
  readonly vi: string;
  readonly en: string;
  readonly nextVi: string;
  readonly nextEn: string;
}
