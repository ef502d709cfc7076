// What the centre may say of a box: online or not, its health, and "unknown" rather than a guess.
import type { Health, Presence, Report, Telemetry } from '../../schemas/report.ts';

export interface SeenBox {
  readonly lastSeenMs: number;
  readonly presence: Presence | null;
  readonly report: Report | null;
  readonly telemetry: Telemetry | null;
}

export interface BoxStatus {
  readonly online: boolean;
  readonly lastSeenMs: number | null;
  readonly health: Health;
  readonly wantRev: number;
}

/** A box that said nothing for this long counts as away, whatever the broker still holds. */
export const silentAfterMs = 15 * 60_000;

/** Status of one box. `connected` is what the broker knows now. */
export function statusOf(seen: SeenBox | undefined, connected: boolean, nowMs: number): BoxStatus {
  if (!seen) return { online: connected, lastSeenMs: null, health: unknown, wantRev: 0 };
  const said = seen.presence?.on === true || connected;
  const online = said && connected && nowMs - seen.lastSeenMs < silentAfterMs;
  const latest = latestHealth(seen);
  return {
    online,
    lastSeenMs: seen.lastSeenMs,
    // What a box said before it went away is history, not its state.
    health: online ? latest : unknown,
    wantRev: Math.max(seen.report?.wantRev ?? 0, seen.presence?.wantRev ?? 0),
  };
}

const unknown: Health = { state: 'unknown', reasons: [] };

function latestHealth({ report, telemetry }: SeenBox): Health {
  return report?.health ?? telemetry?.health ?? unknown;
}

/** A presence replaces the known one unless it is a late will of an older connection. */
export function newerPresence<P extends { readonly boot: string; readonly conn: number; readonly on: boolean }>(
  known: P | null,
  offered: P,
): P {
  if (!known || offered.conn > known.conn) return offered;
  if (offered.conn < known.conn) return known;
  return offered;
}
