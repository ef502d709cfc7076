// What the shell is told to put around its frames: zones in pixels, the clock's offset, the ticker in pages. Pure.
import type { Surround } from '../display.ts';
import { type TickerPage, tickerLetters, tickerPages, type Zones, zonesOf } from './layout.ts';
import { guarded } from './shell-page.ts';

export interface AroundWish extends Zones {
  readonly clock: { readonly zone: string; readonly offsetMs: number } | null;
  readonly pages: readonly TickerPage[];
  readonly side: string | null;
  readonly offline: boolean;
  readonly upright: boolean;
}

/** `offsetMs`: what the box's clock is ahead of the machine's. */
export function aroundWish(around: Surround, columns: number, rows: number, offsetMs: number): AroundWish {
  const zones = zonesOf(columns, rows, true, around.side !== undefined);
  return {
    ...zones,
    clock: around.clockZone === undefined ? null : { zone: around.clockZone, offsetMs },
    pages: tickerPages(around.ticker, tickerLetters(columns, rows, zones)),
    side: around.side === undefined ? null : guarded(around.side),
    offline: around.offline,
    upright: rows > columns,
  };
}
