// A CAP alert as XML text, in the order of the schema. Reading it back gives the same alert; bytes of resources are not kept, so not written.
import type { CapAlert, CapArea, CapInfo, CapPair, CapResource } from './alert.ts';
import { vietnamOffsetMinutes } from './export.ts';
import { writeDate } from './forms.ts';
import { capSpace } from './shapes.ts';

type Lines = readonly (string | readonly string[])[];

/** What XML has no character for is left out; a carriage return would be read as a line break. */
function escapeText(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

function element(name: string, text: string | number | undefined): string[] {
  return text === undefined ? [] : [`<${name}>${escapeText(String(text))}</${name}>`];
}

/** Without an exponent, which CAP does not read. */
function decimal(number: number): string {
  const text = String(number);
  return text.includes('e') ? number.toFixed(15) : text;
}

function block(name: string, inside: Lines): string[] {
  return [`<${name}>`, ...inside.flat().map((line) => `  ${line}`), `</${name}>`];
}

export function writeAlert(alert: CapAlert): string {
  const triples = alert.references.map(({ sender, identifier, sent }) => `${sender},${identifier},${sent}`);
  const lines: Lines = [
    element('identifier', alert.identifier),
    element('sender', alert.sender),
    element('sent', alert.sent),
    element('status', alert.status),
    element('msgType', alert.msgType),
    element('source', alert.source),
    element('scope', alert.scope),
    element('restriction', alert.restriction),
    element('addresses', alert.addresses),
    alert.codes.flatMap((code) => element('code', code)),
    element('note', alert.note),
    triples.length > 0 ? element('references', triples.join(' ')) : [],
    element('incidents', alert.incidents),
    alert.infos.flatMap(infoLines),
  ];
  const body = lines.flat().map((line) => `  ${line}`);
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<alert xmlns="${capSpace}">`, ...body, '</alert>', ''].join('\n');
}

function date(name: string, atMs: number | undefined): string[] {
  return atMs === undefined ? [] : element(name, writeDate(atMs, vietnamOffsetMinutes));
}

function pairs(name: string, list: readonly CapPair[]): string[] {
  return list.flatMap((pair) => block(name, [element('valueName', pair.name), element('value', pair.value)]));
}

function infoLines(info: CapInfo): string[] {
  return block('info', [
    element('language', info.language),
    info.categories.flatMap((category) => element('category', category)),
    element('event', info.event),
    info.responses.flatMap((response) => element('responseType', response)),
    element('urgency', info.urgency),
    element('severity', info.severity),
    element('certainty', info.certainty),
    element('audience', info.audience),
    pairs('eventCode', info.eventCodes),
    date('effective', info.effectiveMs),
    date('onset', info.onsetMs),
    date('expires', info.expiresMs),
    element('senderName', info.senderName),
    element('headline', info.headline),
    element('description', info.description),
    element('instruction', info.instruction),
    element('web', info.web),
    element('contact', info.contact),
    pairs('parameter', info.parameters),
    info.resources.flatMap(resourceLines),
    info.areas.flatMap(areaLines),
  ]);
}

function resourceLines({ description, mimeType, sizeBytes, uri, digest }: CapResource): string[] {
  return block('resource', [
    element('resourceDesc', description),
    element('mimeType', mimeType),
    element('size', sizeBytes),
    element('uri', uri),
    element('digest', digest),
  ]);
}

function areaLines({ description, polygons, circles, geocodes, altitudeFt, ceilingFt }: CapArea): string[] {
  return block('area', [
    element('areaDesc', description),
    polygons.flatMap((points) => element('polygon', points.map(([lat, lon]) => `${decimal(lat)},${decimal(lon)}`).join(' '))),
    circles.flatMap(({ centre: [lat, lon], radiusKm }) => element('circle', `${decimal(lat)},${decimal(lon)} ${decimal(radiusKm)}`)),
    pairs('geocode', geocodes),
    element('altitude', altitudeFt),
    element('ceiling', ceilingFt),
  ]);
}
