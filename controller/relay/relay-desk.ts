// Streams of upper stations that this centre relays: kept in the tables, each run by itself.
import { randomId, sha256 } from '../../hardware/host/crypto.ts';
import type { RelayAnswer, RelayRequest } from '../../schemas/api.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { relayWindow, scheduleOf } from '../core/relay-window.ts';
import type { Feed } from '../feed.ts';
import type { LiveDesk } from '../live/live-desk.ts';
import type { Act, LiveStore, StoredRelay } from '../store/store.ts';
import { Pull } from './pull.ts';
import { RelayRun } from './relay-run.ts';

export const relaysMax = 8;

export interface RelayDeskOptions {
  readonly store: LiveStore;
  readonly live: LiveDesk;
  readonly feed: Feed;
  /** Absent where ffmpeg is missing or only decodes. */
  readonly ffmpeg: string | undefined;
  readonly demo: boolean;
  readonly groups: () => readonly string[];
  readonly nowMs: () => number;
}

export class RelayDesk {
  readonly #options: RelayDeskOptions;
  readonly #runs = new Map<string, RelayRun>();

  constructor(options: RelayDeskOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    for (const relay of await this.#options.store.relays()) this.#run(relay);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#runs.values()].map((run) => run.stop()));
  }

  list(): RelayAnswer[] {
    return [...this.#runs.values()].map((run) => run.answer);
  }

  /** Problems: tool-missing, not-found (group), schedule-invalid, zone-unknown, over-budget. */
  async add(wanted: RelayRequest, by: string): Promise<Result<RelayAnswer>> {
    const { store, ffmpeg, groups, nowMs } = this.#options;
    if (ffmpeg === undefined) return bad('tool-missing', 'a relay needs ffmpeg at the centre');
    if (this.#runs.size >= relaysMax) return bad('over-budget', `${relaysMax} relays are kept already`);
    const stranger = wanted.groups.find((group) => !groups().includes(group));
    if (stranger !== undefined) return bad('not-found', `no group ${stranger}`, '/groups');
    const window = relayWindow(scheduleOf(wanted), wanted.durationMs, nowMs());
    if (!window.ok) return window;
    const relay: StoredRelay = { ...wanted, id: randomId('relay'), by, createdMs: nowMs() };
    await store.addRelay(relay, this.#act(by, 'relay.add', relay.id, wanted));
    return ok(this.#run(relay).answer);
  }

  /** Problem: not-found. */
  async remove(id: string, by: string): Promise<Result<void>> {
    const removed = await this.#options.store.removeRelay(id, this.#act(by, 'relay.remove', id, null));
    if (!removed.ok) return removed;
    await this.#runs.get(id)?.stop();
    this.#runs.delete(id);
    this.#options.feed.tell('live', id);
    return ok(undefined);
  }

  #run(relay: StoredRelay): RelayRun {
    const { live, feed, ffmpeg = 'ffmpeg', demo } = this.#options;
    const run = new RelayRun({
      relay,
      live,
      pull: (options) => new Pull({ ...options, ffmpeg, demo }),
      onChange: () => feed.tell('live', relay.id),
    });
    this.#runs.set(relay.id, run);
    run.start();
    return run;
  }

  #act(actor: string, act: string, subject: string, content: unknown): Act {
    return { atMs: this.#options.nowMs(), actor, act, subject, sha256: sha256(Buffer.from(canonicalJson(content))) };
  }
}
