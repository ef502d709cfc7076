// Releases of the boxes' programs: taken in when their signature holds, rolled out by stages, stopped by what boxes say.
import { cryptography, randomId, sha256 } from '../../hardware/host/crypto.ts';
import { centreRing } from '../../schemas/centre-ring.ts';
import type { Envelope } from '../../schemas/envelope.ts';
import { within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { openRelease, type ReleaseOffer } from '../../schemas/release.ts';
import type { Rollout, RolloutAnswer, RolloutDetail, RolloutRequest, StoredRelease } from '../../schemas/release-api.ts';
import type { Blobs } from '../blobs.ts';
import type { CentreCard } from '../centre.ts';
import { countStages, decideRollout, offers, progressOf } from '../core/rollout.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
import type { Trust } from '../provision/signing-keys.ts';
import type { Registry } from '../registry.ts';
import { Rounds } from '../rounds.ts';
import type { ReleaseStore } from '../store/release-store.ts';
import type { Act } from '../store/store.ts';

const lookEveryMs = 30_000;
const offersMax = 20_000;
const stagesMax = 6;

export interface RolloutDeskOptions {
  readonly store: ReleaseStore;
  readonly card: Pick<CentreCard, 'id' | 'area'>;
  readonly trust: Trust;
  readonly registry: Registry;
  readonly blobs: Pick<Blobs, 'size'>;
  readonly feed: Feed;
  readonly journal: Journal;
  /** Boxes are told anew. */
  readonly changed: () => Promise<void>;
  readonly nowMs: () => number;
}

/** Somebody's act, as the audit writes it. */
type Acting = (act: string, subject: string, content?: unknown) => Act;

export class RolloutDesk {
  readonly #options: RolloutDeskOptions;
  readonly #rounds: Rounds;

  constructor(options: RolloutDeskOptions) {
    this.#options = options;
    const failed = (err: unknown) => options.journal.warn({ event: 'roll-out-failed', err });
    this.#rounds = new Rounds({ everyMs: lookEveryMs, look: () => this.#look(), failed });
  }

  start(): void {
    this.#rounds.start();
    void this.#rounds.now();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** A box has said something of a release. */
  told(): void {
    void this.#rounds.now();
  }

  /** Look at all that runs, now. */
  look(): Promise<void> {
    return this.#rounds.now();
  }

  /** Take a signed manifest whose parts are here. Problems: those of the signature, not-found (a part), conflict. */
  async add(manifest: Envelope, by: string, acting: Acting): Promise<Result<StoredRelease>> {
    const { card, trust, blobs, store, nowMs } = this.#options;
    const ring = centreRing(trust, card.id, cryptography);
    if (!ring.ok) return ring;
    const opened = openRelease(manifest, ring.value, cryptography);
    if (!opened.ok) return opened;
    const { body: release, iss: issuer } = opened.value.statement;
    for (const [at, { sha256, bytes }] of release.parts.entries())
      if ((await blobs.size(sha256)) !== bytes) return bad('not-found', `part ${sha256} of ${bytes} bytes is not here`, `/parts/${at}`);
    const stored: StoredRelease = { release, manifest, issuer, addedMs: nowMs(), addedBy: by };
    const added = await store.addRelease(stored, acting('release.add', release.version, { sha256: opened.value.digest }));
    if (!added.ok) return added;
    this.#options.feed.tell('release', release.version);
    return ok(stored);
  }

  /** Begin with the first stage at once. Problems: not-found, outside-area, conflict (another one has not ended). */
  async begin(wish: RolloutRequest, by: string, acting: Acting): Promise<Result<RolloutDetail>> {
    const { card, store, nowMs } = this.#options;
    const stored = (await store.releases()).find(({ release }) => release.version === wish.version);
    if (!stored) return bad('not-found', `no release ${wish.version}`, '/version');
    const area = wish.area ?? card.area;
    if (!within(area, card.area)) return bad('outside-area', `${area} is not within ${card.area}`, '/area');
    const { counter } = stored.release;
    const { stages, abortPercent, silentMs, soakMs } = wish;
    const now = nowMs();
    const rollout: Rollout = {
      ...{ id: randomId('ro'), version: wish.version, counter, area, stages, abortPercent, silentMs, soakMs },
      ...{ state: 'running', stage: 0, stageSinceMs: now, beganMs: now, beganBy: by, endedMs: null },
    };
    const begun = await store.beginRollout(rollout, acting('release.begin', rollout.id, wish));
    if (!begun.ok) return begun;
    await this.#rounds.now();
    return this.detail(rollout.id);
  }

  /** Problems: not-found, conflict (it has ended, or rests or runs already). */
  async turn(id: string, how: 'pause' | 'resume' | 'stop', acting: Acting): Promise<Result<RolloutDetail>> {
    const { store, nowMs, feed } = this.#options;
    const rollout = await store.rollout(id);
    if (!rollout) return bad('not-found', `no roll-out ${id}`);
    const from = how === 'pause' ? ['running'] : how === 'resume' ? ['paused'] : ['running', 'paused', 'done'];
    if (!from.includes(rollout.state)) return bad('conflict', `it is ${rollout.state}`);
    const state = how === 'pause' ? 'paused' : how === 'resume' ? 'running' : 'stopped';
    const ended = how === 'stop' ? { endedMs: nowMs() } : {};
    await store.saveRollout({ ...rollout, state, ...ended }, [], acting(`release.${how}`, id));
    if (how === 'stop') await this.#options.changed();
    feed.tell('release', rollout.version);
    if (how === 'resume') await this.#rounds.now();
    return this.detail(id);
  }

  async rollouts(): Promise<RolloutAnswer[]> {
    const all = await this.#options.store.rollouts();
    return Promise.all(all.map(async (rollout) => (await this.#facts(rollout)).answer));
  }

  async detail(id: string): Promise<Result<RolloutDetail>> {
    const rollout = await this.#options.store.rollout(id);
    if (!rollout) return bad('not-found', `no roll-out ${id}`);
    const { answer, boxes } = await this.#facts(rollout);
    return ok({ ...answer, boxes });
  }

  async #facts(rollout: Rollout) {
    const { store, nowMs } = this.#options;
    const candidates = this.#candidates(rollout);
    const [offered, told] = await Promise.all([store.offered(rollout.id), store.updates(rollout.counter)]);
    const facts = { rollout, candidates, offered, told, nowMs: nowMs() };
    const boxes = progressOf(facts);
    const answer: RolloutAnswer = { ...rollout, candidates: candidates.length, counts: countStages(rollout, boxes) };
    return { facts, boxes, answer };
  }

  /** Enrolled boxes of the area, in an order of this roll-out's own: never the same ones first. */
  #candidates({ id, area }: Rollout): string[] {
    const boxes = this.#options.registry.all().filter((box) => box.enrolledMs !== null && within(box.area, area));
    const place = new Map(boxes.map(({ id: dev }) => [dev, sha256(Buffer.from(`${id} ${dev}`))]));
    return [...place].sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([dev]) => dev);
  }

  /** A stage that needs no further box is passed at once. */
  async #look(): Promise<void> {
    for (const { id } of (await this.#options.store.rollouts()).filter(({ state }) => state === 'running'))
      for (let stages = 0; stages <= stagesMax && (await this.#step(id)); stages++);
  }

  /** True when the roll-out went on. */
  async #step(id: string): Promise<boolean> {
    const { store, nowMs, feed, changed } = this.#options;
    const rollout = await store.rollout(id);
    if (!rollout) return false;
    const step = decideRollout((await this.#facts(rollout)).facts);
    if (step.rollout === rollout && step.offer.length === 0) return false;
    const now = nowMs();
    const offered = step.offer.map((dev) => ({ dev, stage: step.rollout.stage, offeredMs: now }));
    const said = step.rollout.state === 'running' ? 'stage' : step.rollout.state;
    const content = { stage: step.rollout.stage, boxes: step.offer };
    await store.saveRollout(step.rollout, offered, {
      ...{ atMs: now, actor: 'roll-out', act: `release.${said}`, subject: id },
      sha256: sha256(Buffer.from(JSON.stringify(content))),
    });
    await changed();
    feed.tell('release', rollout.version);
    return true;
  }
}

/** What each box is offered now: of several the newest. */
export async function releaseOffers(store: ReleaseStore): Promise<ReadonlyMap<string, ReleaseOffer>> {
  const open = (await store.rollouts()).filter(offers);
  if (open.length === 0) return new Map();
  const manifests = new Map((await store.releases()).map(({ release, manifest }) => [release.version, manifest]));
  const found = new Map<string, ReleaseOffer>();
  for (const rollout of [...open].sort((a, b) => a.counter - b.counter)) {
    const manifest = manifests.get(rollout.version);
    if (!manifest) continue;
    for (const { dev } of (await store.offered(rollout.id)).slice(0, offersMax)) found.set(dev, { manifest });
  }
  return found;
}
