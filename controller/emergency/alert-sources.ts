// The sources of alerts as the running centre knows them; a change is told to the inlets. Secrets go in and never come out.
import { sha256 } from '../../hardware/host/crypto.ts';
import type { Strongbox } from '../../hardware/host/strongbox.ts';
import type { AlertSource, AlertSourceAnswer } from '../../schemas/alerts.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { AlertStore, StoredSource } from '../store/alert-store.ts';
import type { Act } from '../store/store.ts';
import { Tries } from '../tries.ts';

const sourcesMax = 64;

export interface AlertSourcesOptions {
  readonly store: AlertStore;
  readonly strongbox: Strongbox;
  readonly area: string;
  readonly nowMs: () => number;
}

export class AlertSources {
  readonly #options: AlertSourcesOptions;
  readonly #known = new Map<string, StoredSource & { readonly tries: Tries }>();
  #onChange: (id: string) => void = () => undefined;

  constructor(options: AlertSourcesOptions) {
    this.#options = options;
  }

  async start(onChange: (id: string) => void): Promise<void> {
    this.#onChange = onChange;
    for (const stored of await this.#options.store.sources()) this.#hold(stored);
  }

  all(): readonly AlertSource[] {
    return [...this.#known.values()].map(({ source }) => source);
  }

  source(id: string): AlertSource | undefined {
    return this.#known.get(id)?.source;
  }

  secret(id: string): string | null {
    const locked = this.#known.get(id)?.secret ?? null;
    return locked === null ? null : this.#options.strongbox.unlock(lockName(id), locked);
  }

  /** One more alert of this source within the minute? */
  allow(id: string): boolean {
    return this.#known.get(id)?.tries.allow(id) === true;
  }

  answers(): readonly AlertSourceAnswer[] {
    return [...this.#known.values()].map(answerOf);
  }

  /** Problems: outside-area, bad-input (a webhook without a secret), too-many-requests. */
  async save(wanted: AlertSource, actor: string): Promise<Result<AlertSourceAnswer>> {
    const { store, area, strongbox, nowMs } = this.#options;
    const stray = wanted.places.findIndex((place) => !within(place.area, area));
    if (stray >= 0) return bad('outside-area', `not in ${area}`, `/places/${stray}/area`);
    const known = this.#known.get(wanted.id);
    if (!known && this.#known.size >= sourcesMax) return bad('too-many-requests', `${sourcesMax} sources are enough`);
    const { secret, source } = apart(wanted);
    const kept = secret === undefined ? (known?.secret ?? null) : strongbox.lock(lockName(source.id), secret);
    if (source.kind === 'webhook' && kept === null) return bad('bad-input', 'a webhook needs a secret of 32 letters or more', '/secret');
    const stored = { source, secret: kept };
    await store.saveSource(
      stored,
      this.#act(actor, 'alert-source.write', source.id, { ...source, secret: secret === undefined ? 'kept' : 'renewed' }, nowMs()),
    );
    this.#hold(stored);
    this.#onChange(source.id);
    return ok(answerOf(stored));
  }

  /** Problem: not-found. */
  async remove(id: string, actor: string): Promise<Result<void>> {
    const { store, nowMs } = this.#options;
    const removed = await store.removeSource(id, this.#act(actor, 'alert-source.remove', id, null, nowMs()));
    if (!removed.ok) return removed;
    this.#known.delete(id);
    this.#onChange(id);
    return ok(undefined);
  }

  #hold(stored: StoredSource): void {
    const { source } = stored;
    this.#known.set(source.id, { ...stored, tries: new Tries(source.perMinute, this.#options.nowMs) });
  }

  #act(actor: string, act: string, subject: string, content: unknown, atMs: number): Act {
    return { atMs, actor, act, subject, sha256: sha256(Buffer.from(canonicalJson(content))) };
  }
}

/** The secret apart from what may be read again. */
function apart(wanted: AlertSource): { readonly source: AlertSource; readonly secret: string | undefined } {
  if (wanted.kind !== 'webhook') return { source: wanted, secret: undefined };
  const { secret, ...source } = wanted;
  return { source, secret };
}

function answerOf({ source, secret }: StoredSource): AlertSourceAnswer {
  return { ...apart(source).source, secretSet: secret !== null };
}

function lockName(id: string): string {
  return `alert-source ${id}`;
}
