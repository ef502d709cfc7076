// From a whole CAP message to what a centre needs of it: its words cut to size, and the places of the source's map that it names.
import type { AlertSource } from '../../schemas/alerts.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import type { AreaPath } from '../../schemas/ids.ts';
import type { CapAlert, CapArea, CapInfo, CapName } from '../emergency/cap/alert.ts';
import type { HeardAlert } from '../emergency/gateway/heard.ts';

export interface HeardBy {
  readonly places: AlertSource['places'];
  readonly riskParameter?: string | undefined;
  /** Places it covers, where the rules could tell. */
  readonly covers: readonly AreaPath[] | undefined;
  readonly nowMs: number;
}

const severities = ['Unknown', 'Minor', 'Moderate', 'Severe', 'Extreme'] as const;
/** Steering marks that could show a text other than it is (bidirectional overrides, zero-width signs, controls but line ends). */
const steering = /[\p{Cf}\p{Cs}]|[^\P{Cc}\n]/gu;

export function heardOf(alert: CapAlert, by: HeardBy): HeardAlert {
  const living = alert.infos.filter(({ expiresMs }) => expiresMs === undefined || expiresMs > by.nowMs);
  const infos = living.length > 0 ? living : alert.infos;
  const main = infos.find(({ language }) => /^vi\b/i.test(language)) ?? infos[0];
  const areas = infos.flatMap((info) => info.areas);
  const risk = riskOf(infos, by.riskParameter);
  return {
    ...nameOf(alert),
    status: alert.status,
    msgType: alert.msgType,
    references: alert.references.slice(0, 1_000).map(nameOf),
    events: unique(infos.map(({ event }) => text(event, 200))).slice(0, 32),
    eventCodes: uniquePairs(infos.flatMap(({ eventCodes }) => eventCodes)).slice(0, 64),
    severity: worst(infos),
    urgency: main?.urgency ?? 'Unknown',
    certainty: main?.certainty ?? 'Unknown',
    ...(risk === undefined ? {} : { riskLevel: risk }),
    ...expiryOf(infos),
    texts: infos.slice(0, 16).map(textsOf),
    areas: unique(areas.map(({ description }) => text(description, 400))).slice(0, 64),
    places: [...(by.covers ?? named(areas, by.places))].slice(0, 256),
    differs: new Set(infos.map(meaning)).size > 1,
  };
}

/** Places whose codes it names: enough for a proposal, never for an order without a person. */
function named(areas: readonly CapArea[], places: AlertSource['places']): AreaPath[] {
  const codes = new Set(areas.flatMap(({ geocodes }) => geocodes.flatMap(({ name, value }) => [`${name}=${value}`, value])));
  return places.filter((place) => place.codes.some((code) => codes.has(code))).map(({ area }) => area);
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
  return { sender: text(sender, 512), identifier: text(identifier, 512), sent: text(sent, 40), sentMs };
}

function text(words: string, max: number): string {
  // Cut first: a text may be a megabyte, and of it a few lines are kept.
  return words
    .slice(0, 2 * max)
    .replace(steering, '')
    .trim()
    .slice(0, max);
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}

function uniquePairs(pairs: readonly { readonly name: string; readonly value: string }[]): { name: string; value: string }[] {
  const known = new Map(pairs.map(({ name, value }) => [codeOf(name, value), { name: text(name, 100), value: text(value, 200) }]));
  return [...known.values()];
}
