// The local page as one document without outside assets; style and script are allowed by their hashes alone.
import { createHash } from 'node:crypto';
import { claimForm, handsForm, netForms, proofForm } from './forms.ts';
import { escapeHtml, partsOf, two } from './parts.ts';
import { script } from './script.ts';
import { style } from './style.ts';
import type { PageState } from './view.ts';

/** Everything that can be read is in it; the script only keeps it fresh and carries what hands do. */
export function pageDocument(state: PageState): string {
  const parts = partsOf(state);
  const part = (name: keyof typeof parts) => `<div id="p-${name}" data-part="${name}">${parts[name]}</div>`;
  const hidden = (is: boolean) => (is ? ' hidden' : '');
  const loud = state.outputs.some(({ kind }) => kind !== 'board');
  const board = state.outputs.some(({ kind }) => kind === 'board');
  const now = new Intl.DateTimeFormat('vi-VN', { timeZone: state.zone, hour: '2-digit', minute: '2-digit' }).format(state.now.wallMs);
  return `<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(state.dev)} · Loa</title><link rel="icon" href="data:,"><noscript><meta http-equiv="refresh" content="15"></noscript>
<style>${style}</style></head><body><input class="sw" type="checkbox" id="lang"><input class="sw" type="checkbox" id="sun"><main>
<p class="demo" id="demo"${hidden(!state.demo)}>TRÌNH DIỄN · DEMO</p>
<header><div><h1 id="dev">${escapeHtml(state.dev)}</h1><small id="place">${escapeHtml([state.area, state.centre].filter(Boolean).join(' · '))}</small></div><time id="now">${now}</time></header>
<div class="chips"><label for="lang"><span class="vi">English</span><span class="en">Tiếng Việt</span></label><label for="sun">☀ ${two({ vi: 'Ngoài nắng', en: 'Sunlight' })}</label></div>
<section id="voice" aria-live="polite">${part('voice')}</section>
${claimForm(state)}
<section id="checks"><h2>${two({ vi: 'Kiểm tra hộp', en: 'Checklist' })}</h2>${part('check')}</section>
${handsForm(state)}
<section id="speaker"${hidden(!loud)}><h2>${two({ vi: 'Loa', en: 'Loudspeaker' })}</h2><div class="row"><button id="listen" type="button" aria-pressed="false">${two({ vi: 'Nghe', en: 'Listen' })}</button><span><small>${two({ vi: 'Mức', en: 'Level' })}</small> <b id="db">–</b></span></div>
<div class="level" aria-hidden="true"><i id="bar"></i></div><small>${two({ vi: 'Âm ly', en: 'Amplifier' })}: <span id="p-amp" data-part="amp">${parts.amp}</span></small></section>
<section id="screen"${hidden(!board)}><h2>${two({ vi: 'Bảng tin', en: 'Board' })}</h2><div class="frame"><iframe id="board" title="Bảng tin · Board" sandbox=""></iframe></div></section>
<section>${part('facts')}</section>
<section><h2>${two({ vi: 'Sắp phát', en: 'Next' })}</h2><div id="next">${part('next')}</div></section>
<section><h2>${two({ vi: 'Biên nhận gần nhất', en: 'Last receipts' })}</h2><div id="receipts">${part('receipts')}</div></section>
<section id="net"${hidden(!state.network)}><h2>${two({ vi: 'Mạng', en: 'Network' })}</h2>${part('net')}${netForms(state)}</section>
${proofForm(state)}
<small id="lost" role="status"></small>
</main><script>${script}</script></body></html>`;
}

/** Content security policy of the page: itself, its two inline parts, its own frame and sound. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src '${hashOf(style)}'`,
  `script-src '${hashOf(script)}'`,
  "connect-src 'self'",
  "media-src 'self'",
  "frame-src 'self'",
  'img-src data: blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A bulletin is somebody else's document: no script, no network, no same origin. */
export const boardPolicy =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'self' http://127.0.0.1:* http://localhost:*";

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
