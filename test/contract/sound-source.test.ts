// Sources keep the player's contract: computed, lying in memory, counted down, read from a file, a session of several with a pause.
import { setTimeout as wait } from 'node:timers/promises';
import { describe } from 'vitest';
import { CountdownSource } from '../../agent/player/countdown.ts';
import { decoderRungs, inMemory } from '../../agent/player/sources/decoder.ts';
import { GeneratedSource, toneWave } from '../../agent/player/sources/generated.ts';
import { LadderSource } from '../../agent/player/sources/ladder.ts';
import { PcmSource } from '../../agent/player/sources/pcm.ts';
import { SessionSource } from '../../agent/player/sources/session.ts';
import { wavHead } from '../../hardware/host/wav.ts';
import { bad } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import { promiseSource } from './sound-source.ts';

const pcm = Int16Array.from({ length: 60_000 }, (_, i) => Math.round(20_000 * Math.sin(i / 17)));
const data = Buffer.from(pcm.buffer);
const file = {
  path: inMemory,
  type: 'audio/wav',
  gain: 1,
  durationMsMax: 5_000,
  bytes: Buffer.concat([wavHead(48_000, data.length), data]),
} as const;
const work = () => wait(1);

function ladder(fromMs = 0, restMs = 1_250): LadderSource {
  return new LadderSource({ rungs: decoderRungs(file, {}), fromMs, restMs, nowMs: () => performance.now(), onFault: () => {} });
}

describe('a tone that is computed', () => promiseSource(() => ({ source: new GeneratedSource(toneWave(440), 1_234), samples: 59_232 })));

describe('sound in memory, begun late', () => promiseSource(() => ({ source: new PcmSource(pcm, 0.5, 10_000), samples: 50_000 })));

describe('a countdown without a voice', () =>
  promiseSource(() => {
    const source = new CountdownSource(3_000, ['vi'], async () => bad('no-voice', 'nobody speaks here'));
    return { source, samples: 144_000, work };
  }));

describe('a file read from its beginning', () => promiseSource(() => ({ source: ladder(), samples: 60_000, work })));

describe('a file begun in its middle', () => promiseSource(() => ({ source: ladder(500, 750), samples: 36_000, work })));

describe('a session of two items, twice, with a pause', () =>
  promiseSource(() => {
    const item: Item = {
      ...{ sha256: 'a'.repeat(64), bytes: file.bytes.length, type: 'audio/wav', title: 'Nhạc hiệu', language: 'vi' },
      ...{ durationMs: 1_250, gainDb: 0 },
    };
    const open = (_: Item, fromMs: number) => ladder(fromMs, 1_250 - fromMs);
    const source = new SessionSource({ items: [item, item], times: 2, gapMs: 500, offsetMs: 0, open });
    return { source, samples: 4 * 60_000 + 24_000, slack: 48, work };
  }));
