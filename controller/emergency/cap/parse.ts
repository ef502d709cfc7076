// From the text that passed the gate to a CAP alert, or the first reason why it is none. Every rule that needs no clock and no history.
import { type CapAlert, type CapNote, type CapRead, capMessageTypes, capScopes, capStatuses } from './alert.ts';
import { readInfo } from './block.ts';
import { field } from './field.ts';
import { isName, readBase64, readDate, readReferences } from './forms.ts';
import { Reading } from './reading.ts';
import { alertShape, capSpace, readParts, signatureSpace } from './shapes.ts';
import { readTree, type XmlElement } from './tree.ts';
import { type CapCode, refused } from './verdict-codes.ts';

export interface CapMessage {
  readonly alert: CapAlert;
  readonly notes: readonly CapNote[];
  /** The signatures at the end of the alert, unverified. */
  readonly signatures: readonly XmlElement[];
}

const olderSpaces: Readonly<Record<string, CapCode>> = {
  'urn:oasis:names:tc:emergency:cap:1.1': 'cap-1-1',
  'http://www.incident.com/cap/1.0': 'cap-1-0',
  'urn:oasis:names:tc:emergency:cap:1.0': 'cap-1-0',
};
const attributeSpaces = [
  'http://www.w3.org/2000/xmlns/',
  'http://www.w3.org/XML/1998/namespace',
  'http://www.w3.org/2001/XMLSchema-instance',
];

/** Read a text from `gate`. Prefixes are free, the order of the schema is not; the only foreign element is a signature at the end. */
export function parse(text: string): CapRead<CapMessage> {
  const tree = readTree(text);
  if (!tree.ok) return tree;
  const { root, instructions } = tree.value;
  if (root.space !== capSpace || root.name !== 'alert') {
    const older = Object.hasOwn(olderSpaces, root.space) ? olderSpaces[root.space] : undefined;
    return refused(older ?? 'not-cap', `the root is {${root.space}}${root.name}`);
  }
  const reading = new Reading();
  const children = [...root.children];
  const signatures: XmlElement[] = [];
  while (children.at(-1)?.space === signatureSpace && children.at(-1)?.name === 'Signature')
    signatures.unshift(children.pop() as XmlElement);
  const bare = { ...root, children };
  checkAttributes(reading, bare);
  for (const signature of signatures) checkSignatureValues(reading, signature);
  const alert = readAlert(reading, bare);
  if (instructions > 0) reading.note('instruction-ignored', 'processing instructions outside the alert are not followed');
  return reading.fault ? { ok: false, verdict: reading.fault } : { ok: true, value: { alert, notes: reading.notes, signatures } };
}

function readAlert(reading: Reading, root: XmlElement): CapAlert {
  const parts = readParts(reading, root, alertShape, 'alert');
  const text = (name: string) => reading.text(parts.one(name), name);
  const name = (field: 'identifier' | 'sender') => {
    const element = parts.one(field);
    const written = element ? reading.raw(element, field) : '';
    if (element && !isName(written)) reading.refuse('name-form', `${field} "${written}"`);
    return written;
  };
  const [identifier, sender] = [name('identifier'), name('sender')];
  const sent = parts.one('sent') ? reading.word(parts.one('sent') as XmlElement, 'sent') : '';
  const sentMs = readDate(sent);
  if (parts.one('sent') && sentMs === undefined) reading.refuse('date-form', `sent "${sent}"`);
  const scope = reading.choice(parts.one('scope'), capScopes, 'scope-unknown', 'scope');
  const [restriction, addresses] = [text('restriction'), text('addresses')];
  if (scope === 'Restricted' && restriction === undefined) reading.refuse('restriction-missing', 'scope Restricted, no restriction');
  if (scope === 'Private' && addresses === undefined) reading.refuse('addresses-missing', 'scope Private, no addresses');
  return {
    identifier,
    sender,
    sent,
    sentMs: sentMs ?? 0,
    status: reading.choice(parts.one('status'), capStatuses, 'status-unknown', 'status'),
    msgType: reading.choice(parts.one('msgType'), capMessageTypes, 'msg-type-unknown', 'msgType'),
    scope,
    ...field('source', text('source')),
    ...field('restriction', restriction),
    ...field('addresses', addresses),
    codes: parts.all('code').flatMap((code) => reading.text(code, 'code') ?? []),
    ...field('note', text('note')),
    references: readNames(reading, parts.one('references')),
    ...field('incidents', text('incidents')),
    infos: parts.all('info').map((info, i) => readInfo(reading, info, `info ${i + 1}`)),
  };
}

function readNames(reading: Reading, element: XmlElement | undefined): CapAlert['references'] {
  if (!element) return [];
  const names = readReferences(reading.raw(element, 'references'));
  if (names === 'too-many') reading.refuse('references-too-many', 'more than 1,000 references');
  else if (names === undefined) reading.refuse('references-form', 'references are no sender,identifier,sent');
  else if (names.length === 0) reading.note('empty-ignored', 'references are empty');
  return typeof names === 'object' ? names : [];
}

function checkAttributes(reading: Reading, element: XmlElement): void {
  const stranger = element.attributes.find(({ space }) => !attributeSpaces.includes(space));
  if (stranger) reading.refuse('attribute-unknown', `${element.name} has an attribute ${stranger.name}`);
  for (const child of element.children) checkAttributes(reading, child);
}

/** Two spellings of one signature would be two messages to whoever compares bytes. */
function checkSignatureValues(reading: Reading, element: XmlElement): void {
  if (element.space === signatureSpace && (element.name === 'SignatureValue' || element.name === 'DigestValue')) {
    if (!readBase64(element.texts.join(''))) reading.refuse('base64-form', `${element.name} is not canonical base64`);
  }
  for (const child of element.children) checkSignatureValues(reading, child);
}
