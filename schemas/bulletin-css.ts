// The styles of a bulletin: read strictly, written in one spelling. What was read and written again to the byte holds nothing else.

import { readValue } from './bulletin-css-value.ts';
import { bulletinLimits } from './bulletin-markup.ts';
import type { RemovalReason } from './bulletin-removals.ts';

export interface Declaration {
  readonly property: string;
  readonly value: string;
}

export type Rule =
  | { readonly kind: 'style'; readonly selector: string; readonly declarations: readonly Declaration[] }
  | { readonly kind: 'frame'; readonly selector: string; readonly declarations: readonly Declaration[] }
  | { readonly kind: 'keyframes'; readonly head: string; readonly rules: readonly Rule[] }
  | { readonly kind: 'media'; readonly head: string; readonly rules: readonly Rule[] };

export type Drop = (reason: RemovalReason, what: string) => void;

const selectorPattern = /^[\p{L}\p{N}_\-.#*:>+~,()[\]= ]{1,500}$/u;
const headPattern = /^@(?:media|supports) [a-zA-Z0-9_\-.:()>=, /]{1,300}$/;
const keyframesPattern = /^@keyframes [a-zA-Z_][\w-]{0,40}$/;
const framePattern = /^(?:from|to|\d{1,3}(?:\.\d{1,3})?%)(?:,(?:from|to|\d{1,3}(?:\.\d{1,3})?%)){0,20}$/;

/** Rules in the order they stand; what is not allowed is told and left out. */
export function readStyleSheet(text: string, drop: Drop): Rule[] {
  if (text.length > bulletinLimits.cssCharacters) {
    drop('css-rule', `${text.length} characters`);
    return [];
  }
  const reader = { text: withoutComments(text), at: 0, left: bulletinLimits.cssRules };
  return readRules(reader, 'top', drop);
}

export function writeStyleSheet(rules: readonly Rule[]): string {
  return rules.map(writeRule).join('');
}

function writeRule(rule: Rule): string {
  if (rule.kind === 'style' || rule.kind === 'frame') return `${rule.selector}{${writeDeclarations(rule.declarations)}}\n`;
  return `${rule.head}{\n${writeStyleSheet(rule.rules)}}\n`;
}

/** A `style` attribute's text, or the inside of a rule. */
export function readDeclarations(text: string, drop: Drop): Declaration[] {
  const declarations: Declaration[] = [];
  for (const part of split(withoutComments(text), ';')) {
    const said = part.trim();
    if (said === '') continue;
    const colon = said.indexOf(':');
    const property = said.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const value = readValue(property, said.slice(colon + 1));
    if (colon > 0 && value.ok) declarations.push({ property, value: value.text });
    else drop(value.ok ? 'css-property' : value.reason, (property || said).slice(0, 80));
  }
  return declarations;
}

export function writeDeclarations(declarations: readonly Declaration[]): string {
  return declarations.map(({ property, value }) => `${property}:${value}`).join(';');
}

/** Keep or change each declaration, everywhere. */
export function mapDeclarations(rules: readonly Rule[], keep: (declaration: Declaration) => boolean): Rule[] {
  return rules.map((rule) =>
    rule.kind === 'style' || rule.kind === 'frame'
      ? { ...rule, declarations: rule.declarations.filter(keep) }
      : { ...rule, rules: mapDeclarations(rule.rules, keep) },
  );
}

interface Reader {
  readonly text: string;
  at: number;
  left: number;
}

type Place = 'top' | 'media' | 'keyframes';

function readRules(reader: Reader, place: Place, drop: Drop): Rule[] {
  const rules: Rule[] = [];
  while (reader.at < reader.text.length) {
    const head = readUntil(reader, '{;}');
    const stop = reader.text[reader.at] ?? '';
    reader.at += 1;
    const said = folded(head);
    if (stop === '}' && place !== 'top') return rules;
    if (stop !== '{') {
      if (said !== '') drop('css-rule', said);
      continue;
    }
    const rule = readBlock(reader, said, place, drop);
    if (rule && reader.left-- > 0) rules.push(rule);
    else drop('css-rule', said);
  }
  return rules;
}

function readBlock(reader: Reader, said: string, place: Place, drop: Drop): Rule | undefined {
  const head = said.replace(/^@[a-z]+/i, (word) => word.toLowerCase());
  if (place === 'top' && keyframesPattern.test(head)) return { kind: 'keyframes', head, rules: readRules(reader, 'keyframes', drop) };
  if (place === 'top' && headPattern.test(head)) return { kind: 'media', head, rules: readRules(reader, 'media', drop) };
  const inside = readInside(reader);
  const selector = tightened(said);
  const fits = place === 'keyframes' ? framePattern.test(selector) : selectorPattern.test(selector) && balanced(selector);
  if (said.startsWith('@') || !fits || inside === undefined) return undefined;
  const declarations = readDeclarations(inside, drop);
  if (place !== 'keyframes') return { kind: 'style', selector, declarations };
  return { kind: 'frame', selector, declarations: declarations.filter((declaration) => !restarts(declaration, drop)) };
}

/** What comes and goes begins its movement anew each time: nobody could count that. */
function restarts({ property }: Declaration, drop: Drop): boolean {
  if (property === 'display') drop('css-flash', property);
  return property === 'display';
}

/** To the closing brace. Blocks within blocks are none of ours: undefined, with all of it passed over. */
function readInside(reader: Reader): string | undefined {
  const from = reader.at;
  let depth = 1;
  let nested = false;
  while (reader.at < reader.text.length && depth > 0) {
    readUntil(reader, '{}');
    depth += reader.text[reader.at] === '{' ? 1 : -1;
    nested ||= depth > 1;
    reader.at += 1;
  }
  return nested ? undefined : reader.text.slice(from, reader.at - 1);
}

/** Up to one of `stops` outside of strings and brackets; the place stays on it. */
function readUntil(reader: Reader, stops: string): string {
  const from = reader.at;
  let open = 0;
  for (; reader.at < reader.text.length; reader.at++) {
    const letter = reader.text[reader.at] ?? '';
    if (letter === '"' || letter === "'") reader.at = stringEnd(reader.text, reader.at);
    else if (letter === '(') open += 1;
    else if (letter === ')') open = Math.max(0, open - 1);
    else if (stops.includes(letter) && (open === 0 || letter === '{' || letter === '}')) break;
  }
  return reader.text.slice(from, reader.at);
}

function split(text: string, at: string): string[] {
  const reader = { text, at: 0, left: 0 };
  const parts: string[] = [];
  while (reader.at < text.length) {
    parts.push(readUntil(reader, at));
    // A stray brace ends nothing here.
    if ('{}'.includes(text[reader.at] ?? '')) parts.push('');
    reader.at += 1;
  }
  return parts;
}

/** Index of the closing quote; a line end closes a string too, as in CSS. */
function stringEnd(text: string, from: number): number {
  const quote = text[from];
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote || text[at] === '\n') return at;
  }
  return text.length;
}

function withoutComments(text: string): string {
  let out = '';
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? '';
    if (letter === '/' && text[at + 1] === '*') {
      const end = text.indexOf('*/', at + 2);
      out += ' ';
      at = end < 0 ? text.length : end + 1;
    } else if (letter === '"' || letter === "'") {
      const end = stringEnd(text, at);
      out += text.slice(at, end + 1);
      at = end;
    } else out += letter;
  }
  return out;
}

function folded(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function tightened(selector: string): string {
  return selector.replace(/ ?([,>+~]) ?/g, '$1');
}

function balanced(text: string): boolean {
  const open: string[] = [];
  for (const letter of text) {
    if (letter === '(' || letter === '[') open.push(letter === '(' ? ')' : ']');
    else if ((letter === ')' || letter === ']') && open.pop() !== letter) return false;
  }
  return open.length === 0;
}
