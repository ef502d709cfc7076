// What a board shows of its own: orders, the safe page, and the zones around bulletins, as the box's settings say.

import { bulletinPage, type PageMarks } from '../hardware/display/board-page.ts';
import { orderTwins, safeTwins } from '../hardware/display/page-text.ts';
import type { Page, Surround } from '../hardware/display.ts';
import type { Order } from '../schemas/order.ts';
import type { BoxSettings } from '../schemas/settings.ts';
import { type Moment, trusted } from '../schemas/time.ts';

export interface OwnPagesOptions {
  readonly identity: { readonly dev: string; readonly trustRoot: { readonly demo: boolean } };
  /** Dots of the screen, where it has any. */
  readonly screen: { readonly columns: number; readonly rows: number } | undefined;
  /** As wanted now; undefined before the first plan. */
  readonly settings: () => Pick<BoxSettings, 'board' | 'place'> | undefined;
}

/** Vietnam has one zone; a board's clock shows it whatever the machine is set to. */
const boardZone = 'Asia/Ho_Chi_Minh';
const name = 'Bảng tin điện tử công cộng';

export class OwnPages {
  readonly #options: OwnPagesOptions;

  constructor(options: OwnPagesOptions) {
    this.#options = options;
  }

  /** As the boards' players ask for them. */
  doors(surround: () => Surround) {
    return {
      surround,
      orderPage: (order: Order, languages: readonly string[], interpreted: boolean) => this.order(order, languages, interpreted),
      safePage: () => this.safe(),
    };
  }

  order(order: Order, languages: readonly string[], interpreted = false): Page {
    const { screen, settings } = this.#options;
    const viewing = settings()?.board?.viewing;
    const marks: PageMarks = { ...this.#marks(), interpreted, ...(viewing && screen && { viewing: { ...viewing, ...screen } }) };
    return orderTwins(order, marks, languages);
  }

  safe(): Page {
    const { identity, settings } = this.#options;
    const { place = identity.dev, board } = settings() ?? {};
    return safeTwins(name, { ...this.#marks(), place, ...(board?.qr && { qr: board.qr }) });
  }

  /** A clock only while the time is trusted, and the mark of a lost centre. */
  around({ quality }: Moment, centreReached: boolean): Surround {
    const { notices: ticker = [], side, qr } = this.#options.settings()?.board ?? {};
    const clock = trusted(quality) && { clockZone: boardZone };
    const page = side && bulletinPage(side, { ...this.#marks(), ...(qr && { qr }) });
    return { ...clock, offline: !centreReached, ticker, ...(page !== undefined && { side: page }) };
  }

  #marks(): PageMarks {
    return { demo: this.#options.identity.trustRoot.demo };
  }
}
