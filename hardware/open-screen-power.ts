// Picks the means of switching a screen that local settings name; nothing is loaded or looked for unless named.
import type { ScreenPower } from './screen-power.ts';

export type ScreenPowerSettings =
  | { readonly kind: 'cec'; readonly device?: string | undefined }
  | { readonly kind: 'wlr-randr'; readonly output: string }
  | { readonly kind: 'ddcutil'; readonly bus: number }
  | { readonly kind: 'relay'; readonly pin: number; readonly activeLow: boolean; readonly chip?: string | undefined }
  | { readonly kind: 'simulated' };

export async function makeScreenPower(settings: ScreenPowerSettings): Promise<ScreenPower> {
  switch (settings.kind) {
    case 'cec': {
      const { CecPower } = await import('./screen-power/cec-power.ts');
      return new CecPower(settings);
    }
    case 'wlr-randr': {
      const { WlrPower } = await import('./screen-power/wlr-power.ts');
      return new WlrPower(settings);
    }
    case 'ddcutil': {
      const { DdcPower } = await import('./screen-power/ddc-power.ts');
      return new DdcPower(settings);
    }
    case 'relay': {
      const { RelayPower } = await import('./screen-power/relay-power.ts');
      return new RelayPower(settings);
    }
    case 'simulated': {
      const { SimulatedPower } = await import('./screen-power/simulated-power.ts');
      return new SimulatedPower();
    }
    default:
      return settings satisfies never;
  }
}
