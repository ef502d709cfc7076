// Live sound of a virtual loudspeaker over HTTP: an endless WAV for browsers, timed chunks for programs.
import type { ServerResponse } from 'node:http';
import { type Heard, sampleRateHz } from '../../hardware/audio-out.ts';
import { wavHead } from '../../hardware/host/wav.ts';

type Chunk = Parameters<Parameters<Heard['onHeard']>[0]>[0];

/** A listener that does not take its bytes is let go, so that it never holds memory. */
const queuedBytesMax = 1024 * 1024;
const listenersMax = 8;

export class Listeners {
  readonly #open = new Set<ServerResponse>();

  /** Stream until the listener leaves. False when too many listen. */
  stream(response: ServerResponse, heard: Heard, form: 'wav' | 'chunks'): boolean {
    if (this.#open.size >= listenersMax) return false;
    this.#open.add(response);
    response.writeHead(200, { 'content-type': form === 'wav' ? 'audio/wav' : 'application/octet-stream', 'cache-control': 'no-store' });
    if (form === 'wav') response.write(wavHead(sampleRateHz, Number.POSITIVE_INFINITY));
    else response.flushHeaders();
    const stop = heard.onHeard((chunk) => {
      if (response.writableLength > queuedBytesMax) response.destroy();
      else response.write(form === 'wav' ? pcm(chunk.frames) : timed(chunk));
    });
    response.on('close', () => {
      stop();
      this.#open.delete(response);
    });
    return true;
  }

  stop(): void {
    for (const response of this.#open) response.destroy();
  }
}

/** f64LE monoMs of the first frame, u32LE frame count, s16LE frames. */
function timed({ atMonoMs, frames }: Chunk): Buffer {
  const bytes = Buffer.alloc(12 + frames.length * 2);
  bytes.writeDoubleLE(atMonoMs, 0);
  bytes.writeUInt32LE(frames.length, 8);
  pcm(frames).copy(bytes, 12);
  return bytes;
}

/** A copy: the converter uses its buffer again. Little-endian machines only, as all boxes are. */
function pcm(frames: Int16Array): Buffer {
  return Buffer.from(Uint8Array.prototype.slice.call(new Uint8Array(frames.buffer, frames.byteOffset, frames.byteLength)).buffer);
}
