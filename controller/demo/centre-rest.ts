// The centre's REST as a person with an account uses it; the demo has no other way in.
import type { SessionAnswer } from '../../schemas/api.ts';

export class Refusal extends Error {
  readonly code: string;
  readonly status: number;
  constructor(status: number, code: string, detail: string) {
    super(`${code}: ${detail}`);
    this.status = status;
    this.code = code;
  }
}

export interface Session {
  readonly account: string;
  readonly cookie: string;
  readonly csrf: string;
}

const answerWithinMs = 120_000;

export class CentreRest {
  readonly #base: () => string;

  constructor(base: () => string) {
    this.#base = base;
  }

  async signIn(account: string, password: string): Promise<Session> {
    const response = await fetch(`${this.#base()}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.#base() },
      body: JSON.stringify({ account, password }),
      signal: AbortSignal.timeout(answerWithinMs),
    });
    const answer = (await readAnswer(response)) as SessionAnswer;
    const cookie = response.headers.getSetCookie().find((each) => each.startsWith('loa_session='));
    if (!cookie) throw new Refusal(500, 'internal-error', 'no session cookie');
    return { account, cookie: cookie.split(';')[0] ?? '', csrf: answer.csrf };
  }

  get<T>(session: Session, path: string): Promise<T> {
    return this.#ask(session, path, {}) as Promise<T>;
  }

  post<T>(session: Session, path: string, body: unknown = {}): Promise<T> {
    return this.#ask(session, path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }) as Promise<T>;
  }

  put<T>(session: Session, path: string, body: unknown): Promise<T> {
    return this.#ask(session, path, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }) as Promise<T>;
  }

  remove(session: Session, path: string): Promise<unknown> {
    return this.#ask(session, path, { method: 'DELETE' });
  }

  upload<T>(session: Session, path: string, bytes: Uint8Array): Promise<T> {
    const body = new Uint8Array(bytes);
    return this.#ask(session, path, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body }) as Promise<T>;
  }

  /** What a resident sends, without an account. */
  async ask<T>(path: string, body: unknown = {}): Promise<T> {
    const headers = { 'content-type': 'application/json', origin: this.#base() };
    const init = { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(answerWithinMs) };
    return (await readAnswer(await fetch(`${this.#base()}/api${path}`, init))) as T;
  }

  /** Server-sent events until `signal` aborts; tells the name of each. Ends when the centre goes away. */
  async watch(session: Session, signal: AbortSignal, onEvent: (event: string, data: string) => void): Promise<void> {
    const response = await fetch(`${this.#base()}/api/events`, {
      headers: { cookie: session.cookie, accept: 'text/event-stream' },
      signal,
    });
    if (!response.ok || !response.body) throw new Refusal(response.status, 'offline', 'no event stream');
    let rest = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = /^event: ?(.*)$/m.exec(block)?.[1];
        if (event !== undefined) onEvent(event, /^data: ?(.*)$/m.exec(block)?.[1] ?? '');
      }
    }
  }

  async #ask(session: Session, path: string, init: RequestInit): Promise<unknown> {
    const headers = {
      ...(init.headers as Record<string, string>),
      cookie: session.cookie,
      origin: this.#base(),
      'x-loa-csrf': session.csrf,
    };
    return readAnswer(await fetch(`${this.#base()}/api${path}`, { ...init, headers, signal: AbortSignal.timeout(answerWithinMs) }));
  }
}

async function readAnswer(response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.ok) return text === '' ? undefined : JSON.parse(text);
  let problem: { code?: string; detail?: string; title?: string } = {};
  try {
    problem = JSON.parse(text) as typeof problem;
  } catch {
    // Not a problem document; the status says enough.
  }
  throw new Refusal(response.status, problem.code ?? 'internal-error', problem.detail ?? problem.title ?? `HTTP ${response.status}`);
}
