// Flashes of films, counted: what may be shown on a square where people did not choose to look.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FlashCounter, flashGrid } from '../../controller/core/film-flashes.ts';

type Colour = readonly [number, number, number];
type Painter = (column: number, row: number) => Colour;
const black: Colour = [0, 0, 0];
const white: Colour = [255, 255, 255];
const red: Colour = [255, 0, 0];

function picture(paint: Painter): Uint8Array {
  const rgb = new Uint8Array(flashGrid.bytes);
  for (let row = 0; row < flashGrid.rows; row++)
    for (let column = 0; column < flashGrid.columns; column++) rgb.set(paint(column, row), (row * flashGrid.columns + column) * 3);
  return rgb;
}

/** Pictures at 30 a second for `seconds`, each painted by its number. */
function seen(seconds: number, paint: (frame: number) => Painter) {
  const counter = new FlashCounter();
  for (let frame = 0; frame < seconds * 30; frame++) counter.see(picture(paint(frame)), Math.round((frame * 1000) / 30));
  return counter.found;
}

/** The whole screen light and dark, so many times a second. */
const blinking = (perSecond: number, a: Colour, b: Colour) => (frame: number) => () =>
  Math.floor((frame * perSecond * 2) / 30) % 2 ? a : b;

describe('flashes of a film', () => {
  test.each([1, 2, 3])('%i a second may be shown', (perSecond) => expect(seen(5, blinking(perSecond, white, black))).toBeUndefined());

  test.each([5, 7, 15])('%i a second may not, and the instant is told', (perSecond) => {
    const found = seen(5, blinking(perSecond, white, black));
    expect(found).toMatchObject({ kind: 'light' });
    expect(found?.atMs).toBeLessThanOrEqual(1_100);
  });

  test('a red that flashes is found where its light hardly changes', () => {
    const grey: Colour = [118, 118, 118];
    expect(seen(3, blinking(5, red, grey))).toMatchObject({ kind: 'red' });
    expect(seen(3, blinking(5, [0, 0, 255], [60, 60, 60]))).toBeUndefined();
  });

  test('a lamp as small as a sixteenth of the screen may blink, half of it may not', () => {
    const within = (columns: number, rows: number) => (frame: number) => (column: number, row: number) =>
      column < columns && row < rows && Math.floor(frame / 3) % 2 ? white : black;
    expect(seen(3, within(4, 4))).toBeUndefined();
    expect(seen(3, within(16, 18))).toMatchObject({ kind: 'light' });
  });

  test('a slow fade, however deep, and a cut each second are no flashes', () => {
    expect(seen(8, (frame) => () => new Array(3).fill(Math.round(127 + 127 * Math.sin(frame / 15))) as unknown as Colour)).toBeUndefined();
    expect(seen(8, (frame) => () => (Math.floor(frame / 30) % 2 ? white : black))).toBeUndefined();
  });

  test('light noise of a camera is no flash', () => {
    const noise = fc.array(fc.integer({ min: 0, max: 24 }), { minLength: 30, maxLength: 90 });
    fc.assert(fc.property(noise, (steps) => seen(steps.length / 30, (frame) => () => [100 + (steps[frame] ?? 0), 100, 100]) === undefined));
  });

  test('a still picture, whatever it is, never flashes', () => {
    const colour = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255));
    fc.assert(
      fc.property(colour, colour, (a, b) => seen(2, () => (column) => (column % 2 ? a : b)) === undefined),
      { numRuns: 30 },
    );
  });
});
