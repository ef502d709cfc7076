// Our Ogg against the real tools: what ffmpeg writes we read whole, what we write ffmpeg and opusdec decode to the sample.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chimeFrames } from '../../controller/live/chime.ts';
import { OggFile } from '../../controller/live/ogg-file.ts';
import { OggPackets } from '../../controller/live/ogg-pages.ts';
import { fitsLive, silentFrame } from '../../controller/live/opus-frame.ts';
import { programPath } from '../tell.ts';
import { chance } from '../world/random.ts';

const seconds = 20;

describe.skipIf(!programPath('ffmpeg'))('Ogg pages [needs ffmpeg]', () => {
  let written: Buffer;
  let dir: string;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'loa-ogg-'));
    const opus = ['-c:a', 'libopus', '-b:a', '24k', '-frame_duration', '20', '-page_duration', '20000', '-f', 'ogg', 'pipe:1'];
    written = spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', `sine=440:d=${seconds}:r=48000`, '-ac', '1', ...opus]).stdout;
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  test('of a stream cut anywhere give every packet once, each a frame of 20 ms', () => {
    const random = chance(7);
    const reader = new OggPackets();
    const packets: Uint8Array[] = [];
    for (let at = 0; at < written.length; ) {
      const length = 1 + Math.floor(random() * 500);
      packets.push(...reader.push(written.subarray(at, at + length)));
      at += length;
    }
    expect(packets.length).toBe(seconds * 50 + 1);
    expect(packets.every(fitsLive)).toBe(true);
    expect(reader.damaged).toBe(0);
  });

  test('that are damaged are passed over, and the next whole one is read', () => {
    const bent = Buffer.from(written);
    bent[Math.floor(bent.length / 2)] = (bent[Math.floor(bent.length / 2)] ?? 0) ^ 0xff;
    const reader = new OggPackets();
    const packets = reader.push(Buffer.concat([Buffer.from('rubbish OggS rubbish'), bent]));
    expect(packets.length).toBeGreaterThanOrEqual(seconds * 50 - 1);
    expect(packets.length).toBeLessThan(seconds * 50 + 1);
    expect(reader.damaged).toBeGreaterThan(0);
  });

  test('never throw, whatever bytes come', () => {
    const random = chance(3);
    const reader = new OggPackets();
    for (let i = 0; i < 300; i++) {
      const bytes = Uint8Array.from({ length: 700 }, () => Math.floor(random() * 256));
      bytes.set([0x4f, 0x67, 0x67, 0x53, 0, 0], Math.floor(random() * 600));
      expect(reader.push(bytes)).toEqual([]);
    }
  });

  test('of our own making decode in ffmpeg and opusdec without a complaint, as long as they say', () => {
    const frames = [...chimeFrames, ...Array.from({ length: 60 }, () => silentFrame), ...new OggPackets().push(written)];
    const file = new OggFile(42);
    const pages = [file.head()];
    const rest = [...frames];
    while (rest.length > 50) pages.push(file.frames(rest.splice(0, 50)));
    pages.push(file.frames(rest, true));
    const path = join(dir, 'own.opus');
    writeFileSync(path, Buffer.concat(pages));
    const samples = frames.length * 960 - 312;
    const ffmpeg = spawnSync('ffmpeg', ['-v', 'warning', '-i', path, '-f', 's16le', 'pipe:1'], { maxBuffer: 2 ** 28 });
    expect(ffmpeg.stderr.toString()).toBe('');
    expect(ffmpeg.stdout.length / 2).toBe(samples);
    expect(new OggPackets().push(Buffer.concat(pages))).toHaveLength(frames.length);
    if (!programPath('opusdec')) return;
    const opusdec = spawnSync('opusdec', ['--quiet', '--rate', '48000', path, join(dir, 'own.wav')]);
    expect(opusdec.status).toBe(0);
    const wav = spawnSync('sox', ['--i', '-s', join(dir, 'own.wav')]);
    if (wav.status === 0) expect(Number(wav.stdout.toString())).toBe(samples);
  });
});
