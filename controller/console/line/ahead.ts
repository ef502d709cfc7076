// What the first page asks, before anything else of it is there: needs nothing, so that it runs first on an old computer.

/** An answer that has come whole: who takes it does not wait again. */
export interface Came {
  readonly response: Response;
  readonly text: string;
}

interface Asked {
  readonly atMs: number;
  readonly came: Promise<Came>;
}

const asked = new Map<string, Asked>();
const freshMs = 5_000;
/** Beyond what any answer takes on a thin line. */
export const patienceMs = 120_000;

/** Ask now for what will be wanted in a moment. */
function ask(path: string): Promise<Came> {
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(), patienceMs);
  const init = { headers: { accept: 'application/json' }, credentials: 'same-origin', signal: gone.signal } as const;
  const came = whole(fetch(`/api${path}`, init)).finally(() => clearTimeout(timer));
  asked.set(path, { atMs: performance.now(), came });
  // Who has taken it is told; whoever comes later asks anew, the line may be back.
  came.catch(() => asked.delete(path));
  return came;
}

/** What was asked for ahead; taken once, and only while it is fresh. */
export function takeAhead(path: string): Promise<Came> | undefined {
  const before = asked.get(path);
  asked.delete(path);
  return before && performance.now() - before.atMs < freshMs ? before.came : undefined;
}

/** The body of an answer with it. */
export async function whole(given: Promise<Response>): Promise<Came> {
  const response = await given;
  return { response, text: await response.text() };
}

const hint = 'loa_here';

/** The hint was wrong: the session it stood for is over, and what was asked in its name was refused. Whoever signs in now asks anew. */
export function nobodyHere(): void {
  asked.clear();
  // biome-ignore lint/suspicious/noDocumentCookie: the way that browsers of 2016 know, too
  document.cookie = `${hint}=; path=/; max-age=0; samesite=strict`;
}

const somebodyHere = new RegExp(`(^|; )${hint}=1`).test(document.cookie);
const beginsWithToday = /^#?(\/(hom-nay\/?)?)?$/.test(location.hash);
void ask('/session');
if (somebodyHere && beginsWithToday) void ask('/today');
