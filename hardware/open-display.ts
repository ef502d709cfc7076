// Picks the display that local settings name; a browser is looked for only when named.
import type { ChromiumDisplayOptions } from './display/chromium-options.ts';
import type { Display } from './display.ts';

export type DisplaySettings =
  | { readonly kind: 'none' }
  | { readonly kind: 'simulated' }
  | ({ readonly kind: 'chromium' } & Omit<ChromiumDisplayOptions, 'now' | keyof DisplayMemory>);

/** What a box remembers of bulletins that broke its screen. */
export type DisplayMemory = Pick<ChromiumDisplayOptions, 'strikesFile' | 'onBlackListed'>;

/** The display, not yet started; `undefined` where the box has none. `now` is the box's wall time. */
export async function makeDisplay(settings: DisplaySettings, now: () => number, memory: DisplayMemory = {}): Promise<Display | undefined> {
  switch (settings.kind) {
    case 'none':
      return undefined;
    case 'simulated': {
      const { SimulatedDisplay } = await import('./display/simulated-display.ts');
      return new SimulatedDisplay({ now });
    }
    case 'chromium': {
      const { ChromiumDisplay } = await import('./display/chromium-display.ts');
      return new ChromiumDisplay({ ...settings, ...memory, now });
    }
    default:
      return settings satisfies never;
  }
}
