// Picks the lamp that local settings name.
import type { LampSettings, StatusLamp } from './status-lamp.ts';

export async function openStatusLamp(settings: LampSettings): Promise<StatusLamp | undefined> {
  switch (settings.kind) {
    case 'none':
      return undefined;
    case 'simulated': {
      const { SimulatedLamp } = await import('./status-lamp/simulated-lamp.ts');
      return new SimulatedLamp();
    }
    case 'led': {
      const { LedLamp } = await import('./status-lamp/led-lamp.ts');
      return new LedLamp(settings);
    }
    default:
      return settings satisfies never;
  }
}
