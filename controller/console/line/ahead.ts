// What the first page asks, before anything else of it is there: needs nothing, so that it runs first on an old computer.

interface Asked {
  readonly atMs: number;
  readonly response: Promise<Response>;
}

const asked = new Map<string, Asked>();
const freshMs = 5_000;

/** Ask now for what will be wanted in a moment. */
function ask(path: string): Promise<Response> {
  const response = fetch(`/api${path}`, { headers: { accept: 'application/json' }, credentials: 'same-origin' });
  // Who asks for it is told; nobody else needs to be.
  response.catch(() => undefined);
  asked.set(path, { atMs: performance.now(), response });
  return response;
}

/** The response that was asked for ahead; taken once, and only while it is fresh. */
export function takeAhead(path: string): Promise<Response> | undefined {
  const before = asked.get(path);
  asked.delete(path);
  return before && performance.now() - before.atMs < freshMs ? before.response : undefined;
}

/** What the page that is begun with asks first, once it is known that somebody is signed in. */
async function begin(first: string | undefined): Promise<void> {
  const response = await ask('/session');
  if (first === undefined || !response.ok) return;
  const who: unknown = await response.clone().json();
  if (typeof who === 'object' && who !== null && 'roles' in who) await ask(first);
}

const beginsWithToday = /^#?(\/(hom-nay\/?)?)?$/.test(location.hash);
begin(beginsWithToday ? '/today' : undefined).catch(() => undefined);
