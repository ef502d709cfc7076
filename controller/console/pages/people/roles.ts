// The roles of a centre in the order in which people meet them.
import type { AccountRole } from '../../../../schemas/api.ts';

export const roles: readonly AccountRole[] = [
  'author',
  'approver',
  'scheduler',
  'duty',
  'technician',
  'leader',
  'auditor',
  'administrator',
];
