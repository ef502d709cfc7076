// What the centre above has signed for this one: who may, to whom, when, and never the same twice. Pure.

import * as v from 'valibot';
import { type Cryptography, open } from '../../schemas/envelope.ts';
import { Down, federationLimits } from '../../schemas/federation.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import { type AuthorisedKey, type Link, roleOf } from '../../schemas/keys.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

/** Keys down to this centre. */
export interface AboveRing {
  readonly keys: ReadonlyMap<string, AuthorisedKey>;
  readonly links: ReadonlyMap<string, Link>;
}

export interface DownFacts {
  readonly ring: AboveRing;
  readonly own: { readonly id: string; readonly area: AreaPath };
  readonly above: string;
  /** The highest that was taken. */
  readonly counter: number;
  readonly nowMs: number;
}

/** A clock here may be behind the one above. */
const behindMs = 10 * 60_000;

/** Problems: too-large, wrong-audience, role-missing, outside-area, replayed, expired and those of `open`. */
export function judgeDown(
  text: string,
  { ring, own, above, counter, nowMs }: DownFacts,
  crypto: Cryptography,
): Result<{ readonly batch: Down; readonly counter: number }> {
  // Base64 makes four letters of three.
  const document = parseJson(v.unknown(), text, federationLimits.messageBytes * 1.5);
  if (!document.ok) return document;
  const opened = open(document.value, 'down', Down, (id) => ring.keys.get(id), crypto);
  if (!opened.ok) return opened;
  const { iss, aud, epoch, ctr, iat, nbf, exp, body } = opened.value.statement;
  if (aud !== `c/${own.id}`) return bad('wrong-audience', `addressed to ${aud}`, '/aud');
  const link = ring.links.get(above);
  if (iss !== above || !link) return bad('role-missing', `${iss} is not the centre above`, '/iss');
  if (link.epoch !== epoch) return bad('replayed', `epoch ${epoch} of ${iss} is over`, '/epoch');
  const signers = opened.value.signedBy
    .map((id) => ring.keys.get(id))
    .filter((key) => key?.centre === above && key.roles.includes(roleOf.down));
  if (signers.length === 0) return bad('role-missing', `no ${roleOf.down} key of ${above} has signed`, '/signatures');
  if (!signers.some((key) => key && (key.area === '' || within(own.area, key.area))))
    return bad('outside-area', `no key of the signers covers ${own.area}`, '/signatures');
  if (nowMs > Math.min(exp, link.untilMs)) return bad('expired', `until ${exp}`, '/exp');
  if (Math.min(nbf, iat) > nowMs + behindMs) return bad('not-yet', `from ${nbf}`, '/nbf');
  if (ctr <= counter) return bad('replayed', `counter ${ctr}, known ${counter}`, '/ctr');
  return ok({ batch: body, counter: ctr });
}
