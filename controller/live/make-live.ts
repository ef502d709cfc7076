// The rooms of live sound, wired: sessions, and relays that speak through them.
import type { AudioTools } from '../../hardware/host/audio-tools.ts';
import { requireTools } from '../media/spawn-transcoder.ts';
import { RelayDesk } from '../relay/relay-desk.ts';
import type { Store } from '../store/store.ts';
import { LiveDesk, type LiveDeskOptions } from './live-desk.ts';

export interface LiveParts extends Omit<LiveDeskOptions, 'ingest' | 'store'> {
  readonly store: Store;
  readonly tools: AudioTools;
  readonly demo: boolean;
  readonly ingest: NonNullable<LiveDeskOptions['ingest']>;
}

export function makeLive({ store, tools, demo, ingest, ...rest }: LiveParts): { readonly live: LiveDesk; readonly relays: RelayDesk } {
  const live = new LiveDesk({ ...rest, store, ingest: requireTools(tools).ok ? ingest : undefined });
  const ffmpeg = tools.ffmpegDecodesOnly ? undefined : tools.ffmpeg;
  const { feed, groups, nowMs } = rest;
  return { live, relays: new RelayDesk({ store: store.live, live, feed, ffmpeg, demo, groups, nowMs }) };
}
