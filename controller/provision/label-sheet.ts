// Labels to print and stick on boxes, many on a page: whose it is, its short code, its page, its hotspot, what its lamp says.

import { wifiCode } from '../../schemas/box-papers.ts';
import { boxSignals } from '../../schemas/box-signals.ts';
import { shortCode } from '../../schemas/short-code.ts';
import { labelPaper } from './paper-style.ts';

export interface Label {
  readonly id: string;
  readonly name: string;
  readonly place: string;
  /** Where a telephone finds the box's page at the centre. */
  readonly pageUrl: string;
  readonly hotspot?: { readonly name: string; readonly key: string } | undefined;
}

export const labelsMax = 500;

/** Draws a QR code as the content of an `<svg>` of `size` modules. */
export type DrawQr = (text: string) => { readonly path: string; readonly size: number };

/** A page that prints by itself, without scripts and without addresses. */
export function labelSheet(labels: readonly Label[], draw: DrawQr): string {
  const all = labels.slice(0, labelsMax).map((label) => drawn(label, draw));
  return `<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>Nhãn hộp · Box labels</title><style>${labelPaper}</style></head>
<body><main>${all.join('\n')}</main></body></html>
`;
}

function drawn({ id, name, place, pageUrl, hotspot }: Label, draw: DrawQr): string {
  const wifi = hotspot
    ? `<figure>${qr(wifiCode(hotspot), draw)}<figcaption>Wi-Fi ${escaped(hotspot.name)}<br><code>${escaped(hotspot.key)}</code></figcaption></figure>`
    : '';
  const lamp = Object.values(boxSignals).map(({ vi, en }) => `<li>${escaped(vi)} <i>${escaped(en)}</i></li>`);
  return `<article><header><b>${escaped(name)}</b><span>${escaped(place)}</span><code>${escaped(id)}</code>
<span>Mã đọc · Code <b class="code">${shortCode(id)}</b></span></header>
<div class="codes"><figure>${qr(pageUrl, draw)}<figcaption>Trang của hộp · Page</figcaption></figure>${wifi}</div>
<ul>${lamp.join('')}</ul></article>`;
}

function qr(text: string, draw: DrawQr): string {
  const { path, size } = draw(text);
  return `<svg viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}"/></svg>`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
