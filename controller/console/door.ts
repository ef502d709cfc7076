// The one door to the centre's REST: cookies by the browser, CSRF header by us, problems in words.

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
  return (await ask('GET', path)) as T;
}

/** A whole list, part after part as its `link` says. */
export async function getAll<T>(path: string): Promise<T[]> {
  const all: T[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const { answer, link } = await asked('GET', next);
    all.push(...(answer as T[]));
    next = /^<\/api(\/[^>]+)>; rel="next"$/.exec(link)?.[1];
  }
  return all;
}

export async function send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
  return (await ask(method, path, body)) as T;
}

/** Upload with progress in 0..1; fetch cannot tell it, XMLHttpRequest can. */
export function upload<T>(path: string, file: Blob, onProgress: (done: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api${path}`);
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

async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
  return (await asked(method, path, body)).answer;
}

async function asked(method: string, path: string, body?: unknown): Promise<{ readonly answer: unknown; readonly link: string }> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') headers['x-loa-csrf'] = sessionStorage.getItem(csrfKey) ?? '';
  if (performance.now() - touch.atMs > restedMs) headers['x-loa-by-itself'] = '1';
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(`/api${path}`, {
      method,
      headers,
      credentials: 'same-origin',
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refused(lost);
  }
  const answer = readJson(await response.text());
  if (response.ok) return { answer, link: response.headers.get('link') ?? '' };
  const problem = shown(answer, response.status);
  if (endings.has(problem.code)) document.dispatchEvent(new Event(sessionEnded));
  throw new Refused(problem);
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
