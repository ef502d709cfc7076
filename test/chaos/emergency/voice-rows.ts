// Decoders, speech and words are missing or broken one after another: the chain goes down a step each time and never to silence.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrderVoice } from '../../../agent/core/model.ts';
import { sha256 } from '../../../hardware/host/crypto.ts';
import { findProgram } from '../../../hardware/host/processes.ts';
import { must, pass, soon, speechMs, tone, withBed } from './bed.ts';
import type { Need, Row } from './row.ts';

type Tool = 'opusdec' | 'ffmpeg' | 'espeak-ng';

interface Case {
  readonly name: string;
  readonly tools: readonly Tool[];
  /** The order's own audio: Opus, bytes that are none, left out of the message, or left out where an earlier order brought it. */
  readonly audio: 'opus' | 'broken' | 'withheld' | 'cached' | 'none';
  readonly voice: OrderVoice;
}

const cases: readonly Case[] = [
  { name: 'everything is there', tools: ['opusdec', 'ffmpeg', 'espeak-ng'], audio: 'opus', voice: 'inline' },
  { name: 'opusdec is missing', tools: ['ffmpeg', 'espeak-ng'], audio: 'opus', voice: 'inline' },
  { name: 'the attachment is missing, an earlier order brought it', tools: ['opusdec'], audio: 'cached', voice: 'cached' },
  { name: 'no decoder is there', tools: ['espeak-ng'], audio: 'opus', voice: 'spoken' },
  { name: 'the attachment is missing', tools: ['opusdec', 'espeak-ng'], audio: 'withheld', voice: 'spoken' },
  { name: 'the attachment is broken', tools: ['opusdec', 'ffmpeg', 'espeak-ng'], audio: 'broken', voice: 'spoken' },
  { name: 'neither decoder nor speech is there', tools: [], audio: 'opus', voice: 'phrase' },
  { name: 'the attachment is broken and speech is missing', tools: ['opusdec', 'ffmpeg'], audio: 'broken', voice: 'phrase' },
  { name: 'the order has no audio and speech is missing', tools: ['opusdec'], audio: 'none', voice: 'phrase' },
];

/** Only these programs; the packaged decoder is none of them. */
function onlyWith(tools: readonly Tool[]): NodeJS.ProcessEnv {
  const dir = mkdtempSync(join(tmpdir(), 'loa-bin-'));
  for (const tool of tools) {
    const path = findProgram(tool);
    if (path) symlinkSync(path, join(dir, tool));
  }
  return { PATH: dir, FFMPEG_BIN: join(dir, 'ffmpeg'), OPUSDEC_BIN: '', MPG123_BIN: '', ESPEAK_BIN: '' };
}

function opus(): Buffer {
  return execFileSync('opusenc', ['--quiet', '--bitrate', '12', '-', '-'], { input: tone });
}

function spokenAs({ tools, audio, voice }: Case): () => Promise<string> {
  return () =>
    withBed({ env: onlyWith(tools) }, async (bed) => {
      const bytes = audio === 'broken' ? randomBytes(3_000) : opus();
      const named = audio === 'none' ? {} : { audio: { sha256: sha256(bytes), bytes: bytes.length, durationMs: speechMs } };
      const speech = [{ language: 'vi', speak: 'Lũ quét. Lên cao ngay.', ...named }];
      if (audio === 'cached') {
        await bed.give([bed.sign('o-0', { times: 1, speech })], [bytes]);
        await bed.waitTold('o-0', 'ended');
        await soon('silence', async () => !(await bed.closedRelays()) || undefined);
      }
      const attached = audio === 'withheld' || audio === 'cached' || audio === 'none' ? [] : [bytes];
      const fromMonoMs = await bed.give([bed.sign('o-1', { times: 1, speech })], attached);
      const afterMs = await bed.soundsAfter(fromMonoMs, 5_000);
      const told = await bed.waitTold('o-1', 'ended', 25_000);
      await pass(400);
      must(told.voice === voice, `heard as ${told.voice}, ${voice} expected`);
      const stretches = bed.stretches(fromMonoMs);
      const words = bed.soundMs(fromMonoMs) - 1_000;
      must(words >= 900, `${words} ms beside the siren`);
      const gaps = stretches.slice(1).map(({ fromMs }, i) => fromMs - (stretches[i]?.toMs ?? 0));
      must(Math.max(0, ...gaps) < 1_500, `silent for ${Math.max(...gaps)} ms in the middle`);
      return `${voice}, siren after ${Math.round(afterMs)} ms, ${(words / 1000).toFixed(1)} s of words`;
    });
}

const needsOf = ({ tools }: Case): readonly Need[] => [...new Set<Need>(['opusenc', ...tools])];

export const voiceRows: readonly Row[] = cases.map((one, at) => ({
  name: `voice-${at + 1}-${one.voice}`,
  done: one.name,
  holds: `siren, then the order ${one.voice}; never silence`,
  needs: needsOf(one),
  run: spokenAs(one),
}));
