// Entries of the register made by hand, and a commune of two hamlets that keeps one.
import * as v from 'valibot';
import { EquipmentFacts, type EquipmentVersion } from '../../schemas/register.ts';
import type { Ticket } from '../../schemas/tickets.ts';
import { type BuiltCentre, makeCentre, password, seedOf } from './built-centre.ts';

export const equipmentFacts = (change: object = {}): EquipmentFacts =>
  v.parse(EquipmentFacts, { name: 'Cụm loa', unit: 'thon-1', kind: 'cluster', technology: 'ip', ...change });

export const equipmentState = (entry: string, n: number, change: Partial<EquipmentVersion> = {}): EquipmentVersion => ({
  ...{ entry, n, from: '2024-01-01', atMs: n, by: 'an', imported: null, undoes: null, facts: equipmentFacts() },
  ...change,
});

export const ticket = (change: Partial<Ticket> = {}): Ticket => ({
  ...{ id: 'p1', box: 'hop-1', entry: null, unit: null, area: '08/02536/thon-1', fault: null, reason: null, title: 'Mất tiếng' },
  ...{ severity: 'notice', source: 'hand', state: 'open', openedMs: 1, openedBy: 'an', assignee: null, photos: [], testing: null },
  ...{ closed: null, times: 1, upwardMs: null, steps: [] },
  ...change,
});

const area = '08/02536';
export const communeUnits = [
  { id: 'xa', parent: null, kind: 'xa', name: 'Xã Sơn Dương', code: '02536', level: 'commune', area },
  { id: 'thon-1', parent: 'xa', kind: 'thon', name: 'Thôn 1', code: null, level: 'hamlet', area: `${area}/thon-1` },
  { id: 'thon-2', parent: 'xa', kind: 'thon', name: 'Thôn 2', code: null, level: 'hamlet', area: `${area}/thon-2` },
];

const people = [
  { account: 'ky-thuat', title: 'Kỹ thuật', roles: ['technician'] },
  { account: 'ky-thuat-2', title: 'Kỹ thuật 2', roles: ['technician'] },
  { account: 'thon-2', title: 'Kỹ thuật thôn 2', roles: ['technician'], area: `${area}/thon-2` },
  { account: 'quan-tri', title: 'Quản trị', roles: ['administrator'] },
  { account: 'lanh-dao', title: 'Lãnh đạo', roles: ['leader'] },
];

export function makeCommune(atMs?: number): Promise<BuiltCentre> {
  const seed = seedOf({
    units: communeUnits,
    accounts: people.map((one) => ({ ...one, password })),
    groups: [{ id: 'thon-1', name: 'Thôn 1' }],
  });
  return makeCentre(seed, undefined, {}, atMs);
}
