// Sounds to hear again: where they are, and those that somebody keeps on the phone for when there is no line.
import type { PublicSound } from '../../../schemas/citizen-api.ts';
import { all, drop, keep } from './kept.ts';
import { soundCache } from './sound-cache.ts';

export const keptMax = 60;

export interface KeptSound {
  readonly sound: PublicSound;
  readonly source: string;
  readonly bytes: number;
  readonly keptMs: number;
}

/** Ogg Opus where this phone knows it, else MP3. */
export function srcOf(sha256: string): string {
  const knows = document.createElement('audio').canPlayType('audio/ogg; codecs=opus') !== '';
  return `/api/public/sounds/${sha256}${knows ? '' : '/mp3'}`;
}

export async function keptSounds(): Promise<KeptSound[]> {
  const found = (await all<unknown>('sounds')) as KeptSound[];
  return found.sort((a, b) => b.keptMs - a.keptMs);
}

/** Fetch it whole and keep it; false: no line, no room, or too many already. */
export async function keepSound(sound: PublicSound, source: string, nowMs: number): Promise<boolean> {
  try {
    if ((await keptSounds()).length >= keptMax) return false;
    const response = await fetch(srcOf(sound.sha256), { credentials: 'omit' });
    if (response.status !== 200) return false;
    const body = await response.blob();
    const cache = await caches.open(soundCache);
    const type = response.headers.get('content-type') ?? 'audio/ogg';
    await cache.put(srcOf(sound.sha256), new Response(body, { headers: { 'content-type': type, 'content-length': String(body.size) } }));
    await keep('sounds', sound.sha256, { sound, source, bytes: body.size, keptMs: nowMs } satisfies KeptSound);
    return true;
  } catch {
    return false;
  }
}

export async function letSoundGo(sha256: string): Promise<void> {
  const cache = await caches.open(soundCache);
  await cache.delete(srcOf(sha256));
  await drop('sounds', sha256);
}
