// Writers at a centre over real HTTP: each asks one thing after another until the line breaks, and notes only what was answered.
import { createHash } from 'node:crypto';
import { password } from '../../controller/built-centre.ts';
import { mix, type Write, type Writer } from './writes.ts';

interface Session {
  readonly cookie: string;
  readonly csrf: string;
}

const refusedPauseMs = 5;

/** Both people of a writer keep their sessions across every death of the centre. */
export class Hands {
  readonly writer: Writer;
  readonly #base: string;
  readonly #sessions: { readonly author: Session; readonly approver: Session };
  /** Answers of the centre's own fault. */
  faults = 0;

  constructor(writer: Writer, base: string, sessions: { readonly author: Session; readonly approver: Session }) {
    this.writer = writer;
    this.#base = base;
    this.#sessions = sessions;
  }

  /** Resolves when the centre is gone. */
  async work(): Promise<void> {
    for (;;) {
      const { random } = this.writer;
      const write = mix[Math.floor(random() * mix.length)]?.(this.writer);
      if (write && !(await this.#write(write))) return;
    }
  }

  /** False: the line broke. */
  async #write(write: Write): Promise<boolean> {
    const { book } = this.writer;
    const asked = book.ask(write.wish);
    const answer = await this.#ask(write).catch(() => undefined);
    if (!answer) {
      book.doubt(asked);
      return false;
    }
    if (answer.status >= 500) this.faults++;
    if (answer.status >= 300) {
      book.refuse(asked);
      await answer.arrayBuffer().catch(() => undefined);
      // Who is refused for asking too often does not spin.
      await new Promise((resolve) => setTimeout(resolve, refusedPauseMs));
      return true;
    }
    const cookie = /loa_session=([0-9a-f]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1];
    const hash = cookie === undefined ? undefined : createHash('sha256').update(cookie).digest('hex');
    // The answer stands once its head is here; where the rest is cut off the tables tell the id.
    const { id = '' } = ((await answer.json().catch(() => undefined)) ?? {}) as { id?: string };
    book.accept(hash === undefined ? asked : { ...asked, key: `session ${hash}` }, hash ?? id, asked);
    return true;
  }

  #ask({ as, method, path, body }: Write): Promise<Response> {
    const session = as === 'nobody' ? undefined : this.#sessions[as];
    const headers = {
      ...(session && { cookie: session.cookie, 'x-loa-csrf': session.csrf }),
      ...(body && { 'content-type': 'application/json' }),
    };
    return fetch(`${this.#base}/api${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  }
}

export async function signedIn(base: string, account: string): Promise<Session> {
  const answer = await fetch(`${base}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account, password }),
  });
  if (!answer.ok) throw new Error(`sign-in of ${account}: ${answer.status}`);
  const { csrf } = (await answer.json()) as { csrf: string };
  return { cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '', csrf };
}
