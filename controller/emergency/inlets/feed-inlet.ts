// A polled feed of CAP: fetched from the one host that was named, unread where nothing changed, its XML read in the gateway process.
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { isIP } from 'node:net';
import { alertBytesMax } from '../../../schemas/alerts.ts';
import { bad, ok, type Result } from '../../../schemas/problems.ts';
import { mayPullFrom } from '../../relay/address.ts';
import { guarded } from '../../relay/pull.ts';
import type { FeedEntry, FeedRead } from '../gateway/heard.ts';
import type { Inlet, InletWay } from './inlet.ts';

const answerWithinMs = 15_000;
/** Messages fetched after one look; the rest follows at the next. */
const fetchesPerLook = 30;
const seenMax = 2_000;

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
  readonly seen: Set<string>;
  etag: string | undefined;
  modified: string | undefined;
  stopped: boolean;
}

export function pollFeed(options: FeedInletOptions): Inlet {
  const poll: Poll = { options, seen: new Set(), etag: undefined, modified: undefined, stopped: false };
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
  if (fetched.value.bytes === undefined) return ok(undefined);
  const feed = await options.readFeed(fetched.value.bytes);
  if (!feed.ok) return feed;
  // Feeds name the newest first; an Alert is to come before its Update.
  const fresh = feed.value.entries.filter((entry) => !poll.seen.has(nameOf(entry))).reverse();
  let whole = fresh.length <= fetchesPerLook;
  for (const entry of fresh.slice(0, fetchesPerLook)) {
    if (poll.stopped) return ok(undefined);
    if (await offerEntry(poll, entry)) remember(poll, nameOf(entry));
    else whole = false;
  }
  // Only what was taken whole need not be read again.
  if (whole) [poll.etag, poll.modified] = [fetched.value.etag, fetched.value.modified];
  return ok(undefined);
}

/** True when it need not be offered again. */
async function offerEntry({ options }: Poll, entry: FeedEntry): Promise<boolean> {
  const { source, journal, offer } = options;
  const bytes = await bytesOf(options, entry);
  if (!bytes.ok) journal.warn({ event: 'alert-feed-entry', source, entry: entry.id, ...bytes.problem });
  if (!bytes.ok) return bytes.problem.code === 'not-allowed' || bytes.problem.code === 'not-found';
  const offered = await offer(source, bytes.value, 'cap');
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

function remember({ seen }: Poll, name: string): void {
  seen.add(name);
  const [oldest] = seen;
  if (seen.size > seenMax && oldest !== undefined) seen.delete(oldest);
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
      take(answer, end),
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

function take(answer: IncomingMessage, end: (result: Result<Fetched>) => void): void {
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
