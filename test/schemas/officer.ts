// Officers for tests: they approve an order as their own device would, with a key of their own.
import { cryptography, generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import { orderContent } from '../../schemas/authority.ts';
import { type Envelope, type Signer, seal, toBase64 } from '../../schemas/envelope.ts';
import type { DelegatedKey } from '../../schemas/keys.ts';
import type { Order } from '../../schemas/order.ts';

export interface Given {
  readonly id: string;
  readonly iss: string;
  readonly epoch: string;
  readonly aud: string;
  readonly iat: number;
  readonly exp: number;
}

export class TestOfficer {
  readonly person: string;
  readonly signer: Signer;
  readonly #publicKey: Uint8Array;

  constructor(person: string) {
    const made = generateSigningKey();
    this.person = person;
    this.signer = signerFrom(made.privateKeyPem);
    this.#publicKey = made.publicKey;
  }

  /** As a delegation lists it. */
  listed(breakGlass?: DelegatedKey['breakGlass'], roles: DelegatedKey['roles'] = ['officer']): DelegatedKey {
    const { person } = this;
    const named = roles.includes('officer') ? { person } : {};
    return {
      keyid: this.signer.keyid,
      alg: 'ed25519',
      publicKey: toBase64(this.#publicKey),
      roles,
      ...named,
      ...(breakGlass ? { breakGlass } : {}),
    };
  }

  /** `at`: when the officer signed, where that is not when the order is given. */
  approve(order: Order, given: Given, breakGlass = false, at: { readonly iat: number; readonly exp: number } = signing(given)): Envelope {
    const { id, iss, epoch, aud, exp } = given;
    const to = aud.startsWith('d/') ? { groups: [], dev: aud.slice(2) } : { groups: [aud.slice(2)] };
    const body = { order: id, content: orderContent(order, cryptography), ...to, untilMs: exp, breakGlass };
    const statement = {
      typ: 'approval' as const,
      id: `approval-${id}-${this.person}`,
      iss,
      epoch,
      aud: `c/${iss}`,
      ctr: Math.max(1, at.iat),
      nbf: at.iat,
      ...at,
      body,
    };
    return seal(statement, [this.signer]);
  }
}

/** An actual order with the approvals it lacks; exercises need none. */
export function approved(order: Order, given: Given, officers: readonly TestOfficer[]): Order {
  if (order.class !== 'actual' || order.authority) return order;
  return { ...order, authority: { by: 'officers', approvals: officers.map((officer) => officer.approve(order, given)) } };
}

function signing({ iat }: Given) {
  return { iat, exp: iat + 600_000 };
}
