// From a whole CAP message to what a centre needs of it: its words cut to size, and the places of the source's map that it names.
import type { AlertSource } from '../../schemas/alerts.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import type { CapAlert, CapArea, CapInfo, CapName, LatLon } from '../emergency/cap/alert.ts';
import type { HeardAlert } from '../emergency/gateway/heard.ts';

type Places = AlertSource['places'];

export interface HeardBy {
  readonly places: Places;
  readonly riskParameter?: string | undefined;
  /** Does a polygon or circle of this area meet that outline? */
  readonly meets: (area: CapArea, outline: readonly LatLon[]) => boolean;
}

const severities = ['Unknown', 'Minor', 'Moderate', 'Severe', 'Extreme'] as const;
/** Steering marks that could show a text other than it is (bidirectional overrides, zero-width signs, controls but line ends). */
const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g;

export function heardOf(alert: CapAlert, by: HeardBy): HeardAlert {
  const { infos } = alert;
  const main = infos.find(({ language }) => /^vi\b/i.test(language)) ?? infos[0];
  const areas = infos.flatMap((info) => info.areas);
  const placed = place(areas, by);
  const risk = riskOf(infos, by.riskParameter);
  return {
    ...nameOf(alert),
    status: alert.status,
    msgType: alert.msgType,
    references: alert.references.slice(0, 128).map(nameOf),
    events: unique(infos.map(({ event }) => text(event, 200))).slice(0, 32),
    eventCodes: uniquePairs(infos.flatMap(({ eventCodes }) => eventCodes)).slice(0, 64),
    severity: worst(infos),
    urgency: main?.urgency ?? 'Unknown',
    certainty: main?.certainty ?? 'Unknown',
    ...(risk === undefined ? {} : { riskLevel: risk }),
    ...expiryOf(infos),
    texts: infos.slice(0, 16).map(textsOf),
    areas: unique(areas.map(({ description }) => text(description, 400))).slice(0, 64),
    ...placed,
    differs: new Set(infos.map(meaning)).size > 1,
  };
}

/** Which places of ours an alert names, and what of it is not on our map. */
function place(areas: readonly CapArea[], { places, meets }: HeardBy): Pick<HeardAlert, 'places' | 'unplaced'> {
  const codes = new Map(places.flatMap(({ area, geocodes }) => geocodes.map(({ name, value }) => [codeOf(name, value), area] as const)));
  const systems = new Set(places.flatMap(({ geocodes }) => geocodes.map(({ name }) => name)));
  const hit = new Set<string>();
  const missed: string[] = [];
  for (const area of areas) {
    const named = area.geocodes.filter(({ name }) => systems.has(name));
    for (const { name, value } of named) {
      const ours = places.filter(({ geocodes }) => geocodes.some((one) => one.name === name && one.value === value));
      for (const one of ours) hit.add(one.area);
      if (!codes.has(codeOf(name, value))) missed.push(text(`${name}=${value}`, 400));
    }
    const drawn = area.polygons.length + area.circles.length > 0 ? places.filter(({ outline }) => outline && meets(area, outline)) : [];
    for (const one of drawn) hit.add(one.area);
    if (named.length === 0 && drawn.length === 0) missed.push(text(area.description, 400));
  }
  return { places: places.map(({ area }) => area).filter((area) => hit.has(area)), unplaced: unique(missed).slice(0, 64) };
}

function codeOf(name: string, value: string): string {
  return `${name}\n${value}`;
}

/** Info blocks of one message are languages of one thing; whatever else they say must be the same. */
function meaning({ categories, severity, urgency, certainty, expiresMs, eventCodes, areas }: CapInfo): string {
  const shapes = areas.map(({ polygons, circles, geocodes }) => canonicalJson({ polygons, circles, geocodes })).sort();
  const codes = eventCodes.map(({ name, value }) => codeOf(name, value)).sort();
  return canonicalJson({ categories: [...categories].sort(), severity, urgency, certainty, expiresMs, codes, shapes });
}

function worst(infos: readonly CapInfo[]): HeardAlert['severity'] {
  return severities[Math.max(0, ...infos.map(({ severity }) => severities.indexOf(severity)))] ?? 'Unknown';
}

/** The earliest end: what one block no longer says, no block says alone. */
function expiryOf(infos: readonly CapInfo[]): { readonly expiresMs?: number } {
  const ends = infos.flatMap(({ expiresMs }) => expiresMs ?? []);
  return ends.length > 0 ? { expiresMs: Math.min(...ends) } : {};
}

function riskOf(infos: readonly CapInfo[], parameter: string | undefined): number | undefined {
  if (parameter === undefined) return undefined;
  const said = infos.flatMap(({ parameters }) => parameters.filter(({ name }) => name === parameter).map(({ value }) => value.trim()));
  const levels = said.filter((value) => /^[1-5]$/.test(value)).map(Number);
  return levels.length > 0 ? Math.max(...levels) : undefined;
}

function textsOf({ language, event, headline, description, instruction }: CapInfo): HeardAlert['texts'][number] {
  return {
    language: text(language, 40),
    event: text(event, 200),
    headline: text(headline ?? '', 400),
    description: text(description ?? '', 4_000),
    instruction: text(instruction ?? '', 4_000),
  };
}

function nameOf({ sender, identifier, sent, sentMs }: CapName): CapName {
  return { sender: text(sender, 250), identifier: text(identifier, 250), sent: text(sent, 40), sentMs };
}

function text(words: string, max: number): string {
  return words.replace(steering, '').trim().slice(0, max);
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}

function uniquePairs(pairs: readonly { readonly name: string; readonly value: string }[]): { name: string; value: string }[] {
  const known = new Map(pairs.map(({ name, value }) => [codeOf(name, value), { name: text(name, 100), value: text(value, 200) }]));
  return [...known.values()];
}
