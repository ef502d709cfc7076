// The one door to the centre's public REST: nobody signs in, problems come in words, a cut line is one.
import { problemKinds } from '../../../schemas/problems.ts';

/** RFC 9457 answer, with the catalogue's code. `status` 0: no line. */
export interface ShownProblem {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly path: string;
  readonly status: number;
}

export class Refused extends Error {
  readonly problem: ShownProblem;
  constructor(problem: ShownProblem) {
    super(problem.title);
    this.problem = problem;
  }
}

const patienceMs = 30_000;
/** The thinnest line a picture goes out over, some 16 kbit/s: bytes in a millisecond. */
const thinnestPerMs = 2;
/** On an answer that the worker had kept, because none came from the centre. */
export const keptHeader = 'loa-kept';
/** The event that says whether the last question reached the centre. */
export const reachEvent = 'loa-dan-reach';
export const lost: ShownProblem = { code: 'offline', title: '', detail: '', path: '', status: 0 };

export async function get<T>(path: string): Promise<T> {
  return (await asked('GET', path)) as T;
}

/** `once`: sent again under the same key it is not done again. */
export async function send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, once?: string): Promise<T> {
  return (await asked(method, path, body, once)) as T;
}

async function asked(method: string, path: string, body?: unknown, once?: string): Promise<unknown> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (once !== undefined) headers['idempotency-key'] = once;
  let sent: Blob | string | undefined;
  if (body instanceof Blob) {
    headers['content-type'] = 'application/octet-stream';
    sent = body;
  } else if (body !== undefined) {
    headers['content-type'] = 'application/json';
    sent = JSON.stringify(body);
  }
  const patience = patienceMs + (sent === undefined ? 0 : (typeof sent === 'string' ? sent.length : sent.size) / thinnestPerMs);
  const { status, text } = await within(patience, async (signal) => {
    const response = await fetch(`/api/public${path}`, {
      method,
      headers,
      credentials: 'omit',
      // What the phone kept by itself is asked for again: a change was told of, and it must be seen.
      cache: 'no-cache',
      signal,
      ...(sent !== undefined && { body: sent }),
    });
    tellReach(!response.headers.has(keptHeader));
    return { status: response.status, text: await response.text() };
  });
  const answer = readJson(text);
  if (status < 300) return answer;
  throw new Refused(shown(answer, status));
}

/** A line that was cut and one that only swallows are the same: lost. */
async function within<T>(patience: number, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(), patience);
  try {
    return await ask(gone.signal);
  } catch {
    tellReach(false);
    throw new Refused(lost);
  } finally {
    clearTimeout(timer);
  }
}

function tellReach(reached: boolean): void {
  dispatchEvent(new CustomEvent(reachEvent, { detail: reached }));
}

function readJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shown(answer: unknown, status: number): ShownProblem {
  const given = (typeof answer === 'object' && answer !== null ? answer : {}) as Partial<ShownProblem>;
  return {
    code: given.code ?? (status >= 500 ? 'internal-error' : 'bad-input'),
    title: given.title ?? '',
    detail: given.detail ?? '',
    path: given.path ?? '',
    status,
  };
}

/** What a problem is called in the reader's language; undefined: the catalogue has no such code. */
export function problemTitle(code: string, language: 'vi' | 'en'): string | undefined {
  const known = problemKinds as Readonly<Record<string, { readonly vi: string; readonly en: string } | undefined>>;
  return known[code]?.[language];
}
