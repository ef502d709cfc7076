// Picks the audio output that local settings name.
import { VirtualDac, type VirtualDacOptions } from './audio-out/virtual-dac.ts';
import type { AudioOut } from './audio-out.ts';

export type AudioOutSettings = { readonly kind: 'virtual' } & Omit<VirtualDacOptions, 'now'>;

/** The output, not yet open: its owner opens it, and again after a failure. */
export function makeAudioOut(settings: AudioOutSettings): AudioOut {
  switch (settings.kind) {
    case 'virtual':
      return new VirtualDac(settings);
    default:
      return settings.kind satisfies never;
  }
}
