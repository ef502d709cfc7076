// What a program may be let do; the centre holds the same list, and refuses what is not in it (`tokenActs`).
import type { TokenAct } from '../../../../schemas/people.ts';

/** A list of its own: the shapes that check requests are no load for a page. */
export const tokenActChoices: readonly TokenAct[] = [
  'read',
  'box.register',
  'box.settings',
  'box.claim',
  'box.command',
  'media.add',
  'programme.write',
  'programme.withdraw',
  'schedule.write',
  'source.write',
  'inbox.answer',
  'alert-source.read',
  'audit.read',
  'metrics.read',
];
