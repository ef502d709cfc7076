// What an order says in more languages: a person's recording from the library, laid in the boxes that need it, named by the order.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { saidIn } from '../../controller/core/said.ts';
import { findAudioTools } from '../../hardware/host/audio-tools.ts';
import { runTool } from '../../hardware/host/processes.ts';
import { Order } from '../../schemas/order.ts';
import { parse } from '../../schemas/parse.ts';
import { programPath } from '../tell.ts';
import { until } from '../wire/waiting.ts';
import { type Asker, type BuiltCentre, codeOf, frameIn, makeCentre, must, password, seedOf, statementIn } from './built-centre.ts';

const words = { language: 'tyz', speak: 'Nặm lồng mà hết. Pây khửn chà slung.' };

let built: BuiltCentre;
let dir: string;
let duty: Asker;
let recording: string;

beforeAll(async () => {
  if (!programPath('ffmpeg')) return;
  dir = await mkdtemp(join(tmpdir(), 'loa-voices-'));
  const tools = await findAudioTools();
  built = await makeCentre(seedOf(), undefined, tools);
  duty = await built.as('truc-ban');
  const technician = await built.as('ky-thuat');
  for (const [id, languages] of [
    ['hop-tay', ['tyz', 'vi']],
    ['hop-kinh', ['vi']],
  ] as const) {
    await technician('POST', '/boxes', {
      id,
      name: id,
      area: '08/02536',
      groups: ['thon-1'],
      outputs: [{ id: 'main', kind: 'loudspeaker' }],
    });
    const box = must({ ok: true, value: built.centre.registry.box(id) });
    if (!box) throw new Error('no box');
    const saved = must(await built.centre.store.estate.saveSettings(id, { ...box.settings, languages: [...languages] }, act(id)));
    built.centre.registry.put(saved);
  }
  const spoken = join(dir, 'spoken.wav');
  await runTool(tools.ffmpeg ?? '', ['-v', 'error', '-f', 'lavfi', '-i', "aevalsrc='0.2*sin(300*2*PI*t)*(1+sin(7*t))':d=5", spoken], {
    timeoutMs: 20_000,
  });
  const author = await built.as('tac-gia');
  const added = await author('POST', '/media?title=lu-quet&language=tyz', await readFile(spoken));
  recording = added.body.sha256;
}, 120_000);
afterAll(async () => {
  await built?.stop();
  if (dir) await rm(dir, { recursive: true, force: true });
});

const act = (subject: string) => ({ atMs: built.clock.nowMs, actor: 'x', act: 'box.settings', subject, sha256: '' });

/** Hashes that a box is to hold for orders to come. */
async function laid(box: string): Promise<string[]> {
  const want = await built.centre.store.wants.want(box);
  const part = want && saidIn(want.envelope).parts.find(({ kind }) => kind === 'orderAudio');
  const text = part && (await built.centre.blobs.read(part.sha256));
  return text ? (JSON.parse(text.toString('utf8')) as { audio: { sha256: string }[] }).audio.map(({ sha256 }) => sha256) : [];
}

test.skipIf(!programPath('ffmpeg'))(
  'a recording joins a template, boxes of that language hold it, others do not [needs ffmpeg]',
  async () => {
    const before = (await duty('GET', '/coverage')).body.find((row: { template: string }) => row.template === 'lu-quet');
    expect(before.cells.find((cell: { language: string }) => cell.language === 'tyz')).toMatchObject({
      state: 'missing',
      clusters: ['hop-tay'],
    });
    expect(codeOf(await duty('PUT', '/templates/khong-co/speech', words))).toBe('not-found');
    expect(codeOf(await duty('PUT', '/templates/lu-quet/speech', { ...words, recording: 'f'.repeat(64) }))).toBe('not-found');
    const answer = await duty('PUT', '/templates/lu-quet/speech', {
      ...words,
      recording,
      screen: { title: 'NẶM LỒNG', text: 'PÂY KHỬN CHÀ SLUNG' },
    });
    expect(answer.status).toBe(200);
    expect(answer.body.speech.at(-1)).toEqual({ ...words, recorded: true });
    const after = (await duty('GET', '/coverage')).body.find((row: { template: string }) => row.template === 'lu-quet');
    expect(after.cells.find((cell: { language: string }) => cell.language === 'tyz').state).toBe('recorded');

    // The rest is prepared in the background meanwhile.
    const extra = await until('the recording to be laid', async () => {
      const kinh = await laid('hop-kinh');
      const more = (await laid('hop-tay')).filter((name) => !kinh.includes(name));
      return more.length > 0 ? more : undefined;
    });
    // Once as it is, once for exercises: the words around it come from the box itself, so it is one sound.
    expect(extra).toHaveLength(1);
    expect((await built.centre.blobs.read(extra[0] ?? ''))?.subarray(0, 4).toString()).toBe('OggS');
  },
  60_000,
);

test.skipIf(!programPath('ffmpeg'))('an order carries every language, main one inside first, and its screens [needs ffmpeg]', async () => {
  const given = await duty('POST', '/orders', {
    template: 'lu-quet',
    groups: ['thon-1'],
    class: 'exercise',
    confirm: true,
    password,
    riskLevel: 3,
  });
  expect(given.status).toBe(201);
  const { envelopes, attachments } = frameIn(built.lastRetained('loa/1/g/thon-1/drill')?.payload ?? Buffer.alloc(0));
  const order = must(parse(Order, statementIn(envelopes[0] ?? { payload: '' }).body));
  expect(order.speech.map(({ language }) => language)).toEqual(['vi', 'tyz']);
  expect(order.speech.every(({ audio }) => audio && attachments.has(audio.sha256))).toBe(true);
  expect(order.screens).toEqual([{ language: 'tyz', title: 'DIỄN TẬP – NẶM LỒNG', text: 'PÂY KHỬN CHÀ SLUNG' }]);
  expect(order).toMatchObject({ riskLevel: 3, issuer: 'Ban Chỉ huy Phòng thủ dân sự xã Sơn Dương' });
});
