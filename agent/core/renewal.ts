// When a box asks for its next certificate. Pure: the certificate's dates, what is known of the time, how long no line was there.
import { type Moment, trusted } from '../../schemas/time.ts';

/** Refused, or without trusted time, and without a line for so long: the certificate itself may be why. */
export const unheardMs = 10 * 60_000;
/** Boxes enrolled on one day renew over a fifth of the certificate's life. */
const spreadPart = 0.2;

export interface CertificateLife {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** In [0, 1), the same for the whole life of a certificate. */
  readonly spread: number;
}

/** Half of the life, a tenth of it earlier or later. */
export function renewAtMs({ notBeforeMs, notAfterMs, spread }: CertificateLife): number {
  return Math.round(notBeforeMs + (notAfterMs - notBeforeMs) * (0.5 + (spread - 0.5) * spreadPart));
}

/** `downMs`: how long the line to the centre has been down, null while it is there; `refused`: the centre's bus said no. */
export function renewalDue(life: CertificateLife, now: Moment, downMs: number | null, refused = false): boolean {
  const atLeastMs = trusted(now.quality) ? now.wallMs : (now.floorMs ?? 0);
  if (atLeastMs >= renewAtMs(life)) return true;
  return (refused || !trusted(now.quality)) && downMs !== null && downMs >= unheardMs;
}

/** From the certificate's own hash: no clock and no luck in it. */
export function spreadOf(sha256: string): number {
  return Number.parseInt(sha256.slice(0, 8), 16) / 2 ** 32;
}
