// What reports are made of: plain lists, of boxes that the asker sees (api/reports.ts reads them).
import type { Fault } from '../../schemas/faults.ts';
import type { Programme } from '../../schemas/programme.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import type { Output } from '../../schemas/settings.ts';
import type { KeptSum, PlaySum, RefusedPlay } from '../store/play-store.ts';

export interface KnownBox {
  readonly id: string;
  readonly name: string;
  readonly area: string;
  readonly outputs: readonly Output[];
  readonly enrolled: boolean;
  readonly online: boolean;
  readonly lastSeenMs: number | null;
}

/** An exercise or an order in earnest, and how far it came on each box it was meant for. */
export interface KnownOrder {
  readonly id: string;
  readonly class: string;
  readonly template: string;
  readonly givenMs: number;
  readonly by: string;
  readonly boxes: readonly { readonly box: string; readonly sounded: boolean; readonly told: boolean; readonly soundedMs: number | null }[];
}

export interface Known {
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
  readonly boxes: readonly KnownBox[];
  /** Planned to begin within the period; where the log needs them one by one. */
  readonly receipts: readonly { readonly dev: string; readonly receipt: Receipt }[];
  readonly sums: readonly PlaySum[];
  readonly kept: readonly KeptSum[];
  readonly refused: readonly RefusedPlay[];
  readonly programmes: ReadonlyMap<string, Programme>;
  readonly faults: readonly Fault[];
  readonly orders: readonly KnownOrder[];
}
