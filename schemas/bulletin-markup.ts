// What a bulletin of other people's making may hold: elements, attributes, sizes. One list for the centre, which cleans, and the box, which refuses.

/** Bytes of a bulletin as it is stored and shown. */
export const bulletinBytesMax = 2 * 1024 * 1024;

/** Characters of a document as it is sent: photographs in it are made smaller before it is stored. */
export const bulletinSentMax = 16 * 1024 * 1024;

/** Beyond these a document is refused, not cut. */
export const bulletinLimits = {
  elements: 5_000,
  depth: 64,
  /** Of one element. */
  attributes: 40,
  cssCharacters: 256 * 1024,
  cssRules: 2_000,
  images: 16,
  imagePixels: 4096 * 2304,
  allImagePixels: 4 * 4096 * 2304,
} as const;

const words = (text: string): readonly string[] => text.split(' ');

/** Written once each, in this order; the centre writes them itself. */
export const skeletonElements = words('html head meta title style body');

export const contentElements = words(
  'main header footer section article aside nav div p span h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption colgroup col thead tbody ' +
    'tfoot tr th td figure figcaption img blockquote q cite address pre code kbd samp var time abbr dfn b strong i em u s small sub sup ' +
    'mark del ins bdi bdo ruby rt rp br hr wbr',
);

/** Drawn shapes. Nothing that loads, moves by itself, or lets HTML back in (`foreignObject`, `title`, `desc`). */
export const drawingElements = words('svg g path rect circle ellipse line polyline polygon text tspan');

/** Written `<br />`; all others have an end tag. */
export const voidElements = words('meta col img br hr wbr');

const text = /^[^\0]{0,500}$/;
const names = /^[\p{L}\p{N}_ -]{1,300}$/u;
const count = /^\d{1,4}$/;
const numbers = /^[-+0-9.eE%, a-z]{1,2000}$/;
const figures = /^[-+0-9.eE,\s]{1,20000}$/;
const paint = /^(?:#[0-9a-fA-F]{3,8}|[a-zA-Z]{1,30}|(?:rgb|rgba|hsl|hsla)\([-0-9.,%/ deg]{1,60}\))$/;
/** What is inside is looked at by itself, see bulletin-css and bulletin-images. */
const styled = /^[^\0<\\]+$/;
const imageData = /^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]{16,}={0,2}$/;

type Rules = Readonly<Record<string, RegExp>>;

/** On every element of content and drawing. Values that do not fit their pattern go with their attribute. */
export const attributesOfAll: Rules = {
  class: names,
  id: /^[\p{L}\p{N}_-]{1,100}$/u,
  lang: /^[a-zA-Z0-9-]{1,35}$/,
  dir: /^(?:ltr|rtl|auto)$/,
  style: styled,
  role: /^[a-z]{1,30}$/,
  'aria-hidden': /^(?:true|false)$/,
  'aria-label': text,
};

const shape = {
  fill: paint,
  stroke: paint,
  'fill-opacity': numbers,
  'stroke-opacity': numbers,
  opacity: numbers,
  'fill-rule': /^(?:nonzero|evenodd)$/,
  'stroke-width': numbers,
  'stroke-linecap': /^(?:butt|round|square)$/,
  'stroke-linejoin': /^(?:miter|round|bevel)$/,
  'stroke-dasharray': numbers,
  transform: /^[-+0-9.eE, ()a-zA-Z]{1,500}$/,
} satisfies Rules;
const place = { x: numbers, y: numbers, width: numbers, height: numbers } satisfies Rules;
const letters = { 'text-anchor': /^(?:start|middle|end)$/, 'font-size': numbers, 'font-weight': /^(?:\d{3}|bold|normal)$/ } satisfies Rules;
const cell = { colspan: count, rowspan: count, scope: /^(?:row|col|rowgroup|colgroup)$/ } satisfies Rules;

export const attributesOf: Readonly<Record<string, Rules>> = {
  html: {},
  head: {},
  meta: { charset: /^utf-8$/ },
  title: {},
  style: {},
  img: { src: imageData, alt: text, width: count, height: count },
  ol: { start: count, type: /^[1aAiI]$/ },
  li: { value: count },
  th: cell,
  td: cell,
  col: { span: count },
  colgroup: { span: count },
  time: { datetime: /^[-0-9:TZ+. ]{1,40}$/ },
  abbr: { title: text },
  svg: { ...shape, ...place, viewbox: numbers, preserveaspectratio: /^[a-zA-Z ]{1,30}$/ },
  g: shape,
  path: { ...shape, d: /^[-+0-9.eE,\sMmLlHhVvCcSsQqTtAaZz]{1,20000}$/ },
  rect: { ...shape, ...place, rx: numbers, ry: numbers },
  circle: { ...shape, cx: numbers, cy: numbers, r: numbers },
  ellipse: { ...shape, cx: numbers, cy: numbers, rx: numbers, ry: numbers },
  line: { ...shape, x1: numbers, y1: numbers, x2: numbers, y2: numbers },
  polyline: { ...shape, points: figures },
  polygon: { ...shape, points: figures },
  text: { ...shape, ...letters, x: numbers, y: numbers, dx: numbers, dy: numbers },
  tspan: { ...shape, ...letters, x: numbers, y: numbers, dx: numbers, dy: numbers },
};

/** Of these only some of the global ones: the skeleton is ours. */
const skeletonGlobals: Readonly<Record<string, readonly string[]>> = { html: ['lang', 'dir'], head: [], meta: [], title: [], style: [] };

/** The pattern that an attribute's value must fit; undefined where the attribute is not allowed. */
export function attributeRule(element: string, attribute: string): RegExp | undefined {
  const own = attributesOf[element];
  if (own && Object.hasOwn(own, attribute)) return own[attribute];
  const only = skeletonGlobals[element];
  if (only && !only.includes(attribute)) return undefined;
  return Object.hasOwn(attributesOfAll, attribute) ? attributesOfAll[attribute] : undefined;
}

/** Every allowed attribute of an element. */
export function attributesAllowed(element: string): string[] {
  const globals = skeletonGlobals[element] ?? Object.keys(attributesOfAll);
  return [...Object.keys(attributesOf[element] ?? {}), ...globals];
}

/** How a bulletin is written: one spelling, so that a parser that reads it otherwise shows by a single byte. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function escapeValue(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;');
}

export const doctype = '<!doctype html>\n';
