// The local page as one document without outside assets; style and script are allowed by their hashes alone.
import { createHash } from 'node:crypto';
import { script } from './script.ts';
import { style } from './style.ts';

export const pageDocument = `<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Loa</title><link rel="icon" href="data:,"><style>${style}</style></head><body><main>
<p class="demo" id="demo" hidden>TRÌNH DIỄN · DEMO</p>
<header><div><h1 id="dev">…</h1><small id="place"></small></div><time id="now"></time></header>
<section id="voice" aria-live="polite"><div class="say"><span id="say">Đang đọc…</span><span class="en" id="say-en">Reading…</span></div></section>
<section id="speaker" hidden><h2>Loa · Loudspeaker</h2><div class="row"><button id="listen" aria-pressed="false">Nghe · Listen</button>
<button id="tone" class="second" hidden>Âm thử · Tone</button><span><small>Mức · Level</small> <b id="db">–</b></span></div>
<div class="level" aria-hidden="true"><i id="bar"></i></div><small>Âm ly · Amplifier: <span id="amp">–</span></small></section>
<section id="screen" hidden><h2>Bảng tin · Board</h2><iframe class="frame" id="board" title="Bảng tin · Board" sandbox="" loading="lazy"></iframe></section>
<section><dl class="facts"><div><dt>Giờ · Clock</dt><dd id="clock">…</dd></div><div><dt>Trung tâm · Centre</dt><dd id="link">…</dd></div>
<div><dt>Dòng chờ gửi · Rows to send</dt><dd id="rows">…</dd></div><div><dt>Bản lịch · Plan</dt><dd id="want">…</dd></div>
<div><dt>Phần mềm · Software</dt><dd id="version">…</dd></div></dl></section>
<section><h2>Sắp phát · Next</h2><ul id="next"></ul></section>
<section><h2>Biên nhận gần nhất · Last receipts</h2><ul id="receipts"></ul></section>
<small id="lost" role="status"></small>
</main><script>${script}</script></body></html>`;

/** Content security policy of the page: itself, its two inline parts, its own frame and sound. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src '${hashOf(style)}'`,
  `script-src '${hashOf(script)}'`,
  "connect-src 'self'",
  "media-src 'self'",
  "frame-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** A bulletin is somebody else's document: no script, no network, no same origin. */
export const boardPolicy =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'self' http://127.0.0.1:* http://localhost:*";

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
