// A sign for each hazard, drawn in a 64 × 64 box with strokes only, so that it is read without colour and without words.
import { hazardPaths, informing } from '../../schemas/hazard-signs.ts';
import type { Hazard } from '../../schemas/order.ts';

/** SVG of a hazard's sign in the current text colour. */
export function hazardSign(hazard: Hazard): string {
  const frame = informing.includes(hazard)
    ? '<circle cx="60" cy="60" r="54"/>'
    : '<path d="M52 10.6a9.2 9.2 0 0 1 16 0l47 82a9.2 9.2 0 0 1-8 13.8H13a9.2 9.2 0 0 1-8-13.8z"/>';
  const place = informing.includes(hazard) ? 'translate(21 21) scale(1.22)' : 'translate(30.2 42) scale(.93)';
  return `<svg viewBox="0 0 120 120" aria-hidden="true" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round">
<g stroke-width="6">${frame}</g><path d="${hazardPaths[hazard]}" transform="${place}" stroke-width="4.6"/></svg>`;
}

/** A loudspeaker, the sign of the system itself. */
export const loudspeakerSign = `<svg viewBox="0 0 64 64" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round">
<path d="M8 26v12h10l18 13V13L18 26zM44 24a12 12 0 0 1 0 16M50 16a22 22 0 0 1 0 32"/></svg>`;

/** Where to go. */
export const arrowSign = `<svg viewBox="0 0 64 48" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="9" stroke-linecap="round" stroke-linejoin="round">
<path d="M6 24h50M38 6l18 18-18 18"/></svg>`;
