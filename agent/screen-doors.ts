// The box's screen as its local settings name it, and the films that a browser on it may play.
import { type DisplayMemory, makeDisplay } from '../hardware/open-display.ts';
import type { Cache } from './cache.ts';
import type { AgentConfig } from './config.ts';
import { displaySettings } from './display-config.ts';
import { Films } from './films.ts';
import type { OutputsOptions } from './outputs.ts';
import type { Clock } from './ports.ts';
import { bulletinReader } from './screens.ts';

export interface ScreenDoors {
  readonly doors: Pick<OutputsOptions, 'openDisplay' | 'readPage' | 'filmAt'>;
  stop(): Promise<void>;
}

export function screenDoors(config: AgentConfig, cache: Cache, clock: Pick<Clock, 'now'>): ScreenDoors {
  const settings = displaySettings(config);
  const readPage = bulletinReader(cache);
  const nowMs = () => clock.now().wallMs;
  if (settings.kind !== 'chromium')
    return { doors: { readPage, openDisplay: (memory) => makeDisplay(settings, nowMs, memory) }, stop: async () => undefined };
  const films = new Films(cache);
  return {
    doors: {
      readPage,
      openDisplay: async (memory: DisplayMemory) => {
        // A machine without its own address shows stills and orders all the same.
        const filmsFrom = await films.start().catch(() => undefined);
        return makeDisplay({ ...settings, ...(filmsFrom !== undefined && { filmsFrom }) }, nowMs, memory);
      },
      filmAt: (sha256) => films.address(sha256),
    },
    stop: () => films.stop(),
  };
}
