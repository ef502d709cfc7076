// The bell outside the page: rings go as signed JSON to a program of the operator's that drives a modem or an SMS service.
import { setTimeout as wait } from 'node:timers/promises';
import { hmacSha256 } from '../../hardware/host/strongbox.ts';
import type { BellAnswer } from '../../schemas/duty.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { isLoopback } from '../settings.ts';
import type { StoredRing } from '../store/duty-store.ts';
import type { Bell } from './bell.ts';

export interface Gateway {
  readonly url: string;
  readonly secret: string;
}

export interface GatewayOptions {
  /** The gateway in force; undefined while none is configured. */
  readonly gateway: () => Gateway | undefined;
  readonly nowMs: () => number;
  /** Each delivery and each failure, for the audit. */
  readonly told: (about: string, outcome: 'delivered' | 'failed', detail: string) => void;
  /** Waits between the tries, ms. */
  readonly pausesMs?: readonly number[];
}

const answerWithinMs = 5_000;
const standardPausesMs = [1_000, 5_000];
const waitingMax = 200;

/** HTTPS, or plain HTTP to a program on this very machine. Problem: bad-input. */
export function checkGateway(url: string): Result<void> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const near = parsed !== undefined && parsed.protocol === 'http:' && isLoopback(parsed.hostname.replace(/^\[|\]$/g, ''));
  if (parsed?.protocol !== 'https:' && !near) return bad('bad-input', 'must be https, or http on this machine', '/gateway/url');
  return parsed?.username || parsed?.password ? bad('bad-input', 'no names or passwords in the address', '/gateway/url') : ok(undefined);
}

/**
 * POST `{event, id, kind, about, person, title, text, atMs}`; `event` is `ring` or `quiet`. Headers: `x-loa-time` (ms) and
 * `x-loa-signature`, `sha256=` and the HMAC-SHA-256 of time, a dot and the body. Any 2xx is an answer; else two more tries.
 */
export function gatewayBell({ gateway, nowMs, told, pausesMs = standardPausesMs }: GatewayOptions): Bell {
  const leaving = new AbortController();
  const underway = new Set<Promise<void>>();
  let failure: string | undefined;
  const say = (about: string, message: object): void => {
    const to = gateway();
    if (!to || leaving.signal.aborted) return;
    if (underway.size >= waitingMax) {
      told(about, 'failed', `${waitingMax} rings wait for the gateway`);
      return;
    }
    const work = deliver(to, JSON.stringify(message), { nowMs, pausesMs, signal: leaving.signal }).then((problem) => {
      failure = problem;
      told(about, problem === undefined ? 'delivered' : 'failed', problem ?? '');
    });
    underway.add(work);
    void work.finally(() => underway.delete(work));
  };
  return {
    state: (): BellAnswer => {
      if (!gateway()) return { name: 'gateway', state: 'not-configured', detail: 'no SMS or call gateway' };
      return failure === undefined
        ? { name: 'gateway', state: 'ready', detail: '' }
        : { name: 'gateway', state: 'failed', detail: failure };
    },
    ring: ({ id, kind, about, person, title, text, atMs }: StoredRing) =>
      say(about, { event: 'ring', id, kind, about, person, title, text, atMs }),
    quiet: (about) => say(about, { event: 'quiet', about }),
    stop: async () => {
      leaving.abort();
      await Promise.all(underway);
    },
  };
}

interface Delivery {
  readonly nowMs: () => number;
  readonly pausesMs: readonly number[];
  readonly signal: AbortSignal;
}

/** Undefined when it was taken, else why not. */
async function deliver({ url, secret }: Gateway, body: string, { nowMs, pausesMs, signal }: Delivery): Promise<string | undefined> {
  let problem: string | undefined;
  for (const pauseMs of [0, ...pausesMs]) {
    if (pauseMs > 0) await wait(pauseMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return problem ?? 'the centre stopped';
    problem = await post(url, secret, body, nowMs(), signal);
    if (problem === undefined) return undefined;
  }
  return problem;
}

async function post(url: string, secret: string, body: string, atMs: number, leaving: AbortSignal): Promise<string | undefined> {
  const time = String(atMs);
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
      signal: AbortSignal.any([leaving, AbortSignal.timeout(answerWithinMs)]),
    });
    await answer.body?.cancel();
    return answer.ok ? undefined : `the gateway answered ${answer.status}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return (cause instanceof Error ? cause.message : String(cause)).slice(0, 200);
  }
}
