// What a Chromium display is told when it is made.
import type { Result } from '../../schemas/problems.ts';
import type { Page } from '../display.ts';
import type { BrowserOptions, ChromiumBrowser } from './chromium-browser.ts';

export interface ChromiumDisplayOptions {
  readonly executable?: string;
  readonly kiosk?: boolean;
  readonly widthPx?: number;
  readonly heightPx?: number;
  /** Wall time of the box, which may not be the machine's. */
  readonly now?: () => number;
  /** Origin of this machine whose films bulletins may show, `http://127.0.0.1:PORT`. */
  readonly filmsFrom?: string;
  /** Where black-listed bulletins are remembered; in memory by default. */
  readonly strikesFile?: string;
  /** A bulletin, by its sha256, broke the screen too often: it is not shown until its content changes. */
  readonly onBlackListed?: (sha256: string) => void;
  /** What stands in for a bulletin that broke the screen. */
  readonly safe?: () => Page;
  /** Of a bulletin into the next; 0 cuts. */
  readonly fadeMs?: number;
  /** The technique itself, so that a bench can look at each of its frames. */
  readonly startBrowser?: (options: BrowserOptions) => Promise<Result<ChromiumBrowser>>;
}

/** What its browser is told, without whom to tell. */
export function browserOptionsOf(options: ChromiumDisplayOptions): Omit<BrowserOptions, 'onGone' | 'onFrameGone'> {
  const { executable, kiosk = false, widthPx = 1280, heightPx = 720, filmsFrom } = options;
  return { kiosk, widthPx, heightPx, ...(executable !== undefined && { executable }), ...(filmsFrom !== undefined && { filmsFrom }) };
}
