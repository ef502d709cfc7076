// The demo's boxes and, where they have a place, their entries in the register: what maps and “by my location” stand on.
import type { EquipmentRequest } from '../../schemas/register.ts';
import type { CentreRest, Session } from './centre-rest.ts';
import type { DemoBox } from './demo-texts.ts';

export async function registerEstate(rest: CentreRest, session: Session, boxes: readonly DemoBox[]): Promise<void> {
  for (const box of boxes) {
    const { id, name, area, groups, outputs } = box;
    await rest.post(session, '/boxes', { id, name, area, groups, outputs });
    const entry = entryOf(box);
    if (entry) await rest.put(session, `/register/${id}`, entry);
  }
}

/** What the register says of a box whose place is known; a hamlet's unit is called as the last part of its area. */
export function entryOf({ id, name, area, outputs, place }: DemoBox): EquipmentRequest | undefined {
  const unit = area.split('/').at(-1);
  if (!place || unit === undefined) return undefined;
  const kind = outputs.some(({ kind: one }) => one === 'board') ? 'board' : 'cluster';
  return { version: 0, facts: { name, unit, kind, technology: 'ip', box: id, ...place } } as EquipmentRequest;
}
