// Acceptance records as the centre takes and shows them: believed only by the box's own signature. Pure.
import { type AcceptanceAnswer, AcceptanceRecord, accepted } from '../../schemas/acceptance.ts';
import { type Cryptography, type Envelope, fromBase64, type KnownKey, open } from '../../schemas/envelope.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

export interface StoredAcceptance {
  readonly dev: string;
  readonly id: string;
  /** By the box's clock. */
  readonly atMs: number;
  readonly receivedMs: number;
  readonly envelope: Envelope;
}

/** What a box says it signed. Problems: those of `open`, wrong-audience where another box is named in it. */
export function acceptanceOf(
  dev: string,
  envelope: Envelope,
  receivedMs: number,
  keyOf: (keyid: string) => KnownKey | undefined,
  crypto: Cryptography,
): Result<StoredAcceptance> {
  const opened = open(envelope, 'acceptance', AcceptanceRecord, keyOf, crypto);
  if (!opened.ok) return opened;
  const { iss, id, iat } = opened.value.statement;
  return iss === dev ? ok({ dev, id, atMs: iat, receivedMs, envelope }) : bad('wrong-audience', `signed as ${iss}, told by ${dev}`, '/iss');
}

/** As people read it; the words were verified when they came. */
export function acceptanceAnswer({ id, atMs, receivedMs, envelope }: StoredAcceptance): AcceptanceAnswer {
  const { body } = JSON.parse(new TextDecoder().decode(fromBase64(envelope.payload))) as { body: AcceptanceRecord };
  return { id, atMs, receivedMs, accepted: accepted(body), signedBy: envelope.signatures[0]?.keyid ?? '', record: body };
}
