// One feedback as a store keeps it, changed where a test says so.
import type { Feedback } from '../../controller/core/feedback.ts';

export function feedback(change: Partial<Feedback> = {}): Feedback {
  return {
    ...{ id: 'pa-1', number: 'PA-22222222', secret: 's', device: 'may-1', phone: null, phoneLocked: null, kind: 'suggestion' },
    ...{ category: 'other', unit: 'thon-1', state: 'received', holds: [], text: 'Đèn đường hỏng', trouble: null, entry: null },
    ...{ item: null, photos: [], sound: null, mayPublish: false, receivedMs: 10, dueMs: 20, assignee: null, answers: [] },
    ...{ published: null, link: null, ticket: null, mendedMs: null, reason: '', satisfaction: null, erasedMs: null, steps: [] },
    ...change,
  } as Feedback;
}
