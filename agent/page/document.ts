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
<section id="speaker" hidden><h2>Loa · Loudspeaker</h2><div class="row"><button id="listen" aria-pressed="false">Nghe · Listen</button><span><small>Mức · Level</small> <b id="db">–</b></span></div>
<div class="level" aria-hidden="true"><i id="bar"></i></div><small>Âm ly · Amplifier: <span id="amp">–</span></small></section>
<section id="hands" hidden><h2>Tại hộp · At the box</h2><p id="pinless" class="bad" hidden>Hộp chưa có mã PIN: kích hoạt lại để thao tác.<span class="en">No PIN on this box: enrol it again.</span></p>
<label for="pin">Mã PIN (6 số) · PIN (6 digits)</label><input id="pin" type="password" inputmode="numeric" autocomplete="off" maxlength="6" pattern="[0-9]{6}" placeholder="••••••">
<div class="acts"><button id="tone" class="second">Âm thử 2 giây<span class="en">Tone, 2 s</span></button>
<button id="hold" class="second">Giữ để nghe âm thử<span class="en">Hold for the tone</span></button>
<button id="mute" class="second" aria-pressed="false">Tắt tiếng<span class="en" id="mute-en">Mute</span></button>
<button id="service" class="second" aria-pressed="false">Bảo trì: có người ở loa<span class="en" id="service-en">Service: somebody at the horn</span></button>
<button id="talk" class="second" aria-pressed="false" hidden>Nói tại hộp<span class="en" id="talk-en">Speak here</span></button></div>
<div id="ready" class="acts" hidden></div><p id="told" role="status"></p>
<div id="simulated" hidden><small>Bo mạch mô phỏng · simulated board</small><div class="acts"><button id="button" class="second">Bấm nút trên hộp<span class="en">Press the box's button</span></button>
<button id="mains" class="second" aria-pressed="false">Cắt điện lưới<span class="en" id="mains-en">Cut the mains</span></button></div></div></section>
<section id="screen" hidden><h2>Bảng tin · Board</h2><iframe class="frame" id="board" title="Bảng tin · Board" sandbox="" loading="lazy"></iframe></section>
<section><dl class="facts"><div><dt>Giờ · Clock</dt><dd id="clock">…</dd></div><div><dt>Trung tâm · Centre</dt><dd id="link">…</dd></div><div id="upperline" hidden><dt>Cấp trên · Above</dt><dd id="upper">…</dd></div>
<div id="missedline" hidden><dt>Cảnh báo · Warning</dt><dd id="missed" class="bad"></dd></div>
<div><dt>Nguồn điện · Power</dt><dd id="power">…</dd></div><div><dt>Dòng chờ gửi · Rows to send</dt><dd id="rows">…</dd></div><div><dt>Bản lịch · Plan</dt><dd id="want">…</dd></div>
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
