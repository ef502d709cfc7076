// Entries of an Atom (RFC 4287) or RSS 2.0 feed: whole CAP messages cut out of it, or the addresses of some.
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { bad, ok, type Result } from '../../../schemas/problems.ts';
import type { FeedEntry, FeedRead } from './heard.ts';

const capSpace = 'urn:oasis:names:tc:emergency:cap:1.2';
const entriesMax = 200;
const depthMax = 48;
const stepCharacters = 8 * 1024;
const wordsMax = 500;

interface Reading {
  id: string;
  updated: string;
  url: string | undefined;
  cap: string | undefined;
}

interface Open {
  readonly local: string;
  readonly spaces: Readonly<Record<string, string>>;
  words: string;
}

/** Where the reader stands. */
interface Cursor {
  readonly text: string;
  readonly open: Open[];
  readonly entries: FeedEntry[];
  entry: Reading | undefined;
  cap: { readonly depth: number; readonly fromAt: number; readonly head: string } | undefined;
  tagAt: number;
}

/** Of a text that has passed the gate. Problem: bad-input. */
export function readFeed(text: string): Result<FeedRead> {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const at: Cursor = { text, open: [], entries: [], entry: undefined, cap: undefined, tagAt: 0 };
  const faults: string[] = [];
  parser.on('error', (error) => faults.push(error.message));
  parser.on('doctype', () => faults.push('a document type declaration'));
  parser.on('opentagstart', () => {
    at.tagAt = text.lastIndexOf('<', parser.position - 1);
  });
  parser.on('text', (words) => take(at, words));
  parser.on('cdata', (words) => take(at, words));
  parser.on('opentag', (tag) => {
    opened(at, tag);
    if (at.open.length > depthMax) faults.push(`nested more than ${depthMax} deep`);
  });
  parser.on('closetag', () => closed(at, parser.position));
  for (let from = 0; from < text.length && faults.length === 0; from += stepCharacters)
    parser.write(text.slice(from, from + stepCharacters));
  if (faults.length === 0) parser.close();
  return faults.length === 0 ? ok({ entries: at.entries }) : bad('bad-input', `not a feed: ${faults[0]}`);
}

function take({ open }: Cursor, words: string): void {
  const inner = open.at(-1);
  if (inner && inner.words.length < wordsMax) inner.words += words;
}

function opened(at: Cursor, tag: SaxesTagNS): void {
  const spaces = { ...at.open.at(-1)?.spaces, ...tag.ns };
  at.open.push({ local: tag.local, spaces, words: '' });
  if (at.cap) return;
  if (isEntry(tag)) at.entry = { id: '', updated: '', url: undefined, cap: undefined };
  else if (at.entry && tag.local === 'alert' && tag.uri === capSpace)
    at.cap = { depth: at.open.length, fromAt: at.tagAt, head: declarations(spaces, tag.ns) };
  else if (at.entry && tag.local === 'link') at.entry.url ??= linkOf(tag);
}

function closed(at: Cursor, position: number): void {
  const element = at.open.pop();
  if (!at.entry || !element) return;
  if (at.cap) {
    if (at.open.length >= at.cap.depth) return;
    const whole = at.text.slice(at.cap.fromAt, position);
    const named = /^<[^\s/>]+/.exec(whole)?.[0] ?? '<';
    at.entry.cap ??= named + at.cap.head + whole.slice(named.length);
    at.cap = undefined;
  } else if (isEntry(element)) {
    if (at.entries.length < entriesMax) at.entries.push(entryOf(at.entry));
    at.entry = undefined;
  } else note(at.entry, element);
}

function isEntry({ local }: { readonly local: string }): boolean {
  return local === 'entry' || local === 'item';
}

function note(entry: Reading, { local, words }: Open): void {
  const said = words.trim();
  if (said === '') return;
  if (local === 'id' || local === 'guid') entry.id ||= said;
  else if (local === 'updated' || local === 'pubDate') entry.updated ||= said;
  else if (local === 'link') entry.url ??= said;
}

/** Atom: the link to the message itself; the first counts. */
function linkOf(tag: SaxesTagNS): string | undefined {
  const value = (name: string) => tag.attributes[name]?.value;
  const rel = value('rel') ?? 'alternate';
  if (rel !== 'alternate' && rel !== 'enclosure') return undefined;
  return value('href');
}

function entryOf({ id, updated, url, cap }: Reading): FeedEntry {
  const words = (one: string) => one.slice(0, wordsMax);
  return {
    id: words(id || url || ''),
    updated: updated.slice(0, 60),
    ...(url !== undefined && url.length <= wordsMax ? { url } : {}),
    ...(cap === undefined ? {} : { cap }),
  };
}

/** Prefixes that the message inherits from the feed around it, to stand on its own. */
function declarations(spaces: Readonly<Record<string, string>>, own: Readonly<Record<string, string>> | undefined): string {
  const inherited = Object.entries(spaces).filter(([prefix]) => !(own && prefix in own) && prefix !== 'xml' && prefix !== 'xmlns');
  return inherited.map(([prefix, uri]) => ` xmlns${prefix === '' ? '' : `:${prefix}`}="${uri.replace(/[&<"]/g, reference)}"`).join('');
}

function reference(sign: string): string {
  return `&#${sign.charCodeAt(0)};`;
}
