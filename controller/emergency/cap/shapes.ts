// The element order of CAP 1.2 (its XML Schema) as tables, and the reading of children by them.
import type { Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

export const capSpace = 'urn:oasis:names:tc:emergency:cap:1.2';
export const signatureSpace = 'http://www.w3.org/2000/09/xmldsig#';

type Times = '1' | '?' | '*' | '+';
type Shape = readonly (readonly [name: string, times: Times])[];

export const alertShape: Shape = [
  ['identifier', '1'],
  ['sender', '1'],
  ['sent', '1'],
  ['status', '1'],
  ['msgType', '1'],
  ['source', '?'],
  ['scope', '1'],
  ['restriction', '?'],
  ['addresses', '?'],
  ['code', '*'],
  ['note', '?'],
  ['references', '?'],
  ['incidents', '?'],
  ['info', '*'],
];

export const infoShape: Shape = [
  ['language', '?'],
  ['category', '+'],
  ['event', '1'],
  ['responseType', '*'],
  ['urgency', '1'],
  ['severity', '1'],
  ['certainty', '1'],
  ['audience', '?'],
  ['eventCode', '*'],
  ['effective', '?'],
  ['onset', '?'],
  ['expires', '?'],
  ['senderName', '?'],
  ['headline', '?'],
  ['description', '?'],
  ['instruction', '?'],
  ['web', '?'],
  ['contact', '?'],
  ['parameter', '*'],
  ['resource', '*'],
  ['area', '*'],
];

export const resourceShape: Shape = [
  ['resourceDesc', '1'],
  ['mimeType', '1'],
  ['size', '?'],
  ['uri', '?'],
  ['derefUri', '?'],
  ['digest', '?'],
];

export const areaShape: Shape = [
  ['areaDesc', '1'],
  ['polygon', '*'],
  ['circle', '*'],
  ['geocode', '*'],
  ['altitude', '?'],
  ['ceiling', '?'],
];

export const pairShape: Shape = [
  ['valueName', '1'],
  ['value', '1'],
];

/** The children of an element by name. */
export interface Parts {
  one(name: string): XmlElement | undefined;
  all(name: string): readonly XmlElement[];
}

/** Children in the order of the shape. Refuses: element-unknown, -order, -repeated, -missing, text-misplaced. */
export function readParts(reading: Reading, element: XmlElement, shape: Shape, path: string): Parts {
  const found = new Map<string, XmlElement[]>();
  let reached = 0;
  for (const child of element.children) {
    const place = child.space === capSpace ? shape.findIndex(([name]) => name === child.name) : -1;
    if (place < 0) {
      reading.refuse('element-unknown', `${path} has no ${child.space === capSpace ? child.name : `{${child.space}}${child.name}`}`);
      break;
    }
    const times = shape[place]?.[1];
    const same = found.get(child.name) ?? [];
    if (same.length > 0 && (times === '1' || times === '?')) reading.refuse('element-repeated', `${path} has more than one ${child.name}`);
    if (place < reached) reading.refuse('element-order', `${child.name} in ${path} stands after ${shape[reached]?.[0]}`);
    reached = Math.max(reached, place);
    if (same.push(child) === 1) found.set(child.name, same);
  }
  for (const [name, times] of shape)
    if ((times === '1' || times === '+') && !found.has(name)) reading.refuse('element-missing', `${path} has no ${name}`);
  if (element.texts.some((text) => /[^ \t\r\n]/.test(text))) reading.refuse('text-misplaced', `text between the elements of ${path}`);
  return { one: (name) => found.get(name)?.[0], all: (name) => found.get(name) ?? [] };
}
