// Opens and closes live sessions: a key of their own, announced again and again while open, written down, recorded.

import { generateSigningKey, randomId, sha256 } from '../../hardware/host/crypto.ts';
import { FineWall } from '../../hardware/host/fine-wall.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { toBase64 } from '../../schemas/envelope.ts';
import { type LiveSession, liveRepeatMs, opusFrameMs } from '../../schemas/live.ts';
import { hoursRule } from '../../schemas/policy.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Level } from '../../schemas/programme.ts';
import { sounds } from '../../schemas/settings.ts';
import { buildTopic } from '../../schemas/topics.ts';
import type { Blobs } from '../blobs.ts';
import { policiesAt } from '../core/compile-want.ts';
import type { Publish } from '../dispatch.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
import type { Ingested } from '../media/ingest.ts';
import type { SigningDesk } from '../provision/signing-desk.ts';
import type { Registry } from '../registry.ts';
import type { Act, Box, Store, StoredLive } from '../store/store.ts';
import { chimeFrames } from './chime.ts';
import { LiveRoom } from './live-room.ts';
import { keepAsSpoken, type Recorded, Recording } from './recording.ts';

export const sessionsMax = 4;
/** Boxes need so long to fetch the stream and warm their amplifiers before the chime. */
const chimeAfterMs = 1_500;
const minuteMs = 60_000;
const restartsLookedAt = 50;

export interface LiveDeskOptions {
  readonly store: Pick<Store, 'live' | 'content' | 'calendar'>;
  readonly registry: Registry;
  readonly desk: SigningDesk;
  readonly blobs: Blobs;
  readonly feed: Feed;
  readonly publish: Publish;
  readonly journal: Journal;
  readonly level: Level;
  readonly groups: () => readonly string[];
  /** Absent where this machine cannot measure and encode. */
  readonly ingest: ((path: string, words: { readonly title: string; readonly language: string }) => Promise<Result<Ingested>>) | undefined;
  readonly nowMs: () => number;
}

export interface LiveWanted extends Pick<LiveSession, 'source' | 'title' | 'delayMs' | 'gainDb'> {
  readonly groups: readonly string[];
  readonly chime: boolean;
  readonly maxMs: number;
  readonly by: string;
}

export class LiveDesk {
  readonly #options: LiveDeskOptions;
  readonly #fineNowMs: () => number;
  readonly #rooms = new Map<string, { readonly room: LiveRoom; readonly live: StoredLive; readonly timer: NodeJS.Timeout }>();
  readonly #keeping = new Set<Promise<void>>();
  #opening = 0;

  constructor(options: LiveDeskOptions) {
    this.#options = options;
    const monoMs = () => performance.now();
    const wall = new FineWall(options.nowMs, monoMs);
    this.#fineNowMs = () => monoMs() + wall.differenceMs();
  }

  /** Sessions that a restart cut off are closed: their keys are gone. */
  async start(): Promise<void> {
    const cut = (await this.#options.store.live.sessions(restartsLookedAt)).filter(({ closedMs }) => closedMs === null);
    for (const live of cut) await this.#sayClosed(live, live.by, 'restart');
  }

  async stop(): Promise<void> {
    for (const id of [...this.#rooms.keys()]) await this.close(id, 'centre', 'shutdown');
    await Promise.all(this.#keeping);
  }

  room(id: string): LiveRoom | undefined {
    return this.#rooms.get(id)?.room;
  }

  live(id: string): StoredLive | undefined {
    return this.#rooms.get(id)?.live;
  }

  /** Wall time with fractions, as sessions are stamped. */
  nowMs(): number {
    return this.#fineNowMs();
  }

  /** Problems: not-found (group), too-many-requests, policy-breach. */
  async open(wanted: LiveWanted): Promise<Result<StoredLive>> {
    const { store, registry, groups: known, level, feed } = this.#options;
    const stranger = wanted.groups.find((group) => !known().includes(group));
    if (stranger !== undefined) return bad('not-found', `no group ${stranger}`, '/groups');
    if (this.#rooms.size + this.#opening >= sessionsMax) return bad('too-many-requests', `${sessionsMax} sessions are open already`);
    this.#opening += 1;
    try {
      const openMs = Math.floor(this.#fineNowMs());
      const hearing = registry.all().filter((box) => box.groups.some((group) => wanted.groups.includes(group)));
      const untilMs = await this.#allowedUntil(hearing.filter(hears), openMs, openMs + Math.floor(wanted.maxMs));
      if (!untilMs.ok) return untilMs;
      const key = generateSigningKey();
      const { source, title, delayMs, gainDb, by } = wanted;
      const groups = [...new Set(wanted.groups)].sort();
      const id = randomId('live');
      const session: LiveSession = {
        ...{ session: id, state: 'open', source, level, title, publicKey: toBase64(key.publicKey) },
        ...{ delayMs, openMs, untilMs: untilMs.value, gainDb },
      };
      const boxes = hearing.map(({ id: dev }) => dev);
      const talkFromMs = wanted.chime ? openMs + chimeAfterMs + chimeFrames.length * opusFrameMs : openMs;
      const open = { closedMs: null, closedWhy: null, recording: null, recordingNote: null };
      const live: StoredLive = { session, groups, boxes, by, talkFromMs, ...open };
      await store.live.addLive(live, this.#act(by, 'live.open', id, session));
      this.#openRoom(live, key.privateKeyPem);
      await this.#announce(live, session);
      feed.tell('live', id);
      return ok(live);
    } finally {
      this.#opening -= 1;
    }
  }

  /** Problem: not-found (no open session of that id). */
  async close(id: string, by: string, why: string): Promise<Result<StoredLive>> {
    const found = this.#rooms.get(id);
    if (!found) return bad('not-found', 'no open session of that id');
    this.#rooms.delete(id);
    clearInterval(found.timer);
    const { dropped, late } = found.room.losses;
    this.#options.journal.info({ event: 'live-closed', session: id, why, listeners: found.room.listeners, dropped, late });
    const recorded = found.room.end();
    await this.#sayClosed(found.live, by, why);
    const kept = recorded.then((one) => this.#keep(found.live, one)).catch((err: unknown) => this.#warn('live-not-recorded', err));
    this.#keeping.add(kept);
    void kept.then(() => this.#keeping.delete(kept));
    return ok((await this.#options.store.live.session(id)) ?? found.live);
  }

  #openRoom(live: StoredLive, privateKeyPem: string): void {
    const { session, talkFromMs } = live;
    const { blobs, feed } = this.#options;
    const id = session.session;
    const chimed = talkFromMs > session.openMs;
    const room = new LiveRoom({
      ...{ session, privateKeyPem, talkFromMs, nowMs: this.#fineNowMs },
      chime: chimed ? chimeFrames : [],
      chimeMs: session.openMs + chimeAfterMs,
      recording: new Recording(blobs.temporary('.opus')),
      onOver: () => void this.close(id, live.by, 'time-over').catch((err: unknown) => this.#warn('live-not-closed', err)),
      onTalk: () => feed.tell('live', id),
    });
    const again = () => void this.#announce(live, session).catch((err: unknown) => this.#warn('live-not-announced', err));
    this.#rooms.set(id, { room, live, timer: setInterval(again, liveRepeatMs) });
    room.start();
  }

  /** The last instant up to which the policy of every box lets it sound; boxes enforce theirs anyway. Problem: policy-breach. */
  async #allowedUntil(boxes: readonly { readonly area: string }[], openMs: number, wantedMs: number): Promise<Result<number>> {
    const { content, calendar } = this.#options.store;
    const policy = await content.policy();
    if (!policy) return ok(wantedMs);
    let untilMs = wantedMs;
    for (const { area, policy: own } of policiesAt(boxes, { policy, areaPolicies: await calendar.areaPolicies() })) {
      const where = area === '' ? '' : ` in ${area}`;
      const rule = hoursRule(own, openMs, openMs + 1);
      if (rule) return bad('policy-breach', `${rule}${where}`, '/groups');
      while (untilMs > openMs + minuteMs && hoursRule(own, openMs, untilMs)) untilMs -= minuteMs;
      if (hoursRule(own, openMs, untilMs)) return bad('policy-breach', `less than a minute is left${where}`, '/groups');
    }
    return ok(untilMs);
  }

  /** Signed anew each time: counters go on, and an old announcement is worth nothing soon. */
  async #announce({ groups }: StoredLive, session: LiveSession): Promise<void> {
    const { desk, publish, nowMs } = this.#options;
    const expMs = session.state === 'open' ? nowMs() + 6 * liveRepeatMs : nowMs() + 10 * minuteMs;
    const signed = await desk.sign(groups.map((group) => ({ typ: 'live', aud: `g/${group}`, body: session, expMs })));
    const topics = groups.map((id) => buildTopic({ of: 'group', id, word: 'cmd' }));
    await Promise.all(signed.map(({ envelope }, i) => publish(topics[i] ?? '', JSON.stringify(envelope), { qos: 1, retain: false })));
  }

  async #sayClosed(live: StoredLive, by: string, why: string): Promise<void> {
    const { store, feed } = this.#options;
    const closed: LiveSession = { ...live.session, state: 'closed' };
    const id = live.session.session;
    await this.#announce(live, closed);
    await store.live.closeLive(id, why, this.#act(by, 'live.close', id, { why }));
    feed.tell('live', id);
  }

  async #keep({ session: { session: id, title }, by }: StoredLive, recorded: Result<Recorded>): Promise<void> {
    const { store, ingest, blobs, feed, nowMs } = this.#options;
    const made: Result<Ingested> = !recorded.ok
      ? recorded
      : ingest
        ? await ingest(recorded.value.path, { title, language: 'vi' })
        : ok(await keepAsSpoken(blobs, recorded.value, title));
    if (made.ok) {
      const { item, peaks } = made.value;
      const medium = { item, source: `live ${id}`, author: by, createdMs: nowMs(), peaks };
      await store.content.addMedia(medium, this.#act(by, 'media.add', item.sha256, item));
      await store.live.keepRecording(id, item.sha256, null);
    } else await store.live.keepRecording(id, null, `${made.problem.code}: ${made.problem.detail}`.slice(0, 300));
    feed.tell('live', id);
  }

  #act(actor: string, act: string, subject: string, content: unknown): Act {
    return { atMs: this.#options.nowMs(), actor, act, subject, sha256: sha256(Buffer.from(canonicalJson(content))) };
  }

  #warn(event: string, err: unknown): void {
    this.#options.journal.warn({ event, err });
  }
}

/** A board in the group hears nothing and its hours hold nobody up. */
function hears({ settings }: Box): boolean {
  return settings.outputs.some(({ kind }) => sounds(kind));
}
