// Picks the display that local settings name; a browser or a port is looked for only when named.

import type { Problem } from '../schemas/problems.ts';
import type { ChromiumDisplayOptions } from './display/chromium-options.ts';
import type { FramebufferDoorOptions } from './display/picture-doors.ts';
import type { SerialSignOptions } from './display/serial-sign.ts';
import type { Display } from './display.ts';
import type { SerialSettings } from './serial.ts';

export interface ImageSettings {
  readonly kind: 'image';
  readonly widthPx: number;
  readonly heightPx: number;
  /** Memory of each process of the browser that photographs pages; without it their words are drawn. */
  readonly browserBytes?: number;
  readonly executable?: string;
  readonly to: PictureDoorSettings;
}

/** Where pictures go. */
export type PictureDoorSettings = { readonly file: string } | { readonly framebuffer: FramebufferDoorOptions };

export type ChromiumSettings = Omit<ChromiumDisplayOptions, 'now' | keyof DisplayMemory> & {
  readonly kind: 'chromium';
  /** Shows pictures of the page's words for as long as the browser cannot be brought back. */
  readonly behind?: PictureDoorSettings;
};

export type SerialSignSettings = Omit<SerialSignOptions, 'open' | 'now'> & {
  readonly kind: 'serial-sign';
  /** `simulated` in place of a path: a sign in memory. */
  readonly port: SerialSettings;
};

export type DisplaySettings =
  | { readonly kind: 'none' }
  | { readonly kind: 'simulated' }
  | ChromiumSettings
  | ImageSettings
  | SerialSignSettings;

/** What a box remembers of bulletins that broke its screen, and of screens that broke. */
export type DisplayMemory = Pick<ChromiumDisplayOptions, 'strikesFile' | 'onBlackListed'> & {
  readonly onTrouble?: (problem: Problem) => void;
};

/** The display, not yet started; `undefined` where the box has none. `now` is the box's wall time. */
export async function makeDisplay(settings: DisplaySettings, now: () => number, memory: DisplayMemory = {}): Promise<Display | undefined> {
  switch (settings.kind) {
    case 'none':
      return undefined;
    case 'simulated': {
      const { SimulatedDisplay } = await import('./display/simulated-display.ts');
      return new SimulatedDisplay({ now });
    }
    case 'chromium':
      return makeBrowserDisplay(settings, now, memory);
    case 'image':
      return makeImageDisplay(settings, now);
    case 'serial-sign':
      return makeSerialSign(settings, now);
    default:
      return settings satisfies never;
  }
}

async function makeBrowserDisplay(settings: ChromiumSettings, now: () => number, memory: DisplayMemory): Promise<Display> {
  const { behind: to, ...browser } = settings;
  const { onTrouble, ...strikes } = memory;
  const { ChromiumDisplay } = await import('./display/chromium-display.ts');
  const front = new ChromiumDisplay({ ...browser, ...strikes, now });
  if (!to) return front;
  const { TwoDisplays } = await import('./display/two-displays.ts');
  const { widthPx = 1280, heightPx = 720 } = browser;
  const behind = await makeImageDisplay({ kind: 'image', widthPx, heightPx, to }, now);
  return new TwoDisplays({ front, behind, ...(onTrouble && { onTrouble }) });
}

async function makeImageDisplay(settings: ImageSettings, now: () => number): Promise<Display> {
  const { widthPx, heightPx, browserBytes: memoryBytes, executable, to } = settings;
  const { ImageDisplay } = await import('./display/image-display.ts');
  const { folderDoor, framebufferDoor } = await import('./display/picture-doors.ts');
  const door = 'file' in to ? folderDoor(to) : framebufferDoor(to.framebuffer);
  if (memoryBytes === undefined) return new ImageDisplay({ widthPx, heightPx, door, now });
  const { photographPage } = await import('./display/page-picture.ts');
  const { findChromium } = await import('./display/chromium-browser.ts');
  if (findChromium(executable) === undefined) return new ImageDisplay({ widthPx, heightPx, door, now });
  const options = { widthPx, heightPx, memoryBytes, ...(executable !== undefined && { executable }) };
  return new ImageDisplay({ widthPx, heightPx, door, now, photograph: (html, signal) => photographPage(html, { ...options, signal }) });
}

async function makeSerialSign({ port, ...sign }: SerialSignSettings, now: () => number): Promise<Display> {
  const { SerialSign } = await import('./display/serial-sign.ts');
  if (port.path !== 'simulated') {
    const { openSerial } = await import('./serial.ts');
    return new SerialSign({ ...sign, now, open: () => openSerial(port) });
  }
  const { SimulatedSerial } = await import('./display/simulated-serial.ts');
  const { SimulatedSign } = await import('./display/simulated-sign.ts');
  const line = new SimulatedSerial(new SimulatedSign({ ...sign }));
  return new SerialSign({ ...sign, now, open: () => line.open() });
}
