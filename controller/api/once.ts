// A POST that bears `Idempotency-Key` is done once: sent again within a day it gets the same answer, another request under that key a problem.
import type { FastifyRequest } from 'fastify';
import { sha256 } from '../../hardware/host/crypto.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Once, OnceStore } from '../store/once-store.ts';

export const onceHeader = 'idempotency-key';
const keyPattern = /^[\x21-\x7e]{1,200}$/;
export const onceLifeMs = 24 * 3600_000;
/** A longer answer is not kept: then only that it was done. */
const answerMax = 16 * 1024;
/** What proves the person again is no part of what is asked, and no hash of it is kept. */
const proofs = new Set(['password', 'pin', 'code']);

export interface Answered {
  readonly status: number;
  readonly body: string;
}

/** Under way in this process. */
export class Underway {
  readonly #works = new Map<string, Promise<unknown>>();

  /** Those under one name one after another. */
  async inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#works.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#works.set(name, mine);
    try {
      return await mine;
    } finally {
      if (this.#works.get(name) === mine) this.#works.delete(name);
    }
  }
}

/** The request under its key; undefined without one. Problem: bad-input. */
export function onceOf(request: FastifyRequest, actor: string, takes: boolean): Result<Once | undefined> {
  const key = request.headers[onceHeader];
  if (key === undefined || request.method === 'GET' || request.method === 'HEAD') return ok(undefined);
  if (!takes)
    return bad('bad-input', `this request takes no ${onceHeader}: its answer is a secret, or it is the same however often it is sent`);
  if (typeof key !== 'string' || !keyPattern.test(key)) return bad('bad-input', `${onceHeader}: 1 to 200 signs without spaces`);
  const hash = (text: string) => sha256(Buffer.from(text));
  const name = hash(canonicalJson([actor, request.method, request.url, key]));
  return ok({ name, request: hash(canonicalJson(withoutProofs(request.body) ?? null)) });
}

function withoutProofs(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => !proofs.has(name)));
}

/** What was answered before. Problem: conflict (another request; or done, and its answer lost). */
export async function answeredBefore(store: OnceStore, once: Once, nowMs: number): Promise<Result<Answered | undefined>> {
  const known = await store.find(once.name, nowMs - onceLifeMs);
  if (!known) return ok(undefined);
  if (known.request !== once.request) return bad('conflict', 'another request was sent under this key', `/${onceHeader}`);
  return known.answer ? ok(known.answer) : bad('conflict', 'this was done already; look for what it made', `/${onceHeader}`);
}

export async function keepAnswer(store: OnceStore, once: Once, given: Answered, nowMs: number): Promise<void> {
  const answer = given.body.length > answerMax ? null : given;
  await store.keep({ ...once, answer }, nowMs, nowMs - onceLifeMs);
}
