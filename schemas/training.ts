// Training: exercises for each role as data, and what is recorded of who did which.
import * as v from 'valibot';
import type { AccountRole } from './api.ts';
import { Id } from './ids.ts';
import { InstantMs } from './time.ts';

export interface Exercise {
  readonly id: string;
  readonly role: AccountRole;
  readonly vi: string;
  readonly en: string;
}

const of = (id: string, role: AccountRole, vi: string, en: string): Exercise => ({ id, role, vi, en });

export const exercises: readonly Exercise[] = [
  of('soan-ban-tin', 'author', 'Soạn một bản tin có âm thanh và chữ, trình duyệt', 'Write a bulletin with sound and text, hand it in'),
  of('chen-tin-uu-tien', 'author', 'Nhận tin nguồn ưu tiên và đưa vào chương trình', 'Take a priority source item into a programme'),
  of(
    'duyet-ban-tin',
    'approver',
    'Nghe, đọc, duyệt một bản tin và trả lại một bản tin',
    'Listen, read, approve one bulletin and return another',
  ),
  of(
    'lap-lich-tuan',
    'scheduler',
    'Lập lịch một tuần, có ngày lễ, không vi phạm quy chế',
    'Make a week’s schedule with a holiday, within the policy',
  ),
  of(
    'phat-lenh',
    'duty',
    'Nhận ca, phát lệnh diễn tập, đính chính và kết thúc',
    'Take a shift, give an exercise order, correct and clear it',
  ),
  of('dung-bao-nham', 'duty', 'Dừng một báo động nhầm rồi phát lệnh đúng', 'Stop a false alarm, then give the right order'),
  of(
    'tim-loi-tai-cot',
    'technician',
    'Tìm một đường loa đứt tại cột và đóng phiếu bằng tự kiểm tra',
    'Find an open line at the pole, close the ticket by a self-test',
  ),
  of('thay-hop', 'technician', 'Khai báo một hộp mới thay hộp hỏng', 'Enrol a new box in place of a broken one'),
  of(
    'doc-bao-cao',
    'leader',
    'Đọc trang đánh giá của xã và giao việc quá 30 ngày',
    'Read a commune’s evaluation and hand on what is over 30 days',
  ),
  of('kiem-tra-kiem-toan', 'auditor', 'Xuất và kiểm tra chuỗi kiểm toán', 'Export the audit chain and verify it'),
  of('khoi-phuc', 'administrator', 'Khôi phục trung tâm từ bản sao lưu', 'Restore a centre from a backup'),
  of(
    'quyen-nguoi-moi',
    'administrator',
    'Thêm một người, trao quyền, rồi khóa tài khoản',
    'Add a person, grant rights, then disable the account',
  ),
];

export const trainingLimits = { records: 100_000, sandboxes: 200 } as const;

const Note = v.optional(v.pipe(v.string(), v.trim(), v.maxLength(500)), '');
/** A session of one person in a sandbox unit. */
export const TrainingRequest = v.strictObject({ person: Id, exercise: Id, unit: Id, note: Note });
export type TrainingRequest = v.InferOutput<typeof TrainingRequest>;
export const TrainingResultRequest = v.strictObject({
  result: v.picklist(['passed', 'failed']),
  /** Now unless said. */
  completedMs: v.optional(InstantMs),
  note: Note,
});
export type TrainingResultRequest = v.InferOutput<typeof TrainingResultRequest>;

export interface Training {
  readonly id: string;
  readonly person: string;
  readonly exercise: string;
  readonly role: AccountRole;
  /** The sandbox it was done in. */
  readonly unit: string;
  readonly by: string;
  readonly beganMs: number;
  readonly completedMs: number | null;
  readonly result: 'passed' | 'failed' | null;
  readonly completedBy: string | null;
  readonly note: string;
}

/** A unit for exercises alone. */
export interface Sandbox {
  readonly unit: string;
  readonly by: string;
  readonly sinceMs: number;
}

export interface SandboxState extends Sandbox {
  readonly boxes: number;
  /** Boxes that are not known to be virtual: no exercise begins while there are any. */
  readonly real: readonly string[];
}

/** What the trainee did meanwhile, by the centre's own audit. */
export interface TrainingAct {
  readonly atMs: number;
  readonly act: string;
  readonly subject: string;
}

export const trainingActsMax = 100;
