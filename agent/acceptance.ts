// An acceptance record in the box's own hand: signed where it is made, offline or not, and told as a row like everything the box owes.
import { randomId } from '../hardware/host/crypto.ts';
import { acceptanceRecord } from '../schemas/acceptance.ts';
import { type Envelope, nextCounter, type Signer, seal } from '../schemas/envelope.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { Event } from './core/model.ts';

/** It is paper: it does not run out. */
const lifeMs = 50 * 365 * 24 * 3_600_000;
/** With room for what a row holds beside it. */
const lettersMax = 15_000;

export interface AcceptanceOptions {
  readonly dev: string;
  readonly centre: string;
  readonly signer: Signer;
  readonly wallMs: number;
}

/** What the loop is told of it. Problems: bad-input (with its path), too-large. */
export function signAcceptance(
  checks: readonly unknown[],
  answers: unknown,
  options: AcceptanceOptions,
): Result<Event & { is: 'acceptanceSigned' }> {
  const record = acceptanceRecord(checks, answers);
  if (!record.ok) return record;
  const { dev, centre, signer, wallMs } = options;
  const iat = Math.max(0, Math.round(wallMs));
  const id = randomId('nt');
  const envelope: Envelope = seal(
    {
      typ: 'acceptance',
      id,
      iss: dev,
      epoch: id,
      aud: `c/${centre}`,
      ctr: nextCounter(0, iat),
      iat,
      nbf: iat,
      exp: iat + lifeMs,
      body: record.value,
    },
    [signer],
  );
  const letters = JSON.stringify(envelope).length;
  if (letters > lettersMax) return bad('too-large', `a record of ${letters} characters, at most ${lettersMax}`);
  return ok({ is: 'acceptanceSigned', record: envelope });
}
