// One Opus packet as live sound needs it: a single frame of 20 ms. Read from its first byte (RFC 6716 §3.1).
import { opusFrameBytesMax } from '../../schemas/live.ts';

/** Digital silence as libopus itself writes it: full-band CELT, mono, nothing coded. */
export const silentFrame: Uint8Array = Uint8Array.of(0xf8, 0xff, 0xfe);

/** Is this one frame of 20 ms, mono, small enough for a batch? */
export function fitsLive(packet: Uint8Array): boolean {
  const toc = packet[0];
  if (toc === undefined || packet.length > opusFrameBytesMax) return false;
  const [config, stereo, code] = [toc >> 3, (toc >> 2) & 1, toc & 3];
  if (stereo === 1 || code !== 0) return false;
  if (config < 12) return (config & 3) === 1;
  return config < 16 ? (config & 1) === 1 : (config & 3) === 3;
}
