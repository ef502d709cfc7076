// What a field of date and time says, as an instant and back; the commune's own zone, which has no summer time.

const zone = '+07:00';
const offsetMs = 7 * 3_600_000;

/** `2026-11-24T17:00` of the field; undefined when it is empty or not whole. */
export function instantOf(wall: string): number | undefined {
  const ms = Date.parse(`${wall.slice(0, 16)}:00${zone}`);
  return wall.length >= 16 && Number.isFinite(ms) ? ms : undefined;
}

export function wallOf(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? '' : new Date(ms + offsetMs).toISOString().slice(0, 16);
}
