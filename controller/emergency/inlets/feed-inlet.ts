// A polled feed of CAP: fetched from the one host that was named, unread where nothing changed, its XML read in the gateway process.
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { isIP } from 'node:net';
import { alertBytesMax } from '../../../schemas/alerts.ts';
import { bad, ok, type Problem, type Result } from '../../../schemas/problems.ts';
import { type Missed, missedAgain, toTake } from '../../core/feed-look.ts';
import { mayPullFrom } from '../../relay/address.ts';
import { guarded } from '../../relay/pull.ts';
import type { FeedEntry, FeedRead } from '../gateway/heard.ts';
import type { Inlet, InletWay } from './inlet.ts';

const answerWithinMs = 15_000;
const fetchesAtOnce = 10;
const takenMax = 2_000;

export interface FeedInletOptions extends InletWay {
  readonly source: string;
  readonly url: string;
  readonly everyMs: number;
  /** A demo may look at itself. */
  readonly demo: boolean;
  readonly readFeed: (bytes: Uint8Array) => Promise<Result<FeedRead>>;
}

interface Poll {
  readonly options: FeedInletOptions;
  /** Entries offered already, by id and time of change; in order of age. */
  readonly taken: Set<string>;
  /** Entries of the feed that could not be fetched. */
  readonly missed: Map<string, Missed>;
  /** What the feed held when it was read last: unchanged, it is worked through without being read again. */
  entries: readonly FeedEntry[];
  etag: string | undefined;
  modified: string | undefined;
  stopped: boolean;
}

export function pollFeed(options: FeedInletOptions): Inlet {
  const poll: Poll = {
    ...{ options, taken: new Set(), missed: new Map(), entries: [] },
    ...{ etag: undefined, modified: undefined, stopped: false },
  };
  const state = { turn: Promise.resolve(), timer: undefined as NodeJS.Timeout | undefined };
  const look = () => {
    state.turn = lookOnce(poll)
      .then((done) => {
        if (!done.ok) options.journal.warn({ event: 'alert-feed-failed', source: options.source, ...done.problem });
      })
      .catch((err: unknown) => options.journal.warn({ event: 'alert-feed-failed', source: options.source, err }))
      .then(() => {
        if (!poll.stopped) state.timer = setTimeout(look, options.everyMs);
      });
  };
  look();
  return {
    stop: async () => {
      poll.stopped = true;
      clearTimeout(state.timer);
      await state.turn;
    },
  };
}

async function lookOnce(poll: Poll): Promise<Result<void>> {
  const { options } = poll;
  const fetched = await fetchBytes(options.url, options.demo, {
    ...(poll.etag !== undefined && { 'if-none-match': poll.etag }),
    ...(poll.modified !== undefined && { 'if-modified-since': poll.modified }),
  });
  if (!fetched.ok) return fetched;
  const { bytes, etag, modified } = fetched.value;
  if (bytes !== undefined) {
    const feed = await options.readFeed(bytes);
    if (!feed.ok) return feed;
    Object.assign(poll, { entries: feed.value.entries, etag, modified });
  }
  await takeEntries(poll);
  return ok(undefined);
}

/** Fetched side by side, for an address that hangs must not hold up the others; offered one after another. */
async function takeEntries(poll: Poll): Promise<void> {
  const { options, taken, missed } = poll;
  // Feeds name the newest first.
  const entries = new Map(poll.entries.map((entry) => [nameOf(entry), entry]));
  for (const name of missed.keys()) if (!entries.has(name)) missed.delete(name);
  const chosen = toTake({ names: [...entries.keys()], taken, missed }, performance.now()).flatMap((name) => entries.get(name) ?? []);
  const fetches = fetchAll(poll, chosen);
  for (const [at, entry] of chosen.entries()) {
    const bytes = await fetches[at];
    if (poll.stopped) return;
    if (!bytes?.ok) miss(poll, entry, bytes?.problem);
    else if (await offerEntry(options, entry, bytes.value)) take(poll, nameOf(entry));
    else missed.delete(nameOf(entry));
  }
}

/** One promise for each entry; so many at a time. */
function fetchAll(poll: Poll, entries: readonly FeedEntry[]): readonly Promise<Result<Uint8Array>>[] {
  const lanes: Promise<unknown>[] = Array.from({ length: fetchesAtOnce }, () => Promise.resolve());
  return entries.map((entry, at) => {
    const fetched = (lanes[at % fetchesAtOnce] as Promise<unknown>).then(() =>
      poll.stopped ? bad<Uint8Array>('offline', 'the centre is stopping') : bytesOf(poll.options, entry),
    );
    // Whoever waits for it is told; the next in the lane goes on.
    lanes[at % fetchesAtOnce] = fetched.catch(() => undefined);
    return fetched;
  });
}

function miss({ options, missed, taken }: Poll, entry: FeedEntry, problem: Problem | undefined): void {
  const { source, journal, everyMs } = options;
  const name = nameOf(entry);
  journal.warn({ event: 'alert-feed-entry', source, entry: entry.id, ...problem });
  // Another host's address never becomes this one's.
  if (problem?.code === 'not-allowed') {
    taken.add(name);
    return;
  }
  const next = missedAgain(missed.get(name), { why: problem?.code === 'offline' ? 'away' : 'dead', everyMs, nowMs: performance.now() });
  missed.set(name, next);
  if (next.againMs === Infinity) journal.warn({ event: 'alert-feed-given-up', source, entry: entry.id, tries: next.tries });
}

/** True when it need not be offered again; else it waits for room here and is asked for at the next look. */
async function offerEntry({ source, journal, offer }: FeedInletOptions, entry: FeedEntry, bytes: Uint8Array): Promise<boolean> {
  const offered = await offer(source, bytes, 'cap');
  if (!offered.ok) journal.warn({ event: 'alert-feed-entry', source, entry: entry.id, ...offered.problem });
  return offered.ok;
}

async function bytesOf({ url, demo }: FeedInletOptions, { cap, url: link }: FeedEntry): Promise<Result<Uint8Array>> {
  if (cap !== undefined) return ok(Buffer.from(cap));
  if (link === undefined || !URL.canParse(link, url)) return bad('not-found', 'the entry holds no CAP and no address of one');
  const [there, here] = [new URL(link, url), new URL(url)];
  if (there.host !== here.host || there.protocol !== here.protocol) return bad('not-allowed', `${there.origin} is not ${here.origin}`);
  const fetched = await fetchBytes(there.href, demo, {});
  if (!fetched.ok) return fetched;
  return fetched.value.bytes ? ok(fetched.value.bytes) : bad('not-found', 'nothing there');
}

function take({ taken, missed }: Poll, name: string): void {
  missed.delete(name);
  taken.add(name);
  const [oldest] = taken;
  if (taken.size > takenMax && oldest !== undefined) taken.delete(oldest);
}

function nameOf({ id, updated, url }: FeedEntry): string {
  return `${id}\n${updated}\n${url ?? ''}`;
}

interface Fetched {
  /** Undefined when nothing changed (304). */
  readonly bytes: Buffer | undefined;
  readonly etag: string | undefined;
  readonly modified: string | undefined;
}

/** No redirects, no addresses inside this machine, bounded in size and time. Problems: offline, too-large, not-allowed, not-found. */
function fetchBytes(url: string, demo: boolean, headers: Record<string, string>): Promise<Result<Fetched>> {
  const address = new URL(url);
  const named = address.hostname.replace(/^\[|\]$/g, '');
  const allowed = isIP(named) === 0 ? ok(undefined) : mayPullFrom(named, demo);
  if (!allowed.ok) return Promise.resolve(allowed);
  const get = address.protocol === 'https:' ? getHttps : getHttp;
  return new Promise((resolve) => {
    const asked = {
      'user-agent': 'loa-gateway',
      accept: 'application/atom+xml, application/rss+xml, application/cap+xml, application/xml',
      ...headers,
    };
    const request = get(address, { headers: asked, agent: false, lookup: guarded(demo), timeout: answerWithinMs }, (answer) =>
      receive(answer, end),
    );
    const end = (result: Result<Fetched>) => {
      clearTimeout(timer);
      resolve(result);
      request.destroy();
    };
    const timer = setTimeout(() => end(bad('offline', `no whole answer within ${answerWithinMs} ms`)), answerWithinMs);
    request.on('timeout', () => end(bad('offline', 'no sign of life')));
    request.on('error', (error) => end(bad('offline', error.message)));
  });
}

function receive(answer: IncomingMessage, end: (result: Result<Fetched>) => void): void {
  const { statusCode, headers } = answer;
  const marks = { etag: headers.etag, modified: headers['last-modified'] };
  const refused = statusCode === 304 ? ok({ bytes: undefined, ...marks }) : refusal(statusCode);
  if (refused) {
    end(refused);
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  answer.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > alertBytesMax) end(bad('too-large', `more than ${alertBytesMax} bytes`));
    else chunks.push(chunk);
  });
  answer.on('end', () => end(answer.complete ? ok({ bytes: Buffer.concat(chunks), ...marks }) : bad('offline', 'the answer broke off')));
  answer.on('error', (error) => end(bad('offline', error.message)));
}

function refusal(statusCode: number | undefined): Result<Fetched> | undefined {
  if (statusCode === 200) return undefined;
  if (statusCode === 404 || statusCode === 410) return bad('not-found', `answered ${statusCode}`);
  return bad('offline', `answered ${statusCode}; redirects are not followed`);
}
