// What is evaluated beside a document in a world of our own: has it settled, do its films begin. The document runs no script itself.

/** In the shell page: it is whole. */
export const shellStandsExpression = `document.readyState === 'complete' && document.querySelector('#cover') !== null`;

/** Resolves with the document's ground once fonts and images are there and were painted. */
export const settleExpression = `(async () => {
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
  for (let i = 0; i < 2; i++) await new Promise((done) => requestAnimationFrame(done));
  const grounds = [document.documentElement, document.body].filter(Boolean).map((one) => getComputedStyle(one).backgroundColor);
  return grounds.find((colour) => !/^rgba\\(.*, 0\\)$/.test(colour) && colour !== 'transparent') ?? 'rgb(255, 255, 255)';
})()`;

/** Films begin; their sandbox does not let them by themselves. */
export const playExpression = `(() => {
  for (const film of document.querySelectorAll('video[autoplay]')) { film.muted = true; film.playsInline = true; film.currentTime = 0; film.play().catch(() => {}); }
})()`;
