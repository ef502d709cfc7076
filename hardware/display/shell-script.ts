// What drives the shell page. It is evaluated from outside, which the page's policy does not govern, and never seen by a bulletin.

/** A bulletin fades into the next for so long; orders cut. One change of the picture in it, far below 3 flashes a second. */
export const fadeMs = 240;

/**
 * Each document gets a frame of its own (`sandbox=""`: no scripts, no forms, an own origin), so a load event can only be its
 * own. It loads below what is seen, not hidden: a hidden frame of another origin may be left unpainted. It comes to the front
 * when it is ready; a newer one removes it before that. Kept ones lie ready in the same way under a name, until their turn.
 * The cover goes before all of them while the screen is dark. A beat of one frame a second shows that this page is still
 * composited, also where nothing moves. While a frame fades in, what is seen is a blend of the two and nothing else: the one
 * below stays whole until the one above is opaque.
 */
export const shellScript = `(() => {
  let turn = 0, seen = null, next = null, lay = false, abandon = () => {}, fade = null, frames = 0, lastPaint = 0;
  const kept = new Map(), at = (id) => document.getElementById(id), cover = at('cover');
  const painted = () => { frames++; lastPaint = performance.timeOrigin + performance.now(); };
  const paint = () => new Promise((done) => requestAnimationFrame(() => { painted(); done(); }));
  const paints = async (count) => { for (let i = 0; i < count; i++) await paint(); };
  const make = (html, whole) => {
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', '');
    frame.className = whole ? 'whole' : 'zone';
    frame.srcdoc = html;
    return frame;
  };
  const layer = (frame, name) => { frame.className = frame.className.replace(/ (seen|coming)$/, '') + (name ? ' ' + name : ''); };
  const darken = (dark) => { cover.style.zIndex = dark ? 9 : 1; };
  const drop = (id) => { const one = kept.get(id); kept.delete(id); if (one) { one.frame.remove(); one.abandon(); } };
  const begin = (mine, frame) => { turn = mine; abandon(); abandon = () => {}; if (next) next.remove(); next = frame; };
  setInterval(() => requestAnimationFrame(painted), 1000);
  globalThis.loa = {
    next: () => next,
    seen: () => seen,
    kept: (id) => kept.get(id)?.frame ?? null,
    sample: () => [frames, lastPaint],
    async cover(dark) { darken(dark); await paints(2); return true; },
    drop,
    async keep(id, html, whole) {
      drop(id);
      const one = { frame: make(html, whole), ready: false, abandon() {} };
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
      begin(mine, one.frame);
      lay = true;
      return 'ready';
    },
    async prepare(mine, html, whole) {
      if (mine < turn) return 'superseded';
      const frame = make(html, whole);
      begin(mine, frame);
      lay = false;
      const loaded = new Promise((done) => { frame.onload = () => done(true); abandon = () => done(false); });
      document.body.append(frame);
      return (await loaded) && frame === next ? 'ready' : 'superseded';
    },
    leave(mine) { if (mine === turn && next) { abandon(); next.remove(); next = null; } },
    async flip(mine, dark, fadeMs) {
      const frame = next;
      if (mine !== turn || !frame) return 'superseded';
      // One that lay ready has been painted long ago.
      if (!lay) await paints(2);
      if (frame !== next) return 'superseded';
      if (fade) fade.finish();
      const old = seen;
      seen = frame;
      next = null;
      darken(dark);
      const fades = old && !dark && fadeMs > 0 && old.className.startsWith('zone') && frame.className === 'zone';
      const mineFade = fades ? frame.animate([{ opacity: 0 }, { opacity: 1 }], { duration: fadeMs, easing: 'linear' }) : null;
      fade = mineFade;
      layer(frame, 'coming');
      await paints(2);
      const shown = performance.timeOrigin + performance.now();
      if (mineFade) { await mineFade.finished.catch(() => {}); if (fade === mineFade) fade = null; await paints(1); }
      if (old) old.remove();
      layer(frame, 'seen');
      return shown;
    },
  };
  return true;
})()`;

/** Sets what stands around the frames; evaluated with `shellScript`, called with `around`. */
export const aroundScript = `(() => {
  const at = (id) => document.getElementById(id), root = document.documentElement.style;
  let clock = null, pages = [], page = -1, turnPage = 0, ticker = '';
  const tell = () => {
    if (!clock) { at('clock').textContent = at('day').textContent = ''; return; }
    const now = new Date(Date.now() + clock.offsetMs), zone = { timeZone: clock.zone };
    at('clock').textContent = new Intl.DateTimeFormat('vi', { ...zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(now);
    at('day').textContent = new Intl.DateTimeFormat('vi', { ...zone, weekday: 'long', day: '2-digit', month: '2-digit' }).format(now);
  };
  const next = () => {
    if (pages.length === 0) return;
    page = (page + 1) % pages.length;
    const old = at('ticker').firstElementChild, fresh = document.createElement('span');
    fresh.textContent = pages[page].text;
    at('ticker').append(fresh);
    fresh.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 300 });
    if (old) old.animate([{ opacity: 1 }, { opacity: 0 }], { duration: 300 }).finished.then(() => old.remove(), () => old.remove());
    if (pages.length > 1) turnPage = setTimeout(next, pages[page].ms);
  };
  setInterval(tell, 500);
  loa.around = (wish) => {
    root.setProperty('--strip', wish.stripPx + 'px');
    root.setProperty('--side', wish.sidePx + 'px');
    root.setProperty('--below', wish.belowPx + 'px');
    at('strip').className = (wish.stripPx > 0 ? 'shown' : '') + (wish.upright ? ' upright' : '');
    at('offline').className = wish.offline ? 'shown' : '';
    clock = wish.clock;
    tell();
    const told = JSON.stringify(wish.pages);
    if (told !== ticker) { ticker = told; clearTimeout(turnPage); at('ticker').replaceChildren(); pages = wish.pages; page = -1; next(); }
    const old = at('side');
    if (wish.side === null) { if (old) old.remove(); return true; }
    if (old && old.srcdoc === wish.side) { old.className = wish.belowPx > 0 ? 'below' : ''; return true; }
    const fresh = document.createElement('iframe');
    fresh.setAttribute('sandbox', '');
    fresh.className = wish.belowPx > 0 ? 'below' : '';
    fresh.srcdoc = wish.side;
    if (!old) fresh.id = 'side';
    else fresh.style.cssText = 'left:auto;right:0;width:var(--side);height:calc(100vh - var(--strip))';
    fresh.onload = () => { if (old) old.remove(); fresh.id = 'side'; fresh.style.cssText = ''; };
    document.body.append(fresh);
    return true;
  };
  return true;
})()`;

/** Evaluated beside a document: its fonts and pictures are there and painted; answers with the colour of its ground. */
export const settleExpression = `(async () => {
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
  for (let i = 0; i < 2; i++) await new Promise((done) => requestAnimationFrame(done));
  const grounds = [document.documentElement, document.body].filter(Boolean).map((one) => getComputedStyle(one).backgroundColor);
  return grounds.find((colour) => !/^rgba\\(.*, 0\\)$/.test(colour) && colour !== 'transparent') ?? 'rgb(255, 255, 255)';
})()`;

/** Evaluated beside a document that is now seen. */
export const playExpression = `(() => {
  for (const film of document.querySelectorAll('video[autoplay]')) { film.muted = true; film.playsInline = true; film.currentTime = 0; film.play().catch(() => {}); }
})()`;

/** Evaluated in a document with a film over it: what the film says of itself. */
export const filmExpression = `(() => {
  const film = document.querySelector('video.loa-film');
  return film && [film.readyState, film.error ? film.error.code : 0, film.currentTime, film.ended, film.paused, film.getVideoPlaybackQuality().totalVideoFrames];
})()`;

/** A function of the same place: the film begins so many seconds in; near its end it stands on its last picture. */
export const filmBegin = `((atS) => {
  const film = document.querySelector('video.loa-film');
  if (!film) return;
  film.muted = true;
  film.currentTime = Math.min(atS, Math.max(0, (film.duration || 0) - .04));
  film.play().catch(() => {});
})`;

/** In the shell page: it is whole. */
export const shellStandsExpression = `document.readyState === 'complete' && document.querySelector('#cover') !== null`;
