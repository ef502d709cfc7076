// The one page the browser ever loads: sandboxed frames, one seen and others behind it, and around them the strip and the side.
// It holds no script; the agent drives it from outside, so its policy can forbid all scripts and all requests, and the frames
// inherit that.
import { loudspeakerSign } from './pictograms.ts';

/** An origin of this machine that may serve films to bulletins: `http://127.0.0.1:PORT`. Anything else is refused. */
export function isLoopbackOrigin(origin: string): boolean {
  return /^http:\/\/127\.0\.0\.1:[1-9]\d{0,4}$/.test(origin);
}

/** What a document may load: nothing but what it carries, and films of the box's own cache. */
export function policyOf(filmsFrom?: string): string {
  const films = filmsFrom !== undefined && isLoopbackOrigin(filmsFrom) ? ` ${filmsFrom}` : '';
  return `default-src 'none'; img-src data:; media-src data: blob:${films}; font-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
}

/**
 * Black until the first frame is ready. Layers: 0 waiting, 1 cover, 2 strip and side, 3 seen, 4 coming, 9 cover of a dark
 * screen, 10 a pane of glass: no pointer is seen and nothing can be touched. */
export const shellPage = (filmsFrom?: string): string => `<!doctype html>
<html lang="vi" translate="no"><head><meta charset="utf-8"><meta name="google" content="notranslate"><title>Loa</title>
<meta http-equiv="Content-Security-Policy" content="${policyOf(filmsFrom)}">
<style>
:root { --strip: 0px; --side: 0px; --below: 0px; }
html, body { margin: 0; height: 100%; overflow: hidden; background: #000; cursor: none; }
iframe { position: fixed; left: 0; top: 0; border: 0; background: #000; z-index: 0; width: calc(100vw - var(--side)); height: calc(100vh - var(--strip) - var(--below)); }
iframe.whole { width: 100vw; height: 100vh; }
iframe.seen { z-index: 3; } iframe.coming { z-index: 4; }
#cover { position: fixed; inset: 0; background: #000; z-index: 1; }
#glass { position: fixed; inset: 0; z-index: 10; cursor: none; }
#side { z-index: 2; left: auto; right: 0; width: var(--side); height: calc(100vh - var(--strip)); }
#side.below { left: 0; top: auto; bottom: var(--strip); width: 100vw; height: var(--below); }
#strip { position: fixed; left: 0; right: 0; bottom: 0; height: var(--strip); z-index: 2; overflow: hidden; display: none; align-items: center; gap: .9em; padding: 0 .9em;
  box-sizing: border-box; background: #0c2b23; color: #eef6f2; --row: var(--strip); font: 600 calc(var(--row) * .44)/1.1 "Be Vietnam Pro", "Noto Sans", "DejaVu Sans", system-ui, sans-serif; white-space: nowrap; }
#strip.shown { display: flex; } #strip.upright { --row: calc(var(--strip) / 2); flex-wrap: wrap; row-gap: 0; align-content: stretch; }
#strip.upright #ticker { order: -1; flex: 0 0 100%; height: var(--row); } #strip.upright #day { margin-left: auto; }
#strip svg { height: 1.15em; flex: none; color: #7fd1b0; }
#ticker { position: relative; flex: 1; align-self: stretch; min-width: 0; }
#ticker span { position: absolute; inset: 0; display: flex; align-items: center; overflow: hidden; }
#offline { display: none; align-items: center; gap: .4em; padding: .18em .7em; border-radius: 9em; background: #ffc14d; color: #241600; font-size: .74em; }
#offline.shown { display: flex; } #offline::before { content: ''; width: .62em; height: .62em; border-radius: 50%; border: .16em solid; }
#day { color: #a9cbbd; font-size: .74em; } #clock { font-weight: 800; font-size: 1.3em; font-variant-numeric: tabular-nums; }
</style></head>
<body><div id="cover"></div><div id="glass"></div><div id="strip">${loudspeakerSign}<div id="ticker"></div><span id="offline">Mất kết nối</span><span id="day"></span><span id="clock"></span></div></body></html>`;

/** Policy of a shown document itself, beside what it inherits; put first in its head. */
export const bulletinPolicy = (filmsFrom?: string): string =>
  `<meta http-equiv="Content-Security-Policy" content="${policyOf(filmsFrom)}">`;

/** The document with the policy before anything that could ask the network. A leading doctype keeps its place. */
export function guarded(html: string, filmsFrom?: string): string {
  const doctype = /^\s*<!doctype[^>]*>/i.exec(html)?.[0] ?? '';
  return `${doctype}${bulletinPolicy(filmsFrom)}<meta name="referrer" content="no-referrer">${html.slice(doctype.length)}`;
}
