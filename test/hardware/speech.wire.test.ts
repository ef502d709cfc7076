import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type AudioTools, findAudioTools } from '../../hardware/host/audio-tools.ts';
import { measurePcm } from '../../hardware/host/loudness.ts';
import { runTool } from '../../hardware/host/processes.ts';
import { listVoices, speak, speechCharactersMax } from '../../hardware/host/speech.ts';
import { wavHead } from '../../hardware/host/wav.ts';
import { normaliseSpeech } from '../../schemas/speech-text/normalise.ts';

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
  expect(seconds).toBeLessThan(9);
  expect(Math.abs(withIt.value.length - without.value.length) / withIt.value.length).toBeLessThan(0.02);
  expect(Math.abs(crossings(withIt.value) - crossings(without.value)) / crossings(withIt.value)).toBeLessThan(0.1);
});

test('a language espeak-ng does not have is refused, never spoken as another', async () => {
  expect(await listVoices(tools)).toContain('vi');
  for (const language of ['tyz', 'nut', 'ium', 'mlc', 'hmn', 'tay-VN', '../vi'])
    expect(await speak(tools, text, language)).toMatchObject({ ok: false, problem: { code: 'not-found' } });
});

test('without espeak-ng, or without words, there is a problem', async () => {
  expect(await speak({}, text, 'vi')).toMatchObject({ ok: false, problem: { code: 'tool-missing' } });
  expect(await speak(tools, ' \u0000 ', 'vi')).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
  expect(await speak(tools, 'a'.repeat(speechCharactersMax + 1), 'vi')).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
});

/** What the engine would say, as phonemes. */
async function phonemes(words: string): Promise<string> {
  const said = await runTool(tools.espeak ?? '', ['-v', 'vi', '-q', '--ipa', '--stdin'], { timeoutMs: 10_000, input: words });
  if (!said.ok) throw new Error(said.problem.detail);
  return said.value.stdout.toString().replaceAll(/\s+/g, ' ').trim();
}

describe('espeak-ng alone reads these wrongly, after normalising as people say them', () => {
  test.each([
    ['15h30', 'mười lăm giờ ba mươi phút'],
    ['QL2', 'quốc lộ hai'],
    ['báo động II', 'báo động hai'],
    ['UBND xã', 'Ủy ban nhân dân xã'],
    ['1.250.000đ', 'một triệu hai trăm năm mươi nghìn đồng'],
    ['ngày 24/11', 'ngày hai mươi tư tháng mười một'],
    ['gọi 112', 'gọi một một hai'],
    ['5–7°C', 'năm đến bảy độ xê'],
    ['1.200 m³/s', 'một nghìn hai trăm mét khối trên giây'],
    ['TP. Tuyên Quang', 'thành phố Tuyên Quang'],
    ['Thông tư 39/2020/TT-BTTTT', 'Thông tư ba mươi chín năm hai nghìn không trăm hai mươi của Bộ Thông tin và Truyền thông'],
    ['2,5 triệu đồng/ha', 'hai phẩy năm triệu đồng một héc-ta'],
  ])('%s', async (written, spoken) => {
    const [alone, normalised, wanted] = await Promise.all([written, normaliseSpeech(written, 'vi'), spoken].map(phonemes));
    expect(normalised).toBe(wanted);
    expect(alone).not.toBe(wanted);
    expect(normalised).not.toContain('(en)');
  });
});

test('machine speech is as loud as every other sound, by ffmpeg and by our own measure', async () => {
  const said = await speak(tools, `${text} Bà con lên nhà văn hóa thôn.`, 'vi');
  if (!said.ok) throw new Error(said.problem.detail);
  const pcm = new Int16Array(said.value.buffer.slice(said.value.byteOffset, said.value.byteOffset + said.value.length));
  const own = measurePcm(pcm);
  const args = ['-nostdin', '-i', 'pipe:0', '-af', 'ebur128=peak=true:dualmono=true', '-f', 'null', '-'];
  const input = Buffer.concat([wavHead(48_000, said.value.length), said.value]);
  const measured = await runTool(tools.ffmpeg ?? '', args, { timeoutMs: 20_000, input });
  if (!measured.ok) throw new Error(measured.problem.detail);
  const summary = measured.value.stderr.slice(measured.value.stderr.lastIndexOf('Summary'));
  const lufs = Number(/I:\s+(-?[\d.]+) LUFS/.exec(summary)?.[1]);
  const peakDb = Number(/Peak:\s+(-?[\d.]+) dBFS/.exec(summary)?.[1]);
  expect(Math.abs((own.integratedLufs ?? 0) - lufs)).toBeLessThan(0.2);
  expect(Math.abs(own.truePeakDb - peakDb)).toBeLessThan(0.3);
  expect(peakDb).toBeLessThanOrEqual(-1.4);
  expect(Math.abs(lufs + 16)).toBeLessThan(0.6);
});

test('regions have their own voices and number words', async () => {
  const spoken = await Promise.all(['vi', 'vi-VN-x-central', 'vi-x-south'].map((language) => speak(tools, 'Có 1.004 hộ.', language)));
  const sounds = spoken.map((one) => (one.ok ? one.value.toString('base64') : ''));
  expect(sounds.every((sound) => sound.length > 10_000)).toBe(true);
  expect(new Set(sounds).size).toBe(3);
});

test('a text is never an option or a command', async () => {
  const mark = '/tmp/loa-speech-must-not-exist';
  const said = await speak(tools, `-v en --path=/tmp "; $(touch ${mark}) \`touch ${mark}\` <break time="9s"/>`, 'vi');
  expect(said.ok).toBe(true);
  expect(existsSync(mark)).toBe(false);
});
