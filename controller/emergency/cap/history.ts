// What a gateway remembers of messages: plain data, bounded, keyed by their names and never by bytes or signatures.
import * as v from 'valibot';
import { sha256 } from '../../../hardware/host/crypto.ts';
import { canonicalJson } from '../../../schemas/canonical.ts';
import { Sha256 } from '../../../schemas/ids.ts';
import { type CapAlert, type CapName, capStatuses, type LatLon } from './alert.ts';

export const historyEntriesMax = 4_096;
const dayMs = 86_400_000;
/** Nothing is forgotten sooner: a replay of what just expired is still known. */
const keepMinMs = dayMs;
/** An early Cancel waits so long for its Alert. */
export const tombstoneMs = 31 * dayMs;
const keepMaxMs = 62 * dayMs;

const Name = { sender: v.string(), identifier: v.string(), sentMs: v.number() };

export const CapEntry = v.strictObject({
  ...Name,
  status: v.picklist(capStatuses),
  /** SHA-256 of what it says; null while only others have spoken of it. */
  digest: v.nullable(Sha256),
  /** Came with a valid signature. */
  signed: v.boolean(),
  ended: v.nullable(v.strictObject({ how: v.picklist(['cancelled', 'superseded']), by: v.strictObject(Name) })),
  keepUntilMs: v.number(),
});
export type CapEntry = v.InferOutput<typeof CapEntry>;

export const CapHistory = v.strictObject({ entries: v.pipe(v.array(CapEntry), v.maxLength(historyEntriesMax)) });
export type CapHistory = v.InferOutput<typeof CapHistory>;

export const emptyHistory: CapHistory = { entries: [] };

/** A message's name without its spelling. */
export type CapKey = Pick<CapName, 'sender' | 'identifier' | 'sentMs'>;

/** The triple as a key: the same instant written with another offset is the same message. No part holds a comma. */
export function keyOf({ sender, identifier, sentMs }: CapKey): string {
  return `${sender},${identifier},${sentMs}`;
}

/** SHA-256 of the alert's canonical form: layout, prefixes, markup and offsets of XML make no other message. */
export function digestOf({ sent: _, references, infos, ...alert }: CapAlert): string {
  const plain = infos.map((info) => ({
    ...info,
    areas: info.areas.map((area) => ({ ...area, polygons: area.polygons.map((points) => hashOf(points)) })),
  }));
  return sha256(Buffer.from(canonicalJson({ ...alert, references: references.map(keyOf), infos: plain })));
}

/** Polygons are most of a large message: their numbers are hashed as they lie in memory. */
function hashOf(points: readonly LatLon[]): string {
  const numbers = new Float64Array(2 * points.length);
  for (const [i, [lat, lon]] of points.entries()) {
    numbers[2 * i] = lat;
    numbers[2 * i + 1] = lon;
  }
  return sha256(new Uint8Array(numbers.buffer));
}

/** History by key, to be changed by one judgement and put back as plain data. */
export class Memory {
  readonly #entries: Map<string, CapEntry>;
  readonly #nowMs: number;

  constructor({ entries }: CapHistory, nowMs: number) {
    this.#nowMs = nowMs;
    this.#entries = new Map(entries.filter(({ keepUntilMs }) => keepUntilMs > nowMs).map((entry) => [keyOf(entry), entry]));
  }

  find(name: CapKey): CapEntry | undefined {
    return this.#entries.get(keyOf(name));
  }

  /** The message itself is known from now on, at least until it expires. */
  keep(alert: CapAlert, digest: string, signed: boolean, expiresMs: number): void {
    const known = this.find(alert);
    const until = Math.min(Math.max(expiresMs, this.#nowMs + keepMinMs), this.#nowMs + keepMaxMs);
    this.#put({
      ...nameOf(alert),
      status: alert.status,
      digest,
      signed,
      ended: known?.ended ?? null,
      keepUntilMs: Math.max(until, known?.keepUntilMs ?? 0),
    });
  }

  /** Ends what it references of senders it may speak about. Answers the names of messages known here that no longer stand. */
  end(alert: CapAlert, mayEnd: (sender: string) => boolean): CapKey[] {
    const how = alert.msgType === 'Cancel' ? 'cancelled' : 'superseded';
    const names = alert.references.filter(({ sender }) => mayEnd(sender));
    const known = names.flatMap((name) => this.find(name) ?? []).filter(({ digest }) => digest !== null);
    const stands = known.some((entry) => entry.ended === null);
    for (const name of names) this.#end(name, alert, how);
    const heirs = how === 'cancelled' && !stands ? known.flatMap((entry) => this.#heirOf(entry, alert)) : [];
    for (const heir of heirs) this.#end(heir, alert, how);
    return [...known, ...heirs].map(nameOf);
  }

  #end(name: CapKey, by: CapAlert, how: 'cancelled' | 'superseded'): void {
    const known = this.find(name);
    // A Cancel is the last word; an Update does not undo it.
    if (known?.ended && (how === 'superseded' || known.ended.how === 'cancelled')) return;
    const keepUntilMs = Math.max(known?.keepUntilMs ?? 0, this.#nowMs + tombstoneMs);
    const blank = { ...nameOf(name), status: by.status, digest: null, signed: false };
    this.#put({ ...(known ?? blank), ended: { how, by: nameOf(by) }, keepUntilMs });
  }

  /**
   * A sender who cancels the first message of a chain means the chain, as it stood then. Only where nothing that is referenced stands
   * any more: a sender who names the last one may have split the alert, and the other half goes on.
   */
  #heirOf(entry: CapEntry, cancel: CapAlert): CapEntry[] {
    for (let at: CapEntry | undefined = entry, hops = 0; at && hops < historyEntriesMax; hops++) {
      if (at.ended?.how !== 'superseded') {
        const same = at.sender === entry.sender && at.status === cancel.status && at.sentMs <= cancel.sentMs;
        return at.ended === null && at.digest !== null && same ? [at] : [];
      }
      at = this.find(at.ended.by);
    }
    return [];
  }

  history(): CapHistory {
    this.#forget();
    return { entries: [...this.#entries.values()] };
  }

  #put(entry: CapEntry): void {
    this.#entries.set(keyOf(entry), entry);
  }

  /** Over the limit, the sender with the most entries loses those first that would be forgotten first. */
  #forget(): void {
    const bySender = new Map<string, CapEntry[]>();
    if (this.#entries.size <= historyEntriesMax) return;
    for (const entry of this.#entries.values()) {
      const list = bySender.get(entry.sender) ?? [];
      if (list.push(entry) === 1) bySender.set(entry.sender, list);
    }
    for (const list of bySender.values()) list.sort((a, b) => b.keepUntilMs - a.keepUntilMs);
    while (this.#entries.size > historyEntriesMax) {
      let loudest: CapEntry[] = [];
      for (const list of bySender.values()) if (list.length > loudest.length) loudest = list;
      const first = loudest.pop();
      if (first) this.#entries.delete(keyOf(first));
    }
  }
}

function nameOf({ sender, identifier, sentMs }: CapKey): CapKey {
  return { sender, identifier, sentMs };
}
