// Who may do what where, as tables; nobody judges own work.
import { describe, expect, test } from 'vitest';
import { type ActName, acts, type Grant, judgeStep, may, mayAnywhere } from '../../controller/core/roles.ts';
import { AccountRole } from '../../schemas/api.ts';

describe('rights', () => {
  const only: Readonly<Record<Exclude<ActName, 'read'>, string>> = {
    'box.register': 'technician administrator',
    'box.settings': 'technician administrator',
    'box.claim': 'technician administrator',
    'register.write': 'technician administrator',
    'rating.write': 'author leader administrator',
    'training.write': 'leader administrator',
    'sandbox.write': 'administrator',
    'ticket.write': 'technician duty administrator',
    'ticket.work': 'technician',
    'ticket.close': 'administrator',
    'fault.answer': 'technician duty administrator',
    'box.command': 'technician duty administrator',
    'media.add': 'author duty',
    'pronunciation.write': 'approver administrator',
    'programme.write': 'author',
    'programme.judge': 'approver',
    'programme.withdraw': 'author approver',
    'schedule.write': 'scheduler',
    'policy.write': 'administrator',
    'calendar.write': 'administrator scheduler',
    'source.write': 'author',
    'source.judge': 'approver',
    'source.publish': 'author approver',
    'source.withdraw': 'author approver',
    'source.issue': 'approver',
    'directive.issue': 'approver leader',
    'directive.read': 'author approver scheduler duty technician leader auditor administrator',
    'inbox.answer': 'author scheduler',
    'library.write': 'author approver',
    'delivery.write': 'author scheduler',
    'photo.add': 'author scheduler technician',
    'approval.delegate': 'approver',
    'approval.revoke': 'approver administrator',
    'approval.ask': 'author scheduler approver',
    'template.write': 'duty administrator',
    'order.give': 'duty',
    'order.stop': 'duty leader',
    'duty.roster': 'leader administrator',
    'duty.lead': 'leader',
    'duty.settings': 'administrator',
    'live.open': 'scheduler duty',
    'live.close': 'scheduler duty leader',
    'relay.write': 'scheduler',
    'alert.answer': 'duty',
    'alert-source.read': 'duty auditor administrator',
    'alert-source.write': 'administrator',
    'mandate.sign': 'duty',
    'mandate.revoke': 'duty leader administrator',
    'centre.link': 'administrator',
    'unit.write': 'administrator',
    'retention.write': 'administrator',
    'release.read': 'technician leader auditor administrator',
    'release.write': 'administrator',
    'feedback.read': 'author approver leader administrator',
    'feedback.write': 'author leader',
    'feedback.moderate': 'approver leader',
    'feedback.publish': 'approver leader',
    'poll.write': 'author',
    'poll.publish': 'approver leader',
    'citizen.settings': 'administrator',
    'report-mail.write': 'administrator',
    'metrics.read': 'technician auditor administrator',
    'audit.read': 'auditor administrator',
    'account.read': 'leader auditor administrator',
    'account.write': 'administrator',
    'token.write': 'author scheduler technician leader auditor administrator',
  };

  test('each act belongs to exactly these roles', () => {
    for (const [act, roles] of Object.entries(only))
      for (const role of AccountRole.options)
        expect([act, role, may([{ role, area: '08' }], act as ActName, '08/1').ok]).toEqual([act, role, roles.split(' ').includes(role)]);
    expect([...acts.read].sort()).toEqual([...AccountRole.options].sort());
  });

  test('a grant cut to some acts lets nothing else through, wherever it is asked', () => {
    const cut: Grant[] = [{ role: 'technician', area: '08', only: ['box.command'] }];
    expect([may(cut, 'box.command', '08/1').ok, mayAnywhere(cut, 'box.command').ok]).toEqual([true, true]);
    for (const act of ['read', 'box.register', 'box.settings'] as const)
      expect([act, may(cut, act, '08/1').ok, mayAnywhere(cut, act).ok]).toEqual([act, false, false]);
  });

  test.each([
    ['08/02536', '08/02536', true],
    ['08/02536', '08/02536/thon-1', true],
    ['08', '08/02536/thon-1', true],
    ['08/02536/thon-1', '08/02536', false],
    ['08/02536', '08/025360', false],
    ['08/02536', '09', false],
  ])('a right in %s over %s: %s', (own, asked, allowed) => {
    expect(may([{ role: 'duty', area: own }], 'order.give', asked).ok).toBe(allowed);
  });

  const grant = (...roles: AccountRole[]): Grant[] => roles.map((role) => ({ role, area: '08/02536' }));
  test.each([
    ['submit', 'draft', 'a', grant('author'), 'submitted'],
    ['submit', 'approved', 'a', grant('author'), 'conflict'],
    ['submit', 'draft', 'a', grant('approver'), 'not-allowed'],
    ['approve', 'submitted', 'b', grant('approver'), 'approved'],
    ['approve', 'submitted', 'a', grant('author', 'approver'), 'own-work'],
    ['reject', 'submitted', 'a', grant('approver'), 'own-work'],
    ['reject', 'submitted', 'b', grant('approver'), 'rejected'],
    ['approve', 'draft', 'b', grant('approver'), 'conflict'],
    ['approve', 'withdrawn', 'b', grant('approver'), 'conflict'],
    ['submit', 'rejected', 'a', grant('author'), 'submitted'],
    ['withdraw', 'approved', 'a', grant('author'), 'withdrawn'],
    ['withdraw', 'approved', 'b', grant('author'), 'not-allowed'],
    ['withdraw', 'approved', 'b', grant('approver'), 'withdrawn'],
    ['withdraw', 'withdrawn', 'a', grant('author'), 'conflict'],
    ['withdraw', 'approved', 'b', grant('duty'), 'not-allowed'],
  ] as const)('%s what is %s by %s', (step, state, account, grants, outcome) => {
    const judged = judgeStep(step, { state, author: 'a' }, { account, grants, area: '08/02536' });
    expect(judged.ok ? judged.value : judged.problem.code).toBe(outcome);
  });
});
