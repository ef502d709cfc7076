// XML text as a small tree of names and texts, by saxes. Comments and instructions are dropped; nothing outside the text is ever read.
import { SaxesParser } from 'saxes';
import type { CapRead } from './alert.ts';
import { capDepthMax, capElementsMax } from './gate.ts';
import { refused } from './verdict-codes.ts';

export interface XmlElement {
  /** Without prefix. */
  readonly name: string;
  /** Namespace URI, '' for none. */
  readonly space: string;
  readonly attributes: readonly { readonly name: string; readonly space: string; readonly value: string }[];
  readonly children: XmlElement[];
  /** All character data directly inside, one piece a run. */
  readonly texts: string[];
}

/** Small steps, so that a fault ends the work soon after it is found. */
const stepCharacters = 2 * 1024;

export interface XmlTree {
  readonly root: XmlElement;
  /** Processing instructions outside the root, which are not followed. */
  readonly instructions: number;
}

/** The tree of a text that has passed the gate; depth and number are counted again, for two readers may see two things. */
export function readTree(text: string): CapRead<XmlTree> {
  const parser = new SaxesParser({ xmlns: true });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let [elements, instructions] = [0, 0];
  let fault: CapRead<never> | undefined;
  const stop = (refusal: CapRead<never>) => {
    fault ??= refusal;
  };
  const take = (piece: string) => open.at(-1)?.texts.push(piece);
  parser.on('error', (error) => stop(refused('not-well-formed', error.message)));
  parser.on('doctype', () => stop(refused('doctype', 'a document type declaration')));
  parser.on('processinginstruction', () => instructions++);
  parser.on('text', take);
  parser.on('cdata', take);
  parser.on('opentag', (tag) => {
    const attributes = Object.values(tag.attributes).map(({ local, uri, value }) => ({ name: local, space: uri, value }));
    const element: XmlElement = { name: tag.local, space: tag.uri, attributes, children: [], texts: [] };
    if (++elements > capElementsMax) stop(refused('too-many-elements', `more than ${capElementsMax} elements`));
    if (open.length >= capDepthMax) stop(refused('too-deep', `nested more than ${capDepthMax} deep`));
    if (fault) return;
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => open.pop());
  for (let at = 0; at < text.length && !fault; at += stepCharacters) parser.write(text.slice(at, at + stepCharacters));
  if (!fault) parser.close();
  if (fault) return fault;
  return root ? { ok: true, value: { root, instructions } } : refused('not-well-formed', 'no element');
}

/** Everything written in an element that holds text only. */
export function textOf({ texts }: XmlElement): string {
  return texts.length === 1 ? (texts[0] ?? '') : texts.join('');
}
