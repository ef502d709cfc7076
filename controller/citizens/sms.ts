// Short messages to residents: one port; a gateway of the operator's, or none. A text holds codes and is never written down.
import { hmacSha256 } from '../../hardware/host/strongbox.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

export interface SmsText {
  readonly to: string;
  readonly text: string;
  readonly purpose: 'code' | 'answer' | 'mended';
}

export interface Sms {
  /** `demo`: nothing is sent, the page shows the code under TRÌNH DIỄN. */
  state(): 'not-configured' | 'ready' | 'failed' | 'demo';
  /** Problems: offline (no gateway; it did not take it), retryable. */
  send(text: SmsText): Promise<Result<void>>;
}

export interface SmsGateway {
  readonly url: string;
  readonly secret: string;
}

const answerWithinMs = 5_000;
const lettersMax = 480;

/**
 * POST `{event: 'sms', purpose, to, text, atMs}`; headers as of the duty gateway: `x-loa-time` (ms) and `x-loa-signature`, `sha256=`
 * and the HMAC-SHA-256 of time, a dot and the body. Any 2xx means that it was taken.
 */
export function gatewaySms(gateway: () => SmsGateway | undefined, nowMs: () => number): Sms {
  let failed = false;
  return {
    state: () => (gateway() ? (failed ? 'failed' : 'ready') : 'not-configured'),
    send: async ({ to, text, purpose }) => {
      const known = gateway();
      if (!known) return bad('offline', 'no SMS gateway is configured');
      const body = JSON.stringify({ event: 'sms', purpose, to, text: text.slice(0, lettersMax), atMs: nowMs() });
      const problem = await post(known, body, String(nowMs()));
      failed = problem !== undefined;
      return problem === undefined ? ok(undefined) : bad('offline', problem);
    },
  };
}

/** A demo has nobody to send to: codes are shown where they were asked for. */
export function demoSms(): Sms {
  return { state: () => 'demo', send: async () => ok(undefined) };
}

async function post({ url, secret }: SmsGateway, body: string, time: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        'x-loa-time': time,
        'x-loa-signature': `sha256=${hmacSha256(secret, `${time}.${body}`)}`,
      },
      body,
      signal: AbortSignal.timeout(answerWithinMs),
    });
    await answer.body?.cancel();
    return answer.ok ? undefined : `the gateway answered ${answer.status}`;
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'the gateway did not answer' : 'the gateway is not reached';
  }
}
