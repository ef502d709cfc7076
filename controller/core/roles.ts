// Who may do what where: each right is a role inside an area. One pure question, asked before every act.
import type { AccountRole } from '../../schemas/api.ts';
import type { Delegated } from '../../schemas/approval.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

/** A role holds in its area and all below it. */
export interface Grant {
  readonly role: AccountRole;
  readonly area: AreaPath;
  /** Of a token or a borrowed right: nothing but these acts of the role. */
  readonly only?: readonly ActName[];
  /** Borrowed: under this delegation. */
  readonly delegated?: Delegated;
}

/** What people do here. Reading needs any role at all. */
export const acts = {
  read: ['author', 'approver', 'scheduler', 'duty', 'technician', 'leader', 'auditor', 'administrator'],
  'box.register': ['technician', 'administrator'],
  'box.settings': ['technician', 'administrator'],
  'box.claim': ['technician', 'administrator'],
  'register.write': ['technician', 'administrator'],
  'rating.write': ['author', 'leader', 'administrator'],
  'training.write': ['leader', 'administrator'],
  'sandbox.write': ['administrator'],
  'ticket.write': ['technician', 'duty', 'administrator'],
  'ticket.work': ['technician'],
  'ticket.close': ['administrator'],
  'fault.answer': ['technician', 'duty', 'administrator'],
  'box.command': ['technician', 'duty', 'administrator'],
  /** Duty officers record the voices of their templates. */
  'media.add': ['author', 'duty'],
  'pronunciation.write': ['approver', 'administrator'],
  'programme.write': ['author'],
  'programme.judge': ['approver'],
  'programme.withdraw': ['author', 'approver'],
  'schedule.write': ['scheduler'],
  'policy.write': ['administrator'],
  'calendar.write': ['administrator', 'scheduler'],
  'source.write': ['author'],
  'source.judge': ['approver'],
  'source.publish': ['author', 'approver'],
  'source.withdraw': ['author', 'approver'],
  'source.issue': ['approver'],
  'directive.issue': ['approver', 'leader'],
  /** Who must read it is said by each directive. */
  'directive.read': ['author', 'approver', 'scheduler', 'duty', 'technician', 'leader', 'auditor', 'administrator'],
  'inbox.answer': ['author', 'scheduler'],
  'library.write': ['author', 'approver'],
  'delivery.write': ['author', 'scheduler'],
  'photo.add': ['author', 'scheduler', 'technician'],
  'approval.delegate': ['approver'],
  'approval.revoke': ['approver', 'administrator'],
  'approval.ask': ['author', 'scheduler', 'approver'],
  'template.write': ['duty', 'administrator'],
  'order.give': ['duty'],
  'order.stop': ['duty', 'leader'],
  'duty.roster': ['leader', 'administrator'],
  'duty.lead': ['leader'],
  'duty.settings': ['administrator'],
  'live.open': ['scheduler', 'duty'],
  'live.close': ['scheduler', 'duty', 'leader'],
  'relay.write': ['scheduler'],
  'alert.answer': ['duty'],
  'alert-source.read': ['duty', 'auditor', 'administrator'],
  'alert-source.write': ['administrator'],
  'mandate.sign': ['duty'],
  'mandate.revoke': ['duty', 'leader', 'administrator'],
  'centre.link': ['administrator'],
  'unit.write': ['administrator'],
  'retention.write': ['administrator'],
  'release.read': ['technician', 'leader', 'auditor', 'administrator'],
  'release.write': ['administrator'],
  /** What residents said holds more of persons than anything else here: few read it. */
  'feedback.read': ['author', 'approver', 'leader', 'administrator'],
  'feedback.write': ['author', 'leader'],
  'feedback.moderate': ['approver', 'leader'],
  'feedback.publish': ['approver', 'leader'],
  'poll.write': ['author'],
  'poll.publish': ['approver', 'leader'],
  'citizen.settings': ['administrator'],
  'report-mail.write': ['administrator'],
  'metrics.read': ['technician', 'auditor', 'administrator'],
  'audit.read': ['auditor', 'administrator'],
  'account.read': ['leader', 'auditor', 'administrator'],
  'account.write': ['administrator'],
  'token.write': ['author', 'scheduler', 'technician', 'leader', 'auditor', 'administrator'],
} as const satisfies Record<string, readonly AccountRole[]>;
export type ActName = keyof typeof acts;

/** May somebody with these grants do this there? Problem: not-allowed. */
export function may(grants: readonly Grant[], act: ActName, area: AreaPath): Result<void> {
  const roles: readonly AccountRole[] = acts[act];
  const fit = grants.filter((grant) => lets(grant, roles, act));
  if (fit.some((grant) => within(area, grant.area))) return ok(undefined);
  return fit.length > 0
    ? bad('not-allowed', `${act} outside ${fit.map((grant) => grant.area).join(', ')}: ${area}`)
    : bad('not-allowed', `${act} needs one of the roles ${roles.join(', ')}`);
}

function lets({ role, only }: Grant, roles: readonly AccountRole[], act: ActName): boolean {
  return roles.includes(role) && (only === undefined || only.includes(act));
}

/** Somebody's own rights, without what others have delegated. */
export function ownRights(grants: readonly Grant[]): readonly Grant[] {
  return grants.filter(({ delegated }) => delegated === undefined);
}

/**
 * May somebody judge this author's work there, and in whose stead? `null`: by their own right, which goes before a borrowed one.
 * What was delegated by the author judges nothing of the author's: it is the author's own right. Problems: not-allowed, own-work.
 */
export function rightToJudge(grants: readonly Grant[], act: ActName, area: AreaPath, author: string): Result<Delegated | null> {
  if (may(ownRights(grants), act, area).ok) return ok(null);
  const borrowed = grants
    .filter((grant) => grant.delegated !== undefined && may([grant], act, area).ok)
    .flatMap((grant) => grant.delegated ?? []);
  const fit = borrowed.find(({ by }) => by !== author);
  if (fit) return ok(fit);
  if (borrowed.length > 0) return bad('own-work', `${author} is the author and delegated this right`);
  const refused = may(grants, act, area);
  return refused.ok ? bad('not-allowed', act) : refused;
}

export type ProgrammeStep = 'submit' | 'approve' | 'reject' | 'withdraw';
export const stepActs = {
  submit: 'programme.write',
  approve: 'programme.judge',
  reject: 'programme.judge',
  withdraw: 'programme.withdraw',
} as const satisfies Record<ProgrammeStep, ActName>;
type Life = 'draft' | 'submitted' | 'approved' | 'rejected' | 'withdrawn';

const steps: Readonly<Record<ProgrammeStep, { readonly from: readonly Life[]; readonly to: Life }>> = {
  submit: { from: ['draft', 'rejected'], to: 'submitted' },
  approve: { from: ['submitted'], to: 'approved' },
  reject: { from: ['submitted'], to: 'rejected' },
  withdraw: { from: ['draft', 'submitted', 'approved', 'rejected'], to: 'withdrawn' },
};

/**
 * The next state of a programme, or why not. Nobody judges own work, whatever roles they hold.
 * Problems: not-allowed, own-work, conflict.
 */
export function judgeStep(
  step: ProgrammeStep,
  programme: { readonly state: Life; readonly author: string },
  person: { readonly account: string; readonly grants: readonly Grant[]; readonly area: AreaPath },
): Result<Life> {
  const act = stepActs[step];
  // Whoever writes may hand in; judging needs the right over the whole area it will sound in.
  const judging = step === 'approve' || step === 'reject';
  const allowed: Result<unknown> = judging
    ? rightToJudge(person.grants, act, person.area, programme.author)
    : step === 'submit'
      ? mayAnywhere(person.grants, act)
      : may(person.grants, act, person.area);
  if (!allowed.ok) return bad(allowed.problem.code, allowed.problem.detail);
  const ownOnly = step === 'withdraw' && !may(ownRights(person.grants), 'programme.judge', person.area).ok;
  if (ownOnly && programme.author !== person.account) return bad('not-allowed', 'an author withdraws own work only');
  if (judging && programme.author === person.account) return bad('own-work', `${person.account} is the author`);
  const { from, to } = steps[step];
  if (!from.includes(programme.state)) return bad('conflict', `cannot ${step} what is ${programme.state}`, '/state');
  return ok(to);
}

/** Does somebody hold a role for this act anywhere? For acts that have no place of their own. */
export function mayAnywhere(grants: readonly Grant[], act: ActName): Result<void> {
  const roles: readonly AccountRole[] = acts[act];
  if (grants.some((grant) => lets(grant, roles, act))) return ok(undefined);
  return bad('not-allowed', `${act} needs one of the roles ${roles.join(', ')}`);
}
