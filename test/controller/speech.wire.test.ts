// Words spoken into the library: by an engine over a real socket, by the machine's own voice when that fails, with the commune's dictionary.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Blobs } from '../../controller/blobs.ts';
import { makeIngest } from '../../controller/media/make-ingest.ts';
import { WorkLine } from '../../controller/media/work-line.ts';
import { EspeakEngine } from '../../controller/speech/engines.ts';
import { HttpEngine, HttpEngineSettings, readEngineSettings } from '../../controller/speech/http-engine.ts';
import { SpeechDesk } from '../../controller/speech/speech-desk.ts';
import { type AudioTools, findAudioTools } from '../../hardware/host/audio-tools.ts';
import { wavHead } from '../../hardware/host/wav.ts';
import { parse } from '../../schemas/parse.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre } from './built-centre.ts';

/** A second of a tone as an engine would send it. */
function wave(): Buffer {
  const pcm = Buffer.alloc(48_000);
  for (let i = 0; i < 24_000; i++) pcm.writeInt16LE(Math.round(6_000 * Math.sin(i / 9)), i * 2);
  return Buffer.concat([wavHead(24_000, pcm.length), pcm]);
}

const dir = mkdtempSync(join(tmpdir(), 'loa-speech-'));
let server: Server;
let url: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const asked: { body: { text: string }; authorization: string | undefined }[] = [];
let tools: AudioTools;
const values = new Map<string, string>();
const warned: string[] = [];
let desk: SpeechDesk;

beforeAll(async () => {
  tools = await findAudioTools();
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push({ body: JSON.parse(String(Buffer.concat(chunks))) as { text: string }, authorization: request.headers.authorization });
    answer(request, response);
  });
  await new Promise<void>((go) => server.listen(0, '127.0.0.1', go));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/speak`;
  const blobs = new Blobs(join(dir, 'blobs'), join(dir, 'uploads'));
  await blobs.start();
  writeFileSync(join(dir, 'token'), 'bi-mat\n', { mode: 0o600 });
  const settings = parse(HttpEngineSettings, {
    url,
    languages: ['vi', 'tyz'],
    tokenFile: join(dir, 'token'),
    voice: 'nu-bac',
    withinMs: 1_000,
  });
  if (!settings.ok) throw new Error(settings.problem.detail);
  desk = new SpeechDesk({
    engines: [new HttpEngine(settings.value), new EspeakEngine(tools)],
    ingest: makeIngest(tools, blobs, new WorkLine({ tell: () => undefined, nowMs: Date.now })),
    blobs,
    meta: {
      value: async (name) => values.get(name),
      setValue: async (name, value) => void values.set(name, value),
      setValues: async () => undefined,
    },
    warn: (engine, { code }) => warned.push(`${engine} ${code}`),
  });
});
afterAll(() => server.closeAllConnections());
beforeEach(() => {
  answer = (_request, response) => response.setHeader('content-type', 'audio/wav').end(wave());
});
afterEach(() => {
  for (const list of [asked, warned]) list.length = 0;
  values.clear();
});

const speak = (text: string, language = 'vi') => desk.speak(text, { title: 'Thông báo', language, account: 'an' });

describe('an engine over HTTP', () => {
  test('is asked for the words as they are read, and its sound is levelled like any upload', async () => {
    values.set('pronunciations', JSON.stringify([{ written: 'NLVB', spoken: 'Nông lâm', language: 'vi' }]));
    const spoken = await speak('UBND xã và NLVB họp ngày 2/9.');
    expect(asked).toMatchObject([{ authorization: 'Bearer bi-mat', body: { language: 'vi', voice: 'nu-bac' } }]);
    const text = asked[0]?.body.text ?? '';
    expect(text).toContain('Ủy ban nhân dân xã và Nông lâm họp');
    expect(text).not.toMatch(/\d/);
    expect(spoken).toMatchObject({
      ok: true,
      value: { words: text, item: { type: 'audio/ogg', durationMs: 1_000, speak: text, title: 'Thông báo' } },
    });
  });

  test.each([
    ['an error', (response: ServerResponse) => response.writeHead(500).end('no'), 'tool-failed'],
    ['a page', (response: ServerResponse) => response.setHeader('content-type', 'text/html').end('<p>sign in'), 'tool-failed'],
    ['nothing', (response: ServerResponse) => response.setHeader('content-type', 'audio/wav').end(), 'tool-failed'],
    [
      'rubbish',
      (response: ServerResponse) => response.setHeader('content-type', 'audio/wav').end('no sound at all'.repeat(99)),
      'media-unreadable',
    ],
    ['another place', (response: ServerResponse) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), 'tool-failed'],
    ['silence on the line', (response: ServerResponse) => void wait(3_000).then(() => response.end()), 'tool-timeout'],
  ])('that answers with %s gives way to the machine’s own voice', async (_what, reply, code) => {
    answer = (_request, response) => void reply(response);
    const spoken = await speak('Thông báo họp thôn.');
    expect(spoken).toMatchObject({ ok: true, value: { engine: 'espeak-ng' } });
    expect(warned).toEqual([`${new URL(url).host} ${code}`]);
  });

  test('speaks a language that the machine does not, and no engine speaks every one', async () => {
    expect(await speak('Slon khảm', 'tyz')).toMatchObject({ ok: true, value: { engine: new URL(url).host } });
    expect(await speak('x', 'qaa')).toMatchObject({ ok: false, problem: { code: 'no-voice' } });
    expect(await speak(' … ')).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
  });

  test('is not asked for more words than an item may hold', async () => {
    expect(await speak('999.999.999 '.repeat(300))).toMatchObject({ ok: false, problem: { code: 'too-large', path: '/text' } });
    expect(asked).toEqual([]);
  });

  test('is reached safely or not at all', async () => {
    for (const bad of ['http://engine.example/', 'ftp://127.0.0.1/', 'https://u:p@engine.example/', 'not a url'])
      expect(parse(HttpEngineSettings, { url: bad, languages: ['vi'] })).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
    expect(parse(HttpEngineSettings, { url: 'https://engine.example/tts', languages: ['vi'] }).ok).toBe(true);
    writeFileSync(join(dir, 'speech.json'), '{"url":');
    expect(await readEngineSettings(join(dir, 'speech.json'))).toMatchObject({ ok: false });
    expect(await readEngineSettings(join(dir, 'none.json'))).toEqual({ ok: true, value: undefined });
  });
});

describe('by REST', () => {
  let built: BuiltCentre;
  let author: Asker;
  beforeAll(async () => {
    built = await makeCentre(undefined, undefined, tools);
    author = await built.as('tac-gia');
  });
  afterAll(() => built.stop());

  test('a text becomes a sound of the library, read by the dictionary that others keep', async () => {
    const admin = await built.as('quan-tri');
    const dictionary = [{ written: 'TĐKT', spoken: 'thi đua khen thưởng', language: 'vi' }];
    expect(codeOf(await author('PUT', '/pronunciations', dictionary))).toBe('not-allowed');
    expect((await admin('PUT', '/pronunciations', dictionary)).status).toBe(200);
    expect((await author('GET', '/pronunciations')).body).toEqual(dictionary);
    expect((await author('POST', '/speech/words', { text: 'Hội nghị TĐKT' })).body).toEqual({ words: 'Hội nghị thi đua khen thưởng' });
    const made = await author('POST', '/speech', { title: 'Khen thưởng', text: 'Hội nghị TĐKT' });
    expect([made.status, made.body.words, made.body.engine, made.body.by]).toEqual([
      201,
      'Hội nghị thi đua khen thưởng',
      'espeak-ng',
      'tac-gia',
    ]);
    expect(made.body.speak).toBe('Hội nghị thi đua khen thưởng');
    expect((await author('GET', '/media')).body.some(({ sha256 }: { sha256: string }) => sha256 === made.body.sha256)).toBe(true);
    expect(codeOf(await author('POST', '/speech', { title: 'x', text: 'x'.repeat(4_001) }))).toBe('bad-input');
  });
});
