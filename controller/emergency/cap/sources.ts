// Who may send CAP messages here and what is asked of them, and the centre's own places: settings, read once.
import * as v from 'valibot';
import { AreaPath, Id } from '../../../schemas/ids.ts';
import type { LatLon } from './alert.ts';
import { isName } from './forms.ts';

const Sender = v.pipe(v.string(), v.check(isName, 'must be a CAP sender: no space, comma, < or &'));
const Certificate = v.pipe(v.string(), v.maxLength(16_384), v.includes('-----BEGIN CERTIFICATE-----', 'must be a certificate in PEM'));
const Point = v.custom<LatLon>(isPoint, 'must be [lat, lon] in degrees');

function isPoint(input: unknown): boolean {
  if (!Array.isArray(input) || input.length !== 2) return false;
  return input.every((degrees, i) => typeof degrees === 'number' && Math.abs(degrees) <= (i === 0 ? 90 : 180));
}

/** One authority, or several that are trusted alike. */
export const CapSource = v.strictObject({
  id: Id,
  /** The exact senders it speaks for; absent: any (only for a look, as `cap check` does). */
  senders: v.optional(v.pipe(v.array(Sender), v.minLength(1), v.maxLength(200))),
  /** Senders whose messages it may update and cancel besides its own. */
  superiorTo: v.optional(v.pipe(v.array(Sender), v.maxLength(1_000))),
  /** Its exercises are meant for this centre; otherwise a person decides. */
  exercises: v.optional(v.boolean()),
  /** `required`: nothing without a valid signature. `optional` (the default): what is signed by a sender with pins must be right. */
  signature: v.optional(v.picklist(['required', 'optional'])),
  /** Certificates by sender; never any out of a message. */
  signers: v.optional(
    v.pipe(
      v.array(v.strictObject({ sender: Sender, certificates: v.pipe(v.array(Certificate), v.minLength(1), v.maxLength(4)) })),
      v.maxLength(200),
    ),
  ),
});
export type CapSource = v.InferOutput<typeof CapSource>;

/** A place of the centre. */
export const CapPlace = v.strictObject({
  area: AreaPath,
  /** Geocodes that mean it: `valueName=value`, or the value alone where it cannot be mistaken. */
  codes: v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(200))), v.maxLength(50)),
  /** Where its people are, roughly. */
  centre: v.optional(Point),
  /** Its border, closed: first point again at the end. */
  outline: v.optional(v.pipe(v.array(Point), v.minLength(4), v.maxLength(5_000))),
});
export type CapPlace = v.InferOutput<typeof CapPlace>;

export const CapPlaces = v.strictObject({
  places: v.pipe(v.array(CapPlace), v.maxLength(10_000)),
  /** Code systems (`valueName`) that the centre does not use: passed over where polygons or other codes tell the area. */
  otherSystems: v.optional(v.pipe(v.array(v.string()), v.maxLength(100))),
  /** Codes known to be places elsewhere, written as in `codes`: they cover nothing here. */
  elsewhere: v.optional(v.pipe(v.array(v.string()), v.maxLength(50_000))),
});
export type CapPlaces = v.InferOutput<typeof CapPlaces>;

/** The file behind `cap check --sources`. */
export const CapSettings = v.strictObject({
  sources: v.pipe(v.array(CapSource), v.minLength(1), v.maxLength(200)),
  area: v.optional(CapPlaces),
});
export type CapSettings = v.InferOutput<typeof CapSettings>;

/** The source that names this sender, else one that names none. */
export function sourceOf(sources: readonly CapSource[], sender: string): CapSource | undefined {
  return sources.find(({ senders }) => senders?.includes(sender)) ?? sources.find(({ senders }) => senders === undefined);
}

export function pinsOf(source: CapSource, sender: string): readonly string[] {
  return source.signers?.filter((signer) => signer.sender === sender).flatMap(({ certificates }) => certificates) ?? [];
}

/** The same authority, or one that the settings name as superior. */
export function mayEnd(source: CapSource, by: string, of: string): boolean {
  return by === of || (source.superiorTo?.includes(of) ?? false);
}
