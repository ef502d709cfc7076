// What centres below have told of a thing, by unit: the word, and how fresh it is.
import type * as v from 'valibot';
import type { Freshness, UpHandling, UpReading } from '../../schemas/federation.ts';
import { federationLimits } from '../../schemas/federation.ts';
import type { AreaPath } from '../../schemas/ids.ts';
import { parseJson } from '../../schemas/parse.ts';
import { freshnessOf, worse } from '../core/federation.ts';
import { upSubjectOf } from '../core/federation-up.ts';
import type { Store } from '../store/store.ts';

export interface FarOptions {
  readonly store: Pick<Store, 'federation'>;
  readonly areaOf: (unit: string) => AreaPath | undefined;
  /** The centre below that answers for a place. */
  readonly answerer: (area: AreaPath) => string | undefined;
  readonly nowMs: () => number;
}

export interface Far<T> {
  readonly centre: string;
  readonly fresh: Freshness;
  readonly asOfMs: number | null;
  /** Undefined: nothing was told yet. */
  readonly word: T | undefined;
}

export async function readFar<T extends UpHandling | UpReading>(
  { store, areaOf, answerer, nowMs }: FarOptions,
  kind: T['is'],
  shape: v.GenericSchema<unknown, T>,
  subjects: readonly string[],
): Promise<(subject: string, unit: string) => Far<T> | undefined> {
  const lines = new Map((await store.federation.lines()).map((line) => [line.peer, line]));
  if (lines.size === 0 || subjects.length === 0) return () => undefined;
  const rows = await store.federation.told(kind, subjects, federationLimits.things);
  const words = new Map(
    rows.flatMap(({ peer, body }) => {
      const read = parseJson(shape, body);
      return read.ok ? [[`${peer} ${upSubjectOf(read.value)} ${read.value.unit}`, read.value] as const] : [];
    }),
  );
  return (subject, unit) => {
    const area = areaOf(unit);
    const centre = area === undefined ? undefined : answerer(area);
    if (centre === undefined) return undefined;
    const line = lines.get(centre);
    const word = words.get(`${centre} ${subject} ${unit}`);
    const fresh = freshnessOf(line, nowMs());
    const beyond = word?.beyond;
    return { centre, word, fresh: beyond ? worse(fresh, beyond.fresh) : fresh, asOfMs: beyond?.asOfMs ?? line?.asOfMs ?? null };
  };
}
