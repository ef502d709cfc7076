// A page for a board of what somebody wrote: letters in parts of the board's shorter side, as large as all of it fits. Pure.

export const looks = ['thong-bao', 'sang', 'canh-bao'] as const;
export type Look = (typeof looks)[number];

/** Largest first; a page takes the first at which nothing is cut off. */
export const scales = [1.5, 1.25, 1, 0.85, 0.7, 0.6, 0.5, 0.42, 0.35] as const;

const colours: Readonly<Record<Look, { readonly paper: string; readonly ink: string; readonly rule: string; readonly head: string }>> = {
  'thong-bao': { paper: '#0b2f4a', ink: '#ffffff', rule: '#ffd34d', head: '#ffffff' },
  sang: { paper: '#fbfaf5', ink: '#17211f', rule: '#0e6b5c', head: '#0b5347' },
  'canh-bao': { paper: '#2b1a00', ink: '#ffffff', rule: '#ffb000', head: '#ffc845' },
};

export interface Written {
  readonly title: string;
  /** As `tidy` writes it. */
  readonly body: string;
  readonly look: Look;
  readonly language: string;
}

/** `unit`: one hundredth of the board's shorter side. */
export function styleOf(look: Look, scale: number, unit: (share: number) => string, root = 'html,body', body = 'body'): string {
  const { paper, ink, rule, head } = colours[look];
  const size = (share: number) => unit(Math.round(share * scale * 100) / 100);
  return [
    `${root}{margin:0;height:100%;background:${paper};color:${ink};font-family:"Noto Sans","DejaVu Sans",sans-serif}`,
    `${body}{display:flex;flex-direction:column;justify-content:center;box-sizing:border-box;padding:${unit(4)} ${unit(6)}}`,
    `h1{font-size:${size(8)};line-height:1.15;margin:0 0 ${size(3)};border-bottom:${unit(0.6)} solid ${rule};padding-bottom:${size(1.6)};color:${head}}`,
    `h2{font-size:${size(6)};line-height:1.2;margin:${size(2)} 0 ${size(1)};color:${head}}`,
    `p{font-size:${size(5)};line-height:1.35;margin:0 0 ${size(1.6)}}`,
    `ul,ol{font-size:${size(5)};line-height:1.35;margin:0 0 ${size(1.6)};padding-left:1.3em}`,
    `table{font-size:${size(4.6)};border-collapse:collapse;width:100%;margin:0 0 ${size(1.6)}}`,
    `th,td{border-bottom:${unit(0.3)} solid ${rule};padding:${size(0.8)} ${size(1.6)} ${size(0.8)} 0;text-align:left;vertical-align:top}`,
    `img{max-width:100%;max-height:${unit(55)};object-fit:contain;display:block;margin:0 auto ${size(1.6)}}`,
  ].join('\n');
}

export function pageOf({ title, body, look, language }: Written, scale: number): string {
  const name = escaped(title);
  const style = styleOf(look, scale, (share) => `${share}vmin`);
  return (
    `<!doctype html>\n<html lang="${escaped(language)}"><head><meta charset="utf-8" /><title>${name}</title><style>${style}</style></head>` +
    `<body><h1>${name}</h1>\n${body}</body></html>`
  );
}

/** Only these elements, whatever was pasted or typed. */
const inline: Readonly<Record<string, string>> = { B: 'strong', STRONG: 'strong', I: 'em', EM: 'em' };
const blocks: Readonly<Record<string, string>> = { H1: 'h2', H2: 'h2', H3: 'h2', P: 'p', DIV: 'p', UL: 'ul', OL: 'ol', TABLE: 'table' };
const parts: Readonly<Record<string, string>> = { LI: 'li', TBODY: 'tbody', THEAD: 'tbody', TR: 'tr', TH: 'th', TD: 'td' };
const holders = new Set(['UL', 'OL', 'TABLE', 'TBODY', 'THEAD', 'TR']);
const picture = /^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/=]+$/;

/** What an editor's document says of a node; a browser's `Node` is one. */
export interface Edited {
  readonly nodeName: string;
  readonly nodeValue: string | null;
  readonly childNodes: ArrayLike<Edited>;
  getAttribute?(name: string): string | null;
}

/** What was written, as a page holds it: text as text, no attribute but a picture's own. */
export function tidy(editor: Edited): string {
  let open = '';
  const done: string[] = [];
  const close = () => {
    if (open.trim() !== '' && open !== '<br />') done.push(`<p>${open}</p>`);
    open = '';
  };
  for (const node of Array.from(editor.childNodes)) {
    const name = blocks[node.nodeName];
    if (name === undefined) {
      open += within(node);
      continue;
    }
    close();
    const holdsBlocks = name === 'p' && Array.from(node.childNodes).some((child) => blocks[child.nodeName] !== undefined);
    const inner = holdsBlocks ? tidy(node) : insideOf(node);
    if (inner.trim() !== '' && inner !== '<br />') done.push(holdsBlocks ? inner : `<${name}>${inner}</${name}>`);
  }
  close();
  return done.join('\n');
}

function insideOf(node: Edited): string {
  const children = Array.from(node.childNodes);
  const kept = holders.has(node.nodeName) ? children.filter(({ nodeName }) => parts[nodeName] !== undefined) : children;
  return kept.map(within).join('');
}

function within(node: Edited): string {
  if (node.nodeName === '#text') return escaped(node.nodeValue ?? '');
  if (node.nodeName === 'BR') return '<br />';
  if (node.nodeName === 'IMG') return pictureOf(node);
  const name = inline[node.nodeName] ?? parts[node.nodeName];
  const inner = insideOf(node);
  if (name === undefined) return blocks[node.nodeName] === 'ul' || blocks[node.nodeName] === 'ol' ? `<ul>${inner}</ul>` : inner;
  return name in { strong: 1, em: 1 } && inner === '' ? '' : `<${name}>${inner}</${name}>`;
}

function pictureOf(node: Edited): string {
  const src = node.getAttribute?.('src') ?? '';
  return picture.test(src) ? `<img src="${src}" alt="${escaped(node.getAttribute?.('alt') ?? '')}" />` : '';
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll('\u00a0', ' ');
}
