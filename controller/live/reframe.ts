// Any sound that ffmpeg reads, as live frames: Opus of 20 ms, 48 kHz mono, one to an Ogg page, as soon as they are made.
import type { Exit, Tool } from '../../hardware/host/processes.ts';
import { startTool } from '../../hardware/host/processes.ts';
import { OggPackets } from './ogg-pages.ts';
import { fitsLive } from './opus-frame.ts';

export interface ReframeOptions {
  readonly ffmpeg: string;
  /** Up to and with `-i SOURCE`. */
  readonly input: readonly string[];
  readonly filter?: string;
  readonly bitRate: string;
  readonly onFrame: (frame: Uint8Array) => void;
  /** Its words on standard error, line by line. */
  readonly onLine?: (line: string) => void;
  readonly onExit: (exit: Exit) => void;
}

/** Start re-framing; the tool's stdin is the source where `-i pipe:0` says so. */
export function startReframe({ ffmpeg, input, filter, bitRate, onFrame, onLine, onExit }: ReframeOptions): Tool {
  const packets = new OggPackets();
  const sound = [
    '-map',
    '0:a:0',
    '-vn',
    '-sn',
    '-dn',
    '-map_metadata',
    '-1',
    ...(filter ? ['-af', filter] : []),
    '-ac',
    '1',
    '-ar',
    '48000',
  ];
  const opus = ['-c:a', 'libopus', '-b:a', bitRate, '-application', 'audio', '-frame_duration', '20'];
  const out = ['-page_duration', '20000', '-flush_packets', '1', '-f', 'ogg', 'pipe:1'];
  const args = ['-hide_banner', '-nostats', '-loglevel', 'info', ...input, ...sound, ...opus, ...out];
  const tool = startTool(ffmpeg, args, { onExit });
  tool.stdout.on('data', (chunk: Buffer) => {
    for (const packet of packets.push(chunk)) if (fitsLive(packet)) onFrame(packet);
  });
  let line = '';
  tool.stderr.on('data', (chunk: Buffer) => {
    const lines = (line + chunk.toString()).split(/[\r\n]/);
    line = (lines.pop() ?? '').slice(-2_000);
    for (const one of lines) onLine?.(one);
  });
  return tool;
}
