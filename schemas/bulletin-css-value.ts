// One style value of a bulletin: known properties, known functions, no address but a picture's own bytes. No escapes: one meaning, one spelling.
import type { RemovalReason } from './bulletin-removals.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

export const propertiesAllowed = words(
  'display position top right bottom left inset inset-block inset-inline float clear z-index visibility opacity overflow overflow-x ' +
    'overflow-y overflow-wrap word-break word-wrap white-space hyphens box-sizing width height min-width min-height max-width max-height ' +
    'inline-size block-size aspect-ratio object-fit object-position margin margin-top margin-right margin-bottom margin-left margin-block ' +
    'margin-inline padding padding-top padding-right padding-bottom padding-left padding-block padding-inline border border-top ' +
    'border-right border-bottom border-left border-width border-style border-color border-radius border-collapse border-spacing ' +
    'border-top-width border-right-width border-bottom-width border-left-width border-top-color border-right-color border-bottom-color ' +
    'border-left-color border-top-style border-right-style border-bottom-style border-left-style border-top-left-radius ' +
    'border-top-right-radius border-bottom-left-radius border-bottom-right-radius outline outline-offset box-shadow background ' +
    'background-color background-image background-position background-repeat background-size background-clip background-origin ' +
    'background-attachment background-blend-mode color color-scheme font font-family font-size font-style font-weight font-stretch ' +
    'font-variant font-variant-numeric font-feature-settings font-kerning line-height letter-spacing word-spacing text-align ' +
    'text-align-last text-decoration text-decoration-color text-decoration-line text-decoration-style text-decoration-thickness ' +
    'text-indent text-overflow text-shadow text-transform text-wrap text-underline-offset vertical-align direction writing-mode ' +
    'unicode-bidi tab-size quotes content counter-reset counter-increment counter-set list-style list-style-type list-style-position ' +
    'table-layout caption-side empty-cells flex flex-basis flex-direction flex-flow flex-grow flex-shrink flex-wrap order gap row-gap ' +
    'column-gap grid grid-area grid-template grid-template-areas grid-template-columns grid-template-rows grid-auto-columns ' +
    'grid-auto-flow grid-auto-rows grid-column grid-column-start grid-column-end grid-row grid-row-start grid-row-end align-content ' +
    'align-items align-self justify-content justify-items justify-self place-content place-items place-self columns column-count ' +
    'column-width column-rule column-span column-fill break-inside break-before break-after transform transform-origin translate rotate ' +
    'scale filter clip-path mix-blend-mode isolation fill fill-opacity stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin ' +
    'stroke-dasharray animation animation-name animation-duration animation-delay animation-timing-function animation-iteration-count ' +
    'animation-direction animation-fill-mode animation-play-state',
);

const functionsAllowed = words(
  'rgb rgba hsl hsla hwb lab lch oklab oklch color-mix calc min max clamp var linear-gradient radial-gradient conic-gradient ' +
    'repeating-linear-gradient repeating-radial-gradient repeating-conic-gradient translate translatex translatey translatez translate3d ' +
    'scale scalex scaley rotate rotatez skew skewx skewy matrix perspective cubic-bezier steps linear repeat minmax fit-content blur ' +
    'brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia circle ellipse inset polygon counter counters',
);

const valueCharactersMax = 20_000;
const customProperty = /^--[a-z0-9-]{1,40}$/;
/** What moves is counted; what is worked out later, comes from elsewhere or is written with an exponent cannot be. */
const uncounted = /\b(?:var|calc|min|max|clamp|linear)\(|(?<![\w-])inherit(?![\w-])|(?<![\w-])[+-]?[\d.]+e[+-]?\d/i;
const positions = words('static relative absolute initial inherit unset');

const pictureAddress =
  /url\(\s*(?:"(data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/=]{16,})"|'(data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/=]{16,})'|(data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/=]{16,}))\s*\)/iy;
const token =
  /\s+|"[^"\\\n<]{0,500}"|'[^'"\\\n<]{0,500}'|#[0-9a-fA-F]{3,8}\b|[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?:%|[a-zA-Z]{1,8})?|-{0,2}[a-zA-Z_][\w-]{0,60}\(?|[,/()*+]|-/y;

export type ReadValue = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: RemovalReason };

/** The value in its one spelling, or why it cannot stay. */
export function readValue(property: string, said: string): ReadValue {
  const no = (reason: RemovalReason): ReadValue => ({ ok: false, reason });
  if (!propertiesAllowed.has(property) && !customProperty.test(property)) return no('css-property');
  const important = /\s*!\s*important\s*$/i.exec(said);
  const plain = (important ? said.slice(0, important.index) : said).trim();
  const text = written(plain);
  if (typeof text !== 'string') return no(text.reason);
  if (text === '') return no('css-value');
  if (property === 'position' && !positions.has(text)) return no('css-position');
  if (property.startsWith('animation') && (uncounted.test(text) || important)) return no('css-flash');
  return { ok: true, text: important ? `${text} !important` : text };
}

function written(said: string): string | { readonly reason: RemovalReason } {
  let out = '';
  let open = 0;
  for (let at = 0; at < said.length; ) {
    pictureAddress.lastIndex = at;
    const picture = pictureAddress.exec(said);
    if (picture) {
      out += `url("${(picture[1] ?? picture[2] ?? picture[3] ?? '').replace(/^data:image/i, 'data:image')}")`;
      at = pictureAddress.lastIndex;
      continue;
    }
    token.lastIndex = at;
    const [found] = token.exec(said) ?? [];
    if (found === undefined) return { reason: /^url/i.test(said.slice(at)) ? 'css-outside' : 'css-value' };
    at = token.lastIndex;
    const name = found.endsWith('(') && found !== '(' ? found.slice(0, -1).toLowerCase() : undefined;
    if (name !== undefined && !functionsAllowed.has(name)) return { reason: outsiders.has(name) ? 'css-outside' : 'css-value' };
    if (found.endsWith('(')) open += 1;
    if (found === ')' && --open < 0) return { reason: 'css-value' };
    out += spelled(found, name);
  }
  if (open !== 0 || out.length > valueCharactersMax + pictureRoom(out)) return { reason: 'css-value' };
  return out;
}

const outsiders = words('url src image image-set -webkit-image-set cross-fade -webkit-cross-fade element paint attr expression');

function spelled(found: string, name: string | undefined): string {
  if (name !== undefined) return `${name}(`;
  if (/^\s+$/.test(found)) return ' ';
  return found.startsWith("'") ? `"${found.slice(1, -1)}"` : found;
}

function pictureRoom(text: string): number {
  return text.includes('url("data:') ? 3 * 1024 * 1024 : 0;
}

/** Addresses of pictures in a value that was read. */
export function picturesIn(value: string): string[] {
  return [...value.matchAll(/url\("(data:[^"]*)"\)/g)].map(([, address]) => address ?? '');
}
