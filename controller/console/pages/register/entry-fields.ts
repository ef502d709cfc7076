// The fields of an entry as a form has them: which there are, of what kind, and back into what the centre takes. Pure.
import type { EquipmentFacts } from '../../../../schemas/register.ts';

export interface EntryField {
  readonly key: Exclude<keyof EquipmentFacts, 'name' | 'unit' | 'kind' | 'technology' | 'state' | 'photos'>;
  readonly type: 'text' | 'number' | 'date';
  readonly step?: string;
}

export const entryFields: readonly EntryField[] = [
  { key: 'box', type: 'text' },
  { key: 'officialCode', type: 'text' },
  { key: 'serial', type: 'text' },
  { key: 'imei', type: 'text' },
  { key: 'sim', type: 'text' },
  { key: 'simUntil', type: 'date' },
  { key: 'latitude', type: 'number', step: 'any' },
  { key: 'longitude', type: 'number', step: 'any' },
  { key: 'pole', type: 'text' },
  { key: 'meter', type: 'text' },
  { key: 'contract', type: 'text' },
  { key: 'loudspeakers', type: 'number', step: '1' },
  { key: 'powerW', type: 'number', step: 'any' },
  { key: 'installed', type: 'date' },
  { key: 'warrantyUntil', type: 'date' },
  { key: 'owner', type: 'text' },
  { key: 'note', type: 'text' },
];

export const newEntry: EquipmentFacts = {
  ...{ name: '', unit: '', kind: 'cluster', technology: 'ip', state: 'working', box: null, officialCode: null, serial: null, imei: null },
  ...{ sim: null, simUntil: null, latitude: null, longitude: null, pole: null, meter: null, contract: null, loudspeakers: null },
  ...{ powerW: null, installed: null, warrantyUntil: null, owner: null, photos: [], note: null },
};

/** An empty field says that nobody knows. */
export function readField({ type }: EntryField, text: string): string | number | null {
  const said = text.trim();
  if (said === '') return null;
  return type === 'number' ? Number(said) : said;
}

/** Only what the centre keeps of an entry, without what it says about it. */
export function factsOf(entry: EquipmentFacts): EquipmentFacts {
  return Object.fromEntries(Object.keys(newEntry).map((key) => [key, entry[key as keyof EquipmentFacts]])) as unknown as EquipmentFacts;
}
