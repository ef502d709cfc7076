// Makes the demo's sound and bulletins from the texts in data/: `npm run demo:data`. The results are committed.
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { type AudioTools, findAudioTools } from '../../hardware/host/audio-tools.ts';
import { runTool } from '../../hardware/host/processes.ts';
import { speak } from '../../hardware/host/speech.ts';
import { wavHead } from '../../hardware/host/wav.ts';
import { BoardText, boardPage } from './board-page.ts';
import { makeChime, makeSignatureTune } from './chime.ts';
import { dataFolder, ProgrammeText } from './demo-texts.ts';

const audioFolder = join(dataFolder, 'audio');
const boardFolder = join(dataFolder, 'boards');
const totalBytesMax = 4 * 1024 * 1024;

function wav(samples: Int16Array): Buffer {
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return Buffer.concat([wavHead(48_000, bytes.length), bytes]);
}

function asSamples(pcm: Buffer): Int16Array {
  return new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.length - (pcm.length % 2)));
}

function joined(parts: readonly Int16Array[], gapMs: number): Int16Array {
  const gap = gapMs * 48;
  const all = new Int16Array(parts.reduce((sum, part) => sum + part.length + gap, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length + gap;
  }
  return all;
}

async function encodeOpus(tools: AudioTools, samples: Int16Array, out: string, kbits: number): Promise<void> {
  if (!tools.ffmpeg) throw new Error('ffmpeg is needed to make the demo audio');
  const folder = await mkdtemp(join(tmpdir(), 'loa-demo-'));
  try {
    await writeFile(join(folder, 'in.wav'), wav(samples));
    const level = 'loudnorm=I=-18:TP=-2:LRA=9';
    const args = [
      '-v',
      'error',
      '-y',
      '-i',
      join(folder, 'in.wav'),
      '-af',
      level,
      '-ar',
      '48000',
      '-c:a',
      'libopus',
      '-b:a',
      `${kbits}k`,
      '-fflags',
      '+bitexact',
      out,
    ];
    const done = await runTool(tools.ffmpeg, args, { timeoutMs: 120_000 });
    if (!done.ok) throw new Error(done.problem.detail);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function speakParagraphs(tools: AudioTools, text: string, voice: string): Promise<Int16Array> {
  const parts: Int16Array[] = [];
  for (const paragraph of text.split('\n\n')) {
    const spoken = await speak(tools, paragraph, voice);
    if (!spoken.ok) throw new Error(spoken.problem.detail);
    parts.push(asSamples(spoken.value));
  }
  return joined(parts, 450);
}

async function makeAudio(): Promise<void> {
  const tools = await findAudioTools();
  await mkdir(audioFolder, { recursive: true });
  const chime = makeChime();
  await encodeOpus(tools, chime, join(audioFolder, 'chuong.opus'), 48);
  await encodeOpus(tools, makeSignatureTune(), join(audioFolder, 'nhac-hieu.opus'), 48);
  const greeting = await speakParagraphs(tools, 'Loa xin kính chào bà con.', 'vi');
  await writeFile(join(audioFolder, 'chao-mung.wav'), wav(joined([chime, greeting], 0)));
  const texts = v.parse(v.array(ProgrammeText), JSON.parse(await readFile(join(dataFolder, 'programmes.json'), 'utf8')));
  let total = 0;
  for (const { id, text, voice } of texts) {
    const out = join(audioFolder, `${id}.opus`);
    const samples = await speakParagraphs(tools, text, voice);
    await encodeOpus(tools, samples, out, 20);
    const { size } = await stat(out);
    total += size;
    console.log(`${id}: ${(samples.length / 48_000).toFixed(0)} s, ${(size / 1024).toFixed(0)} KB`);
  }
  if (total > totalBytesMax) throw new Error(`${total} bytes of audio, at most ${totalBytesMax}`);
}

async function makeBoards(): Promise<void> {
  await mkdir(boardFolder, { recursive: true });
  const boards = v.parse(v.array(BoardText), JSON.parse(await readFile(join(dataFolder, 'boards.json'), 'utf8')));
  for (const board of boards) await writeFile(join(boardFolder, `${board.id}.html`), boardPage(board));
  console.log(`${boards.length} bulletins`);
}

await makeBoards();
await makeAudio();
