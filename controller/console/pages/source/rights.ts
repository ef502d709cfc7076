// Which acts a person's page offers; the centre decides again at each of them.
import type { AccountRole, SessionAnswer } from '../../../../schemas/api.ts';

/** Of these roles, borrowed ones too. */
export function holds({ roles }: Pick<SessionAnswer, 'roles'>, ...named: readonly AccountRole[]): boolean {
  return roles.some((role) => named.includes(role));
}
