// Is this bulletin written the one safe way? Both the centre, before it stores one, and the box, before it shows one, ask here.
import { Parser } from 'htmlparser2';
import sanitizeHtml from 'sanitize-html';
import { readDeclarations, readStyleSheet, writeDeclarations, writeStyleSheet } from '../../schemas/bulletin-css.ts';
import { picturesIn } from '../../schemas/bulletin-css-value.ts';
import { readPicture } from '../../schemas/bulletin-images.ts';
import {
  attributeRule,
  attributesAllowed,
  bulletinBytesMax,
  bulletinLimits,
  contentElements,
  doctype,
  drawingElements,
  skeletonElements,
  voidElements,
} from '../../schemas/bulletin-markup.ts';
import { countMotion, isTooFast, noMotion } from '../../schemas/bulletin-motion.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';

const elements = [...skeletonElements, ...contentElements, ...drawingElements];
const known = new Set(elements);
const drawing = new Set(drawingElements);
const content = new Set(contentElements);

/** What sanitize-html would let through, letter by letter as it stands. */
const rules: sanitizeHtml.IOptions = {
  allowedTags: elements,
  allowedAttributes: Object.fromEntries(elements.map((name) => [name, attributesAllowed(name)])),
  selfClosing: [...voidElements],
  allowedSchemes: [],
  allowedSchemesByTag: { img: ['data'] },
  allowProtocolRelative: false,
  allowVulnerableTags: true,
  // Styles are read by a stricter reader below.
  parseStyleAttributes: false,
  disallowedTagsMode: 'discard',
  enforceHtmlBoundary: false,
  nestingLimit: bulletinLimits.depth,
};

/** Read or written otherwise by a single letter, a bulletin is not shown. Problems: too-large, bulletin-unsafe. */
export function checkBulletin(html: string): Result<void> {
  if (Buffer.byteLength(html) > bulletinBytesMax) return bad('too-large', `more than ${bulletinBytesMax} bytes`, '/html');
  if (!html.startsWith(doctype)) return unsafe('it does not begin as a cleaned bulletin does');
  const walked = walk(html);
  if (walked) return { ok: false, problem: walked };
  const written = doctype + sanitizeHtml(html.slice(doctype.length), rules);
  if (written === html) return ok(undefined);
  return unsafe(`it would be changed near “${html.slice(firstDifference(written, html), firstDifference(written, html) + 60)}”`);
}

/** The first thing out of place; nothing deeper or longer than the limits is followed. */
function walk(html: string): Problem | undefined {
  const walker = new Walker();
  const goOn = (fine: boolean): void => {
    if (!fine) parser.pause();
  };
  const parser = new Parser(
    {
      onopentag: (name, attributes) => goOn(walker.open(name, attributes)),
      onclosetag: () => walker.close(),
      ontext: (text) => goOn(walker.text(text)),
      oncomment: () => goOn(walker.refuse('a comment')),
      oncdatastart: () => goOn(walker.refuse('a CDATA section')),
    },
    { decodeEntities: true },
  );
  // In pieces: a hostile document is left at its first fault.
  for (let at = doctype.length; at < html.length && !walker.problem; at += 65_536) parser.write(html.slice(at, at + 65_536));
  if (!walker.problem) parser.end();
  return walker.problem ?? walker.motion();
}

class Walker {
  problem: Problem | undefined;
  readonly #open: string[] = [];
  readonly #seen = new Map<string, number>();
  readonly #movement = noMotion();
  readonly #timed: { readonly property: string; readonly value: string }[] = [];
  #elements = 0;
  #pictures = 0;
  #pixels = 0;
  #style = '';

  open(name: string, attributes: Readonly<Record<string, string>>): boolean {
    this.#elements += 1;
    if (!known.has(name)) return this.refuse(`element ${name}`);
    if (this.#elements > bulletinLimits.elements) return this.tooLarge(`more than ${bulletinLimits.elements} elements`);
    if (this.#open.length >= bulletinLimits.depth) return this.tooLarge(`more than ${bulletinLimits.depth} deep`);
    if (!this.#fits(name)) return this.refuse(`${name} within ${this.#open.at(-1) ?? 'nothing'}`);
    const entries = Object.entries(attributes);
    if (entries.length > bulletinLimits.attributes) return this.tooLarge(`${entries.length} attributes on ${name}`);
    this.#open.push(name);
    return entries.every(([attribute, value]) => this.#attribute(name, attribute, value));
  }

  close(): void {
    const name = this.#open.pop();
    if (name === 'style') this.#styles();
  }

  text(text: string): boolean {
    const inside = this.#open.at(-1);
    if (inside === 'style') this.#style += text;
    else if (inside === 'html' || inside === 'head' || inside === undefined || (inside === 'svg' && text.trim() !== ''))
      return this.refuse(`text within ${inside ?? 'nothing'}`);
    return true;
  }

  refuse(what: string): false {
    this.problem ??= { code: 'bulletin-unsafe', path: '/html', detail: what.slice(0, 200) };
    return false;
  }

  tooLarge(what: string): false {
    this.problem ??= { code: 'too-large', path: '/html', detail: what };
    return false;
  }

  /** After the whole document: styles anywhere may meet on one element. */
  motion(): Problem | undefined {
    const fast = this.#timed.find((declaration) => isTooFast(declaration, this.#movement));
    if (fast) this.refuse(`${fast.property}:${fast.value} may flash more than three times a second`);
    for (const name of ['html', 'head', 'body']) if (this.#seen.get(name) !== 1) this.refuse(`${this.#seen.get(name) ?? 0} × ${name}`);
    return this.problem;
  }

  #fits(name: string): boolean {
    const inside = this.#open.at(-1);
    const times = (this.#seen.get(name) ?? 0) + 1;
    this.#seen.set(name, times);
    if (name === 'html') return inside === undefined && times === 1;
    if (name === 'head' || name === 'body') return inside === 'html' && times === 1;
    if (name === 'meta' || name === 'title' || name === 'style') return inside === 'head' && times === 1;
    if (name === 'svg') return content.has(inside ?? '') || inside === 'body';
    if (drawing.has(name)) return drawing.has(inside ?? '');
    return content.has(inside ?? '') || inside === 'body';
  }

  #attribute(name: string, attribute: string, value: string): boolean {
    const rule = attributeRule(name, attribute);
    const empty = value === '' && attribute === 'alt';
    if (!rule || !(empty || rule.test(value))) return this.refuse(`${attribute}="${value.slice(0, 60)}" on ${name}`);
    if (name === 'img' && attribute === 'src') return this.#picture(value);
    if (attribute !== 'style') return true;
    const declarations = readDeclarations(value, () => undefined);
    if (writeDeclarations(declarations) !== value) return this.refuse(`style="${value.slice(0, 60)}" on ${name}`);
    countMotion(this.#movement, [], declarations);
    this.#timed.push(...declarations);
    return declarations.every((declaration) => picturesIn(declaration.value).every((address) => this.#picture(address)));
  }

  #styles(): void {
    const style = this.#style;
    const rules = readStyleSheet(style, () => undefined);
    if (style.includes('<') || writeStyleSheet(rules) !== style) {
      this.refuse('styles that are not written as a cleaned bulletin writes them');
      return;
    }
    countMotion(this.#movement, rules);
    const walkRules = (all: typeof rules): void => {
      for (const rule of all) {
        if (rule.kind === 'keyframes' || rule.kind === 'media') walkRules([...rule.rules]);
        else
          for (const one of rule.declarations) if (picturesIn(one.value).every((address) => this.#picture(address))) this.#timed.push(one);
      }
    };
    walkRules(rules);
  }

  #picture(address: string): boolean {
    const read = readPicture(address);
    if (!read.ok) return this.refuse(read.problem.detail);
    this.#pictures += 1;
    this.#pixels += read.value.width * read.value.height;
    if (this.#pictures > bulletinLimits.images) return this.tooLarge(`more than ${bulletinLimits.images} pictures`);
    if (read.value.width * read.value.height > bulletinLimits.imagePixels)
      return this.tooLarge(`a picture of ${read.value.width} × ${read.value.height}`);
    return this.#pixels <= bulletinLimits.allImagePixels || this.tooLarge(`${this.#pixels} pixels of pictures`);
  }
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < b.length && a[at] === b[at]) at += 1;
  return at;
}

function unsafe(detail: string): Result<never> {
  return bad('bulletin-unsafe', detail, '/html');
}
