// The one door to the centre's REST: cookies by the browser, CSRF header by us, problems in words.

import { nobodyHere, patienceMs, takeAhead, whole } from './ahead.ts';

/** RFC 9457 answer, with the catalogue's code. */
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

const csrfKey = 'loa-csrf';
/** Told at the document when the centre knows this page's session no more. */
export const sessionEnded = 'loa-session-ended';
const endings = new Set(['not-signed-in', 'factor-needed']);
/** When somebody last touched this page: what it asks by itself keeps no session awake. */
const touch = { atMs: performance.now() };
const restedMs = 60_000;
for (const event of ['pointerdown', 'keydown'])
  addEventListener(event, () => {
    touch.atMs = performance.now();
  });

export async function get<T>(path: string): Promise<T> {
  return (await asked('GET', path)).answer as T;
}

export interface ListPart<T> {
  readonly rows: readonly T[];
  /** Where it goes on; undefined: that was all. */
  readonly next: string | undefined;
}

/** One part of a list, and where the next is. */
export async function getPart<T>(path: string): Promise<ListPart<T>> {
  const { answer, link } = await asked('GET', path);
  return { rows: answer as T[], next: /^<\/api(\/[^>]+)>; rel="next"$/.exec(link)?.[1] };
}

/** A list, part after part as its `link` says. */
export async function* getParts<T>(path: string): AsyncGenerator<readonly T[]> {
  for (let next: string | undefined = path; next !== undefined; ) {
    const part: ListPart<T> = await getPart<T>(next);
    yield part.rows;
    next = part.next;
  }
}

/** All parts of it. */
export async function getAll<T>(path: string): Promise<T[]> {
  const all: T[] = [];
  for await (const part of getParts<T>(path)) all.push(...part);
  return all;
}

/** `once`: sent again under the same key within a day it is not done again. */
export async function send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, once?: string): Promise<T> {
  return (await asked(method, path, body, once)).answer as T;
}

/** A sound that is made for this question alone. */
export async function fetchSound(path: string, body: unknown): Promise<Blob> {
  const headers = { ...ownHeaders(), 'content-type': 'application/json' };
  const response = await fetch(`/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) }).catch(() => {
    throw new Refused(lost);
  });
  if (response.ok) return response.blob();
  throw new Refused(shown(readJson(await response.text()), response.status));
}

/** What whoever changes something sends along. */
export function ownHeaders(): Record<string, string> {
  return { 'x-loa-csrf': sessionStorage.getItem(csrfKey) ?? '' };
}

/** A refusal as it was answered, or a line that is cut (status 0). */
export function refusalOf(status: number, text: string): Refused {
  return new Refused(status === 0 ? lost : shown(readJson(text), status));
}

/** Upload with progress in 0..1; fetch cannot tell it, XMLHttpRequest can. */
export function upload<T>(path: string, file: Blob, onProgress: (done: number) => void, method: 'POST' | 'PUT' = 'POST'): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, `/api${path}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('x-loa-csrf', sessionStorage.getItem(csrfKey) ?? '');
    request.upload.onprogress = (event) => onProgress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () => reject(new Refused(lost));
    request.onload = () => {
      const answer = readJson(request.responseText);
      if (request.status < 300) resolve(answer as T);
      else reject(new Refused(shown(answer, request.status)));
    };
    request.send(file);
  });
}

export function rememberCsrf(token: string): void {
  sessionStorage.setItem(csrfKey, token);
}

const lost: ShownProblem = {
  code: 'offline',
  title: 'Mất kết nối tới trung tâm',
  detail: 'Kiểm tra mạng rồi thử lại.',
  path: '',
  status: 0,
};

/** What may be sent again under its key is given up sooner: somebody stands there with a finger on the button. */
const patienceOnceMs = 20_000;
/** A picture goes out over a phone's worst line at some 16 kbit/s: letters in a millisecond. */
const thinnestPerMs = 2;

async function asked(
  method: string,
  path: string,
  body?: unknown,
  once?: string,
): Promise<{ readonly answer: unknown; readonly link: string }> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') headers['x-loa-csrf'] = sessionStorage.getItem(csrfKey) ?? '';
  if (performance.now() - touch.atMs > restedMs) headers['x-loa-by-itself'] = '1';
  if (once !== undefined) headers['idempotency-key'] = once;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const words = body === undefined ? undefined : JSON.stringify(body);
  const patience = (once === undefined ? patienceMs : patienceOnceMs) + (words?.length ?? 0) / thinnestPerMs;
  const { response, text } = await within(patience, (signal) => {
    const init = { method, headers, credentials: 'same-origin', signal, ...(words !== undefined && { body: words }) } as const;
    return (method === 'GET' && takeAhead(path)) || whole(fetch(`/api${path}`, init));
  });
  const answer = readJson(text);
  if (response.ok) return { answer, link: response.headers.get('link') ?? '' };
  const problem = shown(answer, response.status);
  if (endings.has(problem.code)) {
    nobodyHere();
    document.dispatchEvent(new Event(sessionEnded));
  }
  throw new Refused(problem);
}

/** A line that was cut, before the answer or in the middle of it, and one that only swallows, are the same: lost. */
async function within<T>(patience: number, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(), patience);
  try {
    return await ask(gone.signal);
  } catch {
    throw new Refused(lost);
  } finally {
    clearTimeout(timer);
  }
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
    code: given.code ?? 'internal-error',
    title: given.title ?? `Lỗi ${status}`,
    detail: given.detail ?? '',
    path: given.path ?? '',
    status,
  };
}
