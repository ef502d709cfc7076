// What of an area somebody sees: what lies in it, and what it lies in. Pure.
import { within } from '../../schemas/ids.ts';
import type { Grant } from './roles.ts';

/** People see what lies below them and the way up to them. */
export function sees(grants: readonly Grant[], area: string): boolean {
  return grants.some((grant) => within(area, grant.area) || within(grant.area, area));
}

/** Nothing in the centre's area is hidden from them. */
export function seesAll(grants: readonly Grant[], area: string): boolean {
  return grants.some((grant) => within(area, grant.area));
}
