// How official codes look, by kind: from the seed, changed by administrators, kept in one cell.
import { parseJson } from '../../schemas/parse.ts';
import { UnitCodes } from '../../schemas/units.ts';
import type { MetaStore } from '../store/store.ts';

export const unitCodesCell = 'unitCodes';

export async function readUnitCodes(meta: MetaStore): Promise<UnitCodes> {
  const kept = await meta.value(unitCodesCell);
  const codes = kept === undefined ? undefined : parseJson(UnitCodes, kept);
  return codes?.ok ? codes.value : [];
}
