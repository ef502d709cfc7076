// What a board shows by itself: the safe page between bulletins, and an order's words as large as they can be.
import { readFile } from 'node:fs/promises';
import type { Order } from '../schemas/order.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { Cache } from './cache.ts';

const bulletinBytesMax = 2 * 1024 * 1024;

const colours = {
  actual: { ground: '#b00020', ink: '#fff' },
  exercise: { ground: '#123f8c', ink: '#fff' },
  test: { ground: '#3a3a3a', ink: '#fff' },
};
const classWords = { actual: 'KHẨN CẤP', exercise: 'DIỄN TẬP', test: 'KIỂM TRA KỸ THUẬT' };

/** Never colour alone: the class stands in words, a sign and a frame (PRODUCT §1.7). */
export function orderPage(order: Order, demo: boolean): string {
  const { ground, ink } = colours[order.class];
  const title = escapeHtml(order.screen.title);
  const text = escapeHtml(order.screen.text);
  const length = order.screen.title.length;
  const size = length > 70 ? 9 : length > 40 ? 11 : length > 20 ? 14 : 18;
  return page(
    `body{background:${ground};color:${ink};gap:4vmin;box-shadow:inset 0 0 0 2vmin ${ink},inset 0 0 0 3.2vmin #000}
.head{display:flex;align-items:center;gap:4vmin}svg{width:20vmin;height:18vmin;flex:none}
.class{font-size:8vmin;line-height:1.15;font-weight:800;letter-spacing:.06em;background:${ink};color:${ground};padding:.12em .5em}
h1{font-size:${size}vmin;line-height:1.1;margin:0;font-weight:900;text-wrap:balance}
p{font-size:7.5vmin;line-height:1.2;margin:0;font-weight:700;text-wrap:balance}`,
    `<div class="head">${sign(ground, ink)}<div class="class">${classWords[order.class]}${demo ? '<br>TRÌNH DIỄN' : ''}</div></div><h1>${title}</h1><p>${text}</p>`,
  );
}

/** General warning sign, drawn: a box need not have a font with pictures. */
function sign(ground: string, ink: string): string {
  return `<svg viewBox="0 0 100 90" aria-hidden="true"><path d="M50 3 97 87H3Z" fill="${ink}" stroke="${ink}" stroke-width="5" stroke-linejoin="round"/><path d="M44 28h12l-2.5 32h-7Z" fill="${ground}"/><circle cx="50" cy="72" r="6" fill="${ground}"/></svg>`;
}

/** What is seen when nothing is to be shown: calm, and telling whose board it is. */
export function safePage(dev: string, demo: boolean): string {
  return page(
    `body{background:#0e2a22;color:#e8f3ee}
h1{font-size:7vmin;margin:0 0 .4em;font-weight:700}p{font-size:3.6vmin;margin:.2em 0;color:#a9c9bc}`,
    `<h1>Bảng tin điện tử công cộng</h1><p>Khẩn cấp: 112 · Công an 113 · Cứu hỏa 114 · Cấp cứu 115</p><p>${escapeHtml(dev)}${demo ? ' · TRÌNH DIỄN' : ''}</p>`,
  );
}

function page(style: string, body: string): string {
  return `<!doctype html><html lang="vi"><head><meta charset="utf-8"><style>*{box-sizing:border-box}html,body{margin:0;height:100%}
body{font-family:"Noto Sans","DejaVu Sans",system-ui,sans-serif;display:flex;flex-direction:column;align-items:center;justify-content:center;text-align:center;padding:5vmin;overflow:hidden}
${style}</style></head><body>${body}</body></html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);
}

/** A bulletin's page from the cache. */
export async function readBulletin(cache: Cache, sha256: string): Promise<Result<string>> {
  const path = cache.pathOf(sha256);
  if (!path) return bad('not-cached', `bulletin ${sha256} is not here`);
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return bad('not-cached', `bulletin ${sha256} cannot be read`);
  return bytes.length <= bulletinBytesMax ? ok(bytes.toString('utf8')) : bad('too-large', `bulletin of ${bytes.length} bytes`);
}
