// A sign for each hazard, as strokes, so that it is read without colour and without words; boards and pages draw the same.
import type { Hazard } from './order.ts';

const waves = 'M6 46c4-4 8-4 12 0s8 4 12 0 8-4 12 0 8 4 12 0M6 55c4-4 8-4 12 0s8 4 12 0 8-4 12 0 8 4 12 0';
const house = 'M14 38V24L32 10l18 14v14M27 38V28h10v10';

/** Strokes in a 64 × 64 box. */
export const hazardPaths = {
  'flash-flood': `${waves}M10 12l10 14M22 8l10 18M40 8c8 4 12 10 12 22M44 24l8 7 6-9`,
  landslide: 'M6 56h52M6 56V14l14 10 10 14 12 6 10 12M38 14a4 4 0 1 0 .1 0M50 24a5 5 0 1 0 .1 0M44 36a3 3 0 1 0 .1 0M24 8l8 8',
  'river-flood': `${house}${waves}`,
  'reservoir-release': 'M8 56V10h14l10 46zM22 18h10M25 28h12c8 0 10 8 10 14M28 40h8c6 0 7 6 7 12M46 56c3-3 6-3 9 0',
  storm:
    'M32 32a5 5 0 1 1 5 5c-9 0-15-6-15-14 0-9 8-15 20-15 5 0 9 1 12 3-3-1-6 0-8 1 5 4 7 9 7 16 0 14-9 22-21 22-5 0-9-1-12-3 3 1 6 0 8-1',
  thunderstorm: 'M16 34a10 10 0 0 1 2-20 14 14 0 0 1 27 2 9 9 0 0 1 2 18M34 28 24 44h10l-6 14 16-20H34l5-10',
  cold: 'M32 6v52M9 19l46 26M9 45l46-26M25 10l7 7 7-7M25 54l7-7 7 7M8 28l10-3-3-10M56 36l-10 3 3 10M8 36l10 3-3 10M56 28l-10-3 3-10',
  'forest-fire': `M14 56V44M14 44l-8-2 6-9-5-1 7-12 7 12-5 1 6 9zM44 56a12 12 0 0 1-12-12c0-6 4-9 6-14l3 6c4-4 5-9 4-14 5 8 12 13 12 22a12 12 0 0 1-13 12zM6 58h52`,
  'house-fire': `M10 56V30L32 12l22 18v26zM32 26c2 6 9 9 9 17a9 9 0 0 1-18 0c0-5 3-7 4-10l2 4c3-3 4-7 3-11z`,
  epidemic:
    'M32 20a12 12 0 1 0 .1 0M32 20V8M32 44v12M20 32H8M44 32h12M23 23l-9-9M41 23l9-9M23 41l-9 9M41 41l9 9M28 8h8M28 56h8M8 28v8M56 28v8',
  tsunami: 'M4 54c10-2 8-34 30-36 12-1 18 8 14 15-3 5-11 4-11-2M48 33c-2 12 2 19 12 21M4 54h56',
  earthquake: `M12 56V28L32 12l20 16v28M32 12l-5 14 9 8-7 10 6 12M4 56h56M4 42l3-4M60 42l-3-4M2 34l4-2M62 34l-4-2`,
  other: `M32 14v24M32 48v1`,
  correction: 'M32 18v1M26 28h6v20M24 48h16',
  'all-clear': 'M14 34l12 13 24-30',
} as const satisfies Record<Hazard, string>;

/** A triangle warns; a circle informs. */
export const informing: readonly Hazard[] = ['correction', 'all-clear'];
