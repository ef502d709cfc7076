// Cleans a bulletin: DOMPurify on jsdom takes away, our own list takes the rest, one writer spells it; done when reading it again changes nothing.
import createPurifier from 'dompurify';
import { JSDOM } from 'jsdom';
import { checkBulletin } from '../../../hardware/host/bulletin-check.ts';
import { attributesAllowed, contentElements, drawingElements, skeletonElements } from '../../../schemas/bulletin-markup.ts';
import { type CleanBulletin, type RemovalReason, Removals, type Viewing } from '../../../schemas/bulletin-removals.ts';
import { bad, ok, type Result } from '../../../schemas/problems.ts';
import { lint } from './lint.ts';
import { checkSize } from './size.ts';
import type { Purifier, TreeElement, Window } from './tree.ts';
import { type Written, writeDocument } from './write.ts';

const roundsMax = 6;

const elements = [...skeletonElements, ...contentElements, ...drawingElements];
const attributes = [...new Set(elements.flatMap(attributesAllowed))];
const config = {
  ALLOWED_TAGS: ['#text', ...elements],
  ALLOWED_ATTR: attributes,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOW_UNKNOWN_PROTOCOLS: false,
  ALLOWED_URI_REGEXP: /^data:image\/(?:png|jpeg|webp);base64,/,
  // One attribute is an address; the rest have patterns of their own.
  ADD_URI_SAFE_ATTR: attributes.filter((name) => name !== 'src'),
  SAFE_FOR_XML: true,
  WHOLE_DOCUMENT: true,
  RETURN_DOM: true,
};

export type Clean = (html: string, viewing: Viewing) => Result<CleanBulletin>;

/** Loads a whole browser's document model: only in a process made for it. Problems of cleaning: too-large, bulletin-unsafe. */
export function makeCleaner(): Clean {
  const { window } = new JSDOM('');
  const purifier = (createPurifier as unknown as (window: Window) => Purifier)(window);
  const purify = (html: string, removals: Removals): TreeElement => {
    const root = purifier.sanitize(html, config);
    for (const one of purifier.removed) note(one, removals);
    return root;
  };
  return (html, viewing) => {
    const small = checkSize(html);
    if (!small.ok) return small;
    const removals = new Removals();
    let written = writeDocument(purify(html, removals), removals);
    for (let round = 1; round <= roundsMax; round++) {
      if (written.tooDeep) return bad('too-large', 'too deep', '/html');
      const again = new Removals();
      const next = writeDocument(purify(written.html, again), again);
      if (next.html === written.html && again.all().length === 0) return settle(written, removals, viewing);
      written = next;
    }
    return bad('bulletin-unsafe', `each reading of it says something else, ${roundsMax} times`, '/html');
  };
}

/** The very question the box will ask. */
function settle(written: Written, removals: Removals, viewing: Viewing): Result<CleanBulletin> {
  const checked = checkBulletin(written.html);
  if (!checked.ok) return checked;
  return ok({ html: written.html, removed: removals.all(), warnings: lint(written, viewing) });
}

function note({ element, attribute, from }: Purifier['removed'][number], removals: Removals): void {
  if (element) {
    const name = element.nodeName.toLowerCase();
    // Comments are nobody's loss.
    if (!name.startsWith('#')) removals.add(reasonOfElement(name), name);
  } else if (attribute) {
    const name = attribute.name.toLowerCase();
    removals.add(reasonOfAttribute(name), name, from?.nodeName.toLowerCase());
  }
}

const reasons: readonly (readonly [RemovalReason, ReadonlySet<string>])[] = [
  ['script', new Set(['script', 'noscript', 'template', 'applet', 'slot'])],
  ['embeds', new Set(['iframe', 'frame', 'frameset', 'object', 'embed', 'portal', 'audio', 'video', 'canvas', 'math', 'foreignobject'])],
  ['outside', new Set(['link', 'base', 'meta', 'image', 'use', 'a'])],
  ['form', new Set(['form', 'input', 'button', 'select', 'option', 'textarea', 'label', 'fieldset', 'dialog'])],
];

export function reasonOfElement(name: string): RemovalReason {
  return reasons.find(([, names]) => names.has(name))?.[0] ?? 'element';
}

const addresses = new Set([
  'src',
  'href',
  'xlink:href',
  'srcset',
  'poster',
  'action',
  'formaction',
  'background',
  'data',
  'http-equiv',
  'ping',
]);

function reasonOfAttribute(name: string): RemovalReason {
  if (name.startsWith('on')) return 'script';
  return addresses.has(name) ? 'outside' : 'attribute';
}
