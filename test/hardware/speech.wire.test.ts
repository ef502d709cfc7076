import { expect, test } from 'vitest';
import { type AudioTools, findAudioTools } from '../../hardware/host/audio-tools.ts';
import { listVoices, speak } from '../../hardware/host/speech.ts';

const text = 'Lũ quét. Rời khỏi ven suối ngay.';
const tools: AudioTools = await findAudioTools();
const { ffmpeg, ...withoutFfmpeg } = tools;

function crossings(pcm: Buffer): number {
  let count = 0;
  for (let i = 2; i + 1 < pcm.length; i += 2) if (pcm.readInt16LE(i - 2) < 0 !== pcm.readInt16LE(i) < 0) count++;
  return count;
}

test('the tools of this machine answer by absolute path', () => {
  for (const path of [tools.ffmpeg, tools.ffprobe, tools.mpg123, tools.opusdec, tools.aplay, tools.espeak]) expect(path).toMatch(/^\//);
  expect(tools.ffmpegDecodesOnly).toBeUndefined();
});

test('with nothing on the path there are no tools, and that is no error', async () => {
  const none = await findAudioTools({ PATH: '/nowhere' });
  expect(none.mpg123).toBeUndefined();
  expect(none.espeak).toBeUndefined();
});

test('a named program that does not answer is passed over', async () => {
  const found = await findAudioTools({ ...process.env, MPG123_BIN: '/bin/false' });
  expect(found.mpg123).toBe(tools.mpg123);
});

test('Vietnamese is spoken as 48 kHz sound, with ffmpeg and without, alike', async () => {
  const withIt = await speak(tools, text, 'vi-VN');
  const without = await speak(withoutFfmpeg, text, 'vi');
  if (!withIt.ok || !without.ok) throw new Error(JSON.stringify([withIt, without]));
  const seconds = withIt.value.length / 2 / 48_000;
  expect(seconds).toBeGreaterThan(1.5);
  expect(seconds).toBeLessThan(8);
  expect(Math.abs(withIt.value.length - without.value.length) / withIt.value.length).toBeLessThan(0.02);
  expect(Math.abs(crossings(withIt.value) - crossings(without.value)) / crossings(withIt.value)).toBeLessThan(0.1);
});

test('a language espeak-ng does not have is refused, never spoken as another', async () => {
  expect(await listVoices(tools)).toContain('vi');
  for (const language of ['hmn', 'tay-VN', '../vi'])
    expect(await speak(tools, text, language)).toMatchObject({ ok: false, problem: { code: 'not-found' } });
});

test('without espeak-ng, or without words, there is a problem', async () => {
  expect(await speak({}, text, 'vi')).toMatchObject({ ok: false, problem: { code: 'tool-missing' } });
  expect(await speak(tools, ' \u0000 ', 'vi')).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
});
