// What the audit shows of an exercise: the acts it is made of, and which of them the trainee has really done. Pure.
import type { TrainingAct } from '../../../../schemas/training.ts';

export interface Step {
  /** Of the page's words. */
  readonly id: string;
  /** Any of these acts proves it. */
  readonly acts: readonly string[];
  /** Where it is done. */
  readonly page: string;
}

const step = (id: string, page: string, ...acts: string[]): Step => ({ id, acts, page });

/** Acts that the audit has; what is read or looked at leaves no trace and is judged by whoever watches. */
const steps: Readonly<Record<string, readonly Step[]>> = {
  'soan-ban-tin': [
    step('write', 'noi-dung', 'programme.write', 'source.write'),
    step('submit', 'noi-dung', 'programme.submit', 'source.submit'),
  ],
  'chen-tin-uu-tien': [step('take', 'tin-nguon', 'inbox.take', 'inbox.insert')],
  'duyet-ban-tin': [
    step('approve', 'duyet', 'programme.approve', 'source.approve'),
    step('reject', 'duyet', 'programme.reject', 'source.reject'),
  ],
  'lap-lich-tuan': [step('schedule', 'lich', 'schedule.add', 'schedule.bulk')],
  'phat-lenh': [step('order', 'khan-cap', 'order.give'), step('clear', 'khan-cap', 'order.clear')],
  'dung-bao-nham': [step('stop', 'khan-cap', 'order.clear'), step('order', 'khan-cap', 'order.give')],
  'tim-loi-tai-cot': [step('selfTest', 'viec-cua-toi', 'ticket.test', 'ticket.self-test')],
  'thay-hop': [step('claim', 'thiet-bi', 'box.claim')],
  'doc-bao-cao': [step('assign', 'su-co', 'ticket.assign', 'fault.assign')],
  'quyen-nguoi-moi': [step('invite', 'nguoi-dung', 'account.add', 'account.invite'), step('disable', 'nguoi-dung', 'account.disable')],
};

export interface SeenStep extends Step {
  /** When it was first done, ms; undefined: not yet. */
  readonly atMs: number | undefined;
}

export function seenSteps(exercise: string, done: readonly TrainingAct[]): readonly SeenStep[] {
  return (steps[exercise] ?? []).map((one) => ({ ...one, atMs: done.find(({ act }) => one.acts.includes(act))?.atMs }));
}
