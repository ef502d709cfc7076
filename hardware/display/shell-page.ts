// The one page the browser ever loads: sandboxed frames, one seen and one behind it. It holds no script; the agent drives it
// from outside, so its policy can forbid all scripts and all requests, and the frames inherit that.

/** Black until the first frame is ready. */
export const shellPage = `<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>Loa</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; media-src data:; font-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<style>
html, body { margin: 0; height: 100%; overflow: hidden; background: #000; cursor: none; }
iframe { position: fixed; inset: 0; width: 100%; height: 100%; border: 0; background: #fff; z-index: 0; }
iframe.front { z-index: 2; }
#cover { position: fixed; inset: 0; background: #000; z-index: 1; }
</style></head>
<body><div id="cover"></div></body></html>`;

/**
 * Installed by evaluation, which the policy does not govern. Each document gets a frame of its own (`sandbox=""`: no scripts,
 * no forms, an own origin), so a load event can only be its own. It loads below what is seen, not hidden: a hidden frame of
 * another origin may be left unpainted. It comes to the front when it is ready; a newer one removes it before that. Kept
 * ones lie ready in the same way under a name, until their turn. The cover goes before all of them while the screen is dark.
 * A beat of one frame a second shows that this page is still composited, also where nothing moves.
 */
export const shellScript = `(() => {
  let turn = 0, seen = null, next = null, abandon = () => {}, frames = 0, lastPaint = 0;
  const kept = new Map(), cover = document.getElementById('cover');
  const painted = () => { frames++; lastPaint = performance.timeOrigin + performance.now(); };
  const paint = () => new Promise((done) => requestAnimationFrame(() => { painted(); done(); }));
  const paints = async (count) => { for (let i = 0; i < count; i++) await paint(); };
  const make = (html) => {
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', '');
    frame.srcdoc = html;
    return frame;
  };
  const darken = (dark) => { cover.style.zIndex = dark ? 3 : 1; };
  const drop = (id) => { const one = kept.get(id); kept.delete(id); if (one) { one.frame.remove(); one.abandon(); } };
  setInterval(() => requestAnimationFrame(painted), 1000);
  globalThis.loa = {
    next: () => next,
    kept: (id) => kept.get(id)?.frame ?? null,
    sample: () => [frames, lastPaint],
    async cover(dark) { darken(dark); await paints(2); return true; },
    drop,
    async keep(id, html) {
      drop(id);
      const one = { frame: make(html), ready: false, abandon() {} };
      kept.set(id, one);
      const loaded = new Promise((done) => { one.frame.onload = () => done(true); one.abandon = () => done(false); });
      document.body.append(one.frame);
      one.ready = await loaded;
      return one.ready ? 'ready' : 'dropped';
    },
    take(mine, id) {
      if (mine < turn) return 'superseded';
      const one = kept.get(id);
      if (!one || !one.ready) return 'absent';
      kept.delete(id);
      turn = mine;
      abandon();
      if (next) next.remove();
      next = one.frame;
      return 'ready';
    },
    async prepare(mine, html) {
      if (mine < turn) return 'superseded';
      turn = mine;
      abandon();
      if (next) next.remove();
      const frame = make(html);
      next = frame;
      const loaded = new Promise((done) => { frame.onload = () => done(true); abandon = () => done(false); });
      document.body.append(frame);
      return (await loaded) && frame === next ? 'ready' : 'superseded';
    },
    async flip(mine, dark) {
      const frame = next;
      if (mine !== turn || !frame) return 'superseded';
      await paints(2);
      if (frame !== next) return 'superseded';
      const old = seen;
      frame.className = 'front';
      darken(dark);
      if (old) old.className = '';
      seen = frame;
      next = null;
      await paints(2);
      if (old) old.remove();
      return performance.timeOrigin + performance.now();
    },
  };
  return true;
})()`;

/** Policy of a shown document itself, beside what it inherits; put first in its head. */
export const bulletinPolicy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; media-src data:; font-src data:; style-src 'unsafe-inline'">`;

/** The document with the policy before anything that could ask the network. A leading doctype keeps its place. */
export function guarded(html: string): string {
  const doctype = /^\s*<!doctype[^>]*>/i.exec(html)?.[0] ?? '';
  return `${doctype}${bulletinPolicy}${html.slice(doctype.length)}`;
}
