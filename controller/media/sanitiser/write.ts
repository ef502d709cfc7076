// Writes a document that was read into a tree as a bulletin: the allowed elements, attributes and styles, in their one spelling.
import {
  type Declaration,
  mapDeclarations,
  type Rule,
  readDeclarations,
  readStyleSheet,
  writeDeclarations,
  writeStyleSheet,
} from '../../../schemas/bulletin-css.ts';
import { picturesIn } from '../../../schemas/bulletin-css-value.ts';
import { readPicture } from '../../../schemas/bulletin-images.ts';
import {
  attributeRule,
  bulletinLimits,
  contentElements,
  doctype,
  drawingElements,
  escapeText,
  escapeValue,
  voidElements,
} from '../../../schemas/bulletin-markup.ts';
import { countMotion, isTooFast, type Motion, noMotion } from '../../../schemas/bulletin-motion.ts';
import type { Removals } from '../../../schemas/bulletin-removals.ts';
import type { TreeElement, TreeNode } from './tree.ts';

export interface Written {
  readonly html: string;
  readonly rules: readonly Rule[];
  readonly inline: readonly Declaration[];
  /** The words of the page. */
  readonly words: string;
  readonly tooDeep: boolean;
}

const content = new Set(contentElements);
const drawing = new Set(drawingElements);
const voids = new Set(voidElements);
const svg = 'http://www.w3.org/2000/svg';
/** Control characters have no picture; half a letter is none. */
const unwritable = /(?![\n\t])\p{Cc}|[\ufffe\uffff]|\p{Cs}/gu;

interface Writing {
  readonly motion: Motion;
  readonly inline: Declaration[];
  readonly removals: Removals;
  words: string;
  tooDeep: boolean;
}

export function writeDocument(root: TreeElement, removals: Removals): Written {
  const styles = [...root.querySelectorAll('style')].filter(({ namespaceURI }) => namespaceURI !== svg);
  const sheet = readStyleSheet(styles.map(({ textContent }) => textContent).join('\n'), (reason, what) =>
    removals.add(reason, what, 'style'),
  );
  const motion = noMotion();
  countMotion(motion, sheet);
  for (const element of root.querySelectorAll('[style]'))
    countMotion(
      motion,
      [],
      readDeclarations(element.getAttribute('style') ?? '', () => undefined),
    );
  const writing: Writing = { motion, inline: [], removals, words: '', tooDeep: false };
  const rules = mapDeclarations(sheet, (declaration) => stays(declaration, writing, 'style'));
  const body = root.querySelector('body');
  const html = [
    doctype,
    `<html${attributesOf(root, 'html', writing) || ' lang="vi"'}><head><meta charset="utf-8" />`,
    `<title>${escapeText(
      clean(root.querySelector('head > title')?.textContent ?? '')
        .trim()
        .slice(0, 200),
    )}</title>`,
    rules.length > 0 ? `<style>${writeStyleSheet(rules)}</style>` : '',
    `</head><body${body ? attributesOf(body, 'body', writing) : ''}>`,
    body ? inside(body, writing, false, 2) : '',
    '</body></html>',
  ].join('');
  const { inline, words, tooDeep } = writing;
  return { html, rules, inline, words, tooDeep };
}

function inside(parent: TreeNode, writing: Writing, drawn: boolean, depth: number): string {
  if (depth > bulletinLimits.depth) {
    writing.tooDeep = true;
    return '';
  }
  let out = '';
  for (let node = parent.firstChild; node; node = node.nextSibling) {
    if (node.nodeType === 3) out += textOf(node, parent, writing, drawn);
    else if (node.nodeType === 1) out += elementOf(node as TreeElement, writing, drawn, depth);
  }
  return out;
}

function textOf(node: TreeNode, parent: TreeNode, writing: Writing, drawn: boolean): string {
  const text = clean(node.nodeValue ?? '');
  const name = parent.nodeName.toLowerCase();
  // Words in a drawing stand in `text`; elsewhere there they are only the space between shapes.
  if (drawn && name !== 'text' && name !== 'tspan') return '';
  writing.words += `${text} `;
  return escapeText(text);
}

function elementOf(element: TreeElement, writing: Writing, drawn: boolean, depth: number): string {
  const name = element.localName;
  const isDrawing = element.namespaceURI === svg;
  const allowed = isDrawing ? drawing.has(name) && (drawn || name === 'svg') : content.has(name) && !drawn;
  if (!allowed) {
    if (name !== 'style' && name !== 'title' && name !== 'meta') writing.removals.add('element', name);
    return '';
  }
  const attributes = attributesOf(element, name, writing);
  if (name === 'img' && !/ src="/.test(attributes)) {
    writing.removals.add('picture', 'img');
    return '';
  }
  if (!isDrawing && voids.has(name)) return `<${name}${attributes} />`;
  return `<${name}${attributes}>${inside(element, writing, isDrawing, depth + 1)}</${name}>`;
}

function attributesOf(element: TreeElement, name: string, writing: Writing): string {
  let out = '';
  for (const attribute of element.attributes) {
    const key = attribute.name.toLowerCase();
    const value = key === 'style' ? styleOf(attribute.value, writing, name) : valueText(key, attribute.value);
    if (key === 'style' && value === '') continue;
    const rule = attributeRule(name, key);
    const fits = rule !== undefined && (rule.test(value) || (key === 'alt' && value === ''));
    const shown = fits && (name !== 'img' || key !== 'src' || isPicture(value));
    if (shown) out += ` ${key}="${escapeValue(value)}"`;
    // An address of a picture goes with its element, which is told.
    else if (value !== '' && key !== 'src') writing.removals.add('attribute', key, name);
  }
  return out;
}

function valueText(key: string, value: string): string {
  const text = clean(value);
  return key === 'class' || key === 'points' || key === 'd' ? text.replace(/\s+/g, ' ').trim() : text;
}

function styleOf(text: string, writing: Writing, name: string): string {
  const declarations = readDeclarations(clean(text), (reason, what) => writing.removals.add(reason, what, name));
  const kept = declarations.filter((declaration) => stays(declaration, writing, name));
  writing.inline.push(...kept);
  return writeDeclarations(kept);
}

function stays(declaration: Declaration, writing: Writing, on: string): boolean {
  if (isTooFast(declaration, writing.motion)) {
    writing.removals.add('css-flash', `${declaration.property}:${declaration.value}`, on);
    return false;
  }
  const still = picturesIn(declaration.value).every(isPicture);
  if (!still) writing.removals.add('picture', declaration.property, on);
  return still;
}

function isPicture(address: string): boolean {
  return readPicture(address).ok;
}

function clean(text: string): string {
  return text.replace(unwritable, '');
}
