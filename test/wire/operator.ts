// A person at the console, by REST: signs in, keeps the cookie and the CSRF token, gets answers or problems.
import type { Asker } from '../controller/built-centre.ts';

export class Operator {
  readonly #base: string;
  #cookie = '';
  #csrf = '';

  constructor(base: string) {
    this.#base = base;
  }

  async signIn(account: string, password: string): Promise<this> {
    const response = await fetch(`${this.#base}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ account, password }),
    });
    if (!response.ok) throw new Error(`sign-in of ${account}: ${response.status} ${await response.text()}`);
    this.#cookie = response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ');
    this.#csrf = ((await response.json()) as { csrf: string }).csrf;
    return this;
  }

  get cookie(): string {
    return this.#cookie;
  }

  get csrf(): string {
    return this.#csrf;
  }

  async get<T>(path: string): Promise<T> {
    return (await this.#ask('GET', path)) as T;
  }

  async post<T>(path: string, body: unknown = {}): Promise<T> {
    return (await this.#ask('POST', path, JSON.stringify(body), 'application/json')) as T;
  }

  async put<T>(path: string, body: unknown): Promise<T> {
    return (await this.#ask('PUT', path, JSON.stringify(body), 'application/json')) as T;
  }

  async delete(path: string): Promise<void> {
    await this.#ask('DELETE', path);
  }

  async upload<T>(path: string, bytes: Uint8Array): Promise<T> {
    return (await this.#ask('POST', path, bytes, 'application/octet-stream')) as T;
  }

  async #ask(method: string, path: string, body?: string | Uint8Array, type?: string): Promise<unknown> {
    const response = await fetch(`${this.#base}/api${path}`, {
      method,
      headers: { cookie: this.#cookie, 'x-loa-csrf': this.#csrf, ...(type && { 'content-type': type }) },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}

/** A person at the console as tests of the centre ask it. */
export function askerOf(person: Operator): Asker {
  return async (method, path, body) => ({
    status: method === 'POST' ? 201 : 200,
    headers: {},
    body: method === 'POST' ? await person.post(path, body) : await person.get(path),
  });
}
