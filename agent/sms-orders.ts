// Text messages that are orders: verified here, then judged with all others. What is no order of 140 octets is nobody's.
import type { SmsMessage } from '../hardware/serial/sms-pdu.ts';
import type { Cryptography } from '../schemas/envelope.ts';
import type { KeyRing } from '../schemas/keys.ts';
import { smsOrderBytes, verifySmsOrder } from '../schemas/sms-order.ts';
import type { State } from './core/model.ts';
import type { Inlet } from './inlet.ts';

/** As a topic, so that refusals are told as those of orders. */
const inletName = 'sms/order';
const none: ReadonlyMap<string, Uint8Array> = new Map();

export interface SmsOrdersOptions {
  readonly inlet: Pick<Inlet, 'take'>;
  readonly ring: () => KeyRing;
  readonly crypto: Cryptography;
  readonly state: () => State;
  readonly settled: () => Promise<void>;
}

export class SmsOrders {
  readonly #options: SmsOrdersOptions;

  constructor(options: SmsOrdersOptions) {
    this.#options = options;
  }

  /** Fulfilled when the message may be deleted; rejected while it has to be offered again. */
  async take({ data }: Pick<SmsMessage, 'data'>): Promise<void> {
    if (data.length !== smsOrderBytes) return;
    const { inlet, ring, crypto, state, settled } = this.#options;
    // What lies ready is known a moment after the plan, and one who was away has messages before it.
    await settled();
    const { kept, live } = state();
    if (kept.want.applied !== null && live.plan === null) throw new Error('the plan is not read yet');
    const now = ring();
    const ready = live.local.orders.map(({ offered }) => offered.opened.id);
    const verified = verifySmsOrder(data, now, ready, crypto);
    if (!verified.ok) {
      const id = crypto.sha256(data).slice(0, 32);
      return inlet.take({
        is: 'events',
        events: [{ is: 'envelopeRefused', topic: inletName, id, problem: verified.problem }],
        attachments: none,
      });
    }
    const { statement, signedBy, digest, template, order } = verified.value;
    const keysUntilMs = now.links.get(statement.iss)?.untilMs;
    const opened = { ...statement, signedBy, digest: `sms:${digest}`, topic: inletName, ...(keysUntilMs !== undefined && { keysUntilMs }) };
    await inlet.take({ is: 'events', events: [{ is: 'smsOrderOffered', opened, base: template, class: order.class }], attachments: none });
    // Unlike a retained order it comes once: it stays in the modem until it is known whether it may sound.
    if (state().live.unsure.some((one) => one.opened.id === statement.id)) throw new Error('the time is not known yet');
  }
}
