// Bytes by hash: fetch what is needed in order of need, make room without giving up anything needed.
import { filesOf } from '../../schemas/programme.ts';
import { fetchesAtOnceMax, freeBytesMin } from './limits.ts';
import type { Event, Need } from './model.ts';
import { backoffMs } from './retry.ts';
import type { Turn } from './turn.ts';

/** Everything needed, most urgent first; large and not vital: films of orders to come, after all that sounds or stands in the plan. */
export function needed(turn: Turn): Need[] {
  return [...vital(turn), ...filmsToCome(turn)];
}

/** Parts of both wants, sound of active orders, items of plays to go on, items of the agenda. */
function vital(turn: Turn): Need[] {
  const { applied, offered } = turn.kept.want;
  // What a trial may go back to stays here: there may be no network to fetch it.
  const { old, tried } = turn.kept.trial ?? {};
  const parts = [offered, applied, old, tried].flatMap((want) => want?.parts ?? []);
  const audio = turn.kept.orders.active.flatMap(({ order, inline }) =>
    order.speech.flatMap((speech) => (speech.audio && !inline.includes(speech.audio.sha256) ? [speech.audio] : [])),
  );
  const ready = turn.live.local.orders.flatMap(({ offered }) => offered.order.speech.flatMap(({ audio }) => audio ?? []));
  const sirens = Object.values(turn.settings.sirens ?? {}).flatMap((one) => one ?? []);
  const laid = turn.live.plan?.orderAudio?.audio ?? [];
  const begun = turn.kept.ledger.paused.flatMap(({ occurrence }) => occurrence.items);
  return [
    ...parts.map(({ sha256, bytes }): Need => ({ sha256, bytes, what: 'part' })),
    ...sirens.map(({ sha256, bytes }): Need => ({ sha256, bytes, what: 'item' })),
    ...[...audio, ...ready, ...laid].map(({ sha256, bytes }): Need => ({ sha256, bytes, what: 'item' })),
    ...[...begun, ...(turn.live.pending?.items ?? []), ...(turn.live.agenda?.items ?? [])]
      .flatMap(filesOf)
      .map(({ sha256, bytes }): Need => ({ sha256, bytes, what: 'item' })),
  ];
}

function filmsToCome(turn: Turn): Need[] {
  return (turn.live.plan?.orderAudio?.films ?? []).map(({ sha256, bytes }) => ({ sha256, bytes, what: 'item' }));
}

/** What is needed and not here; worked out again only when one of its sources is another. */
export function missing(turn: Turn): readonly Need[] {
  const { cache, agenda, lacking } = turn.live;
  const sources = [
    cache.has,
    agenda,
    turn.kept.want,
    turn.kept.orders.active,
    turn.kept.ledger.paused,
    turn.live.plan,
    turn.live.local.orders,
    turn.live.pending,
  ];
  if (lacking && sources.every((source, at) => source === lacking.sources[at])) return lacking.needs;
  const needs = needed(turn).filter(({ sha256 }) => !cache.has.has(sha256));
  turn.be({ lacking: { sources, needs } });
  return needs;
}

/** Start fetches up to the limit, each after its back-off; evict what nobody needs while the budget is exceeded. */
export function closeMedia(turn: Turn): void {
  const { cache, linkUp, fetches } = turn.live;
  if (!cache.known) return;
  const lacking = missing(turn);
  let room = makeRoom(turn, lacking[0]);
  if (!linkUp) return;
  const films = new Set(filmsToCome(turn).map(({ sha256 }) => sha256));
  // What is vital and not here has its room; a film in it would be thrown away and fetched for ever.
  let owed = lacking.reduce((sum, { sha256, bytes }) => sum + (films.has(sha256) ? 0 : bytes), 0);
  let running = Object.values(fetches).filter((fetch) => fetch.running).length;
  const begun = new Set<string>();
  for (const need of lacking) {
    // A line is left free for what cannot wait until a film is here.
    const film = films.has(need.sha256);
    if (running >= fetchesAtOnceMax - (film ? 1 : 0)) return;
    if (begun.has(need.sha256) || need.bytes > room - (film ? owed : 0) || !mayTry(turn, need.sha256)) continue;
    const attempt = turn.attempt();
    begin(turn, need.sha256, attempt);
    turn.act({ do: 'fetch', attempt, ...need });
    begun.add(need.sha256);
    room -= need.bytes;
    if (!film) owed -= need.bytes;
    running++;
  }
}

/** Bytes that may still be fetched, after evicting for `wanted` what is in nobody's need, and films to come for what is vital. */
function makeRoom(turn: Turn, wanted: Need | undefined): number {
  const { cache } = turn.live;
  const wanting = wanted !== undefined;
  const wantedBytes = wanted?.bytes ?? 0;
  const unchanged = cache === turn.before.live.cache && turn.live.plan === turn.before.live.plan;
  if (!wanting && unchanged) return 0;
  let used = 0;
  for (const bytes of cache.has.values()) used += bytes;
  let free = cache.freeBytes - freeBytesMin;
  const budget = turn.settings.cacheBytes;
  const tight = () => used + wantedBytes > budget || (wanting && free < wantedBytes);
  // Without an agenda nobody can say what will be needed.
  if (tight() && turn.live.agenda) {
    const first = new Set(vital(turn).map(({ sha256 }) => sha256));
    const films = filmsToCome(turn).flatMap(({ sha256 }) => (first.has(sha256) ? [] : sha256));
    const unneeded = [...cache.has.keys()].filter((sha256) => !first.has(sha256) && !films.includes(sha256));
    const yields = wanted && first.has(wanted.sha256) && wantedBytes <= budget ? films.toReversed() : [];
    const has = new Map(cache.has);
    for (const sha256 of [...unneeded, ...yields]) {
      if (!tight()) break;
      const bytes = cache.has.get(sha256);
      if (bytes === undefined) continue;
      has.delete(sha256);
      used -= bytes;
      free += bytes;
      turn.act({ do: 'evict', sha256 });
    }
    if (has.size < cache.has.size) turn.be({ cache: { ...cache, has, freeBytes: free + freeBytesMin } });
  }
  return Math.min(budget - used, free);
}

export function fetchEnded(turn: Turn, event: Event & { is: 'fetchEnded' }) {
  const fetch = turn.live.fetches[event.sha256];
  if (!fetch?.running || fetch.attempt !== event.attempt) return;
  if (event.problem) return failTry(turn, event.sha256);
  clearTries(turn, event.sha256);
  const bytes = needed(turn).find(({ sha256 }) => sha256 === event.sha256)?.bytes ?? 0;
  const { cache } = turn.live;
  turn.be({ cache: { ...cache, has: new Map(cache.has).set(event.sha256, bytes), freeBytes: Math.max(0, cache.freeBytes - bytes) } });
}

/** The truth about the cache. A fetch that ended a moment ago may not be in it yet, so fetches keep their own word. */
export function cacheSeen(turn: Turn, event: Event & { is: 'cacheSeen' }): void {
  const { has, freeBytes } = turn.live.cache;
  const same = turn.live.cache.known && event.has.length === has.size && event.has.every((one) => has.get(one.sha256) === one.bytes);
  if (same && freeBytes === event.freeBytes) return;
  const truth = same ? has : new Map(event.has.map((one) => [one.sha256, one.bytes]));
  turn.be({ cache: { known: true, has: truth, freeBytes: event.freeBytes } });
}

// ── tries: fetches, loads and questions share one book of attempts ──

/** True when nothing runs under this name and its back-off has passed; arms the wake otherwise. */
export function mayTry(turn: Turn, name: string): boolean {
  const tried = turn.live.fetches[name];
  if (!tried) return true;
  if (tried.running) return false;
  turn.wakeAtMono(tried.retryAtMonoMs);
  return tried.retryAtMonoMs <= turn.now.monoMs;
}

function begin(turn: Turn, name: string, attempt: number): void {
  const tries = turn.live.fetches[name]?.tries ?? 0;
  turn.be({ fetches: { ...turn.live.fetches, [name]: { attempt, tries, retryAtMonoMs: 0, running: true } } });
}

export function failTry(turn: Turn, name: string): void {
  const tries = (turn.live.fetches[name]?.tries ?? 0) + 1;
  const retryAtMonoMs = turn.now.monoMs + backoffMs(`${turn.live.boot}/${name}`, tries);
  const attempt = turn.live.fetches[name]?.attempt ?? 0;
  turn.be({ fetches: { ...turn.live.fetches, [name]: { attempt, tries, retryAtMonoMs, running: false } } });
}

export function clearTries(turn: Turn, name: string): void {
  if (!turn.live.fetches[name]) return;
  const { [name]: _gone, ...fetches } = turn.live.fetches;
  turn.be({ fetches });
}

/** The network is back: what failed for the lack of it is tried at once. */
export function forgetWaits(turn: Turn): void {
  const running = Object.entries(turn.live.fetches).filter(([, fetch]) => fetch.running);
  turn.be({ fetches: Object.fromEntries(running) });
}
