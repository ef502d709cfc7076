// Uploads that go on where they broke off: what a client of tus 1.0.0 meets, and what it may not do.
import { rmSync, writeFileSync } from 'node:fs';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openUploadsMax, ResumableUploads, resumableBytesMax } from '../../controller/media/resumable.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre } from './built-centre.ts';

const tus = { 'tus-resumable': '1.0.0' };
let built: BuiltCentre;
let author: Asker;
let other: Asker;
beforeAll(async () => {
  built = await makeCentre();
  author = await built.as('tac-gia');
  other = await built.as('ca-hai');
});
afterAll(() => built.stop());
beforeEach(async () => {
  for (const id of await open()) for (const ask of [author, other]) await ask('DELETE', `/uploads/${id}`, undefined, tus);
});

const dir = () => join(built.dir, 'resumable');
const open = async () => (await readdir(dir())).filter((name) => !name.endsWith('.json'));
const begin = (bytes: number, more: Record<string, string> = {}, ask = author) =>
  ask('POST', '/uploads', undefined, { ...tus, 'upload-length': String(bytes), ...more });
const idOf = (answer: { headers: Record<string, unknown> }) => String(answer.headers['location']).split('/').at(-1) ?? '';
const send = (id: string, bytes: Buffer, offset: number, ask = author) =>
  ask('PATCH', `/uploads/${id}`, bytes, { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) });

/** 48 kHz mono s16, half a second of a tone. */
function wave(): Buffer {
  const pcm = Buffer.alloc(48_000);
  for (let i = 0; i < 24_000; i++) pcm.writeInt16LE(Math.round(8_000 * Math.sin(i / 10)), i * 2);
  const head = Buffer.from(
    '52494646000000005741564566 6d742010000000010001 0080bb000000770100020010 0064617461'.replaceAll(' ', ''),
    'hex',
  );
  const sizes = Buffer.alloc(4);
  sizes.writeUInt32LE(pcm.length);
  head.writeUInt32LE(36 + pcm.length, 4);
  return Buffer.concat([head, sizes, pcm]);
}

describe('an upload in pieces', () => {
  test('begins, is asked how far it is, goes on from there, and becomes what the library is asked to make of it', async () => {
    const bytes = wave();
    const begun = await begin(bytes.length);
    expect([begun.status, begun.headers['tus-resumable']]).toEqual([201, '1.0.0']);
    const id = idOf(begun);
    expect(begun.headers['location']).toBe(`/api/uploads/${id}`);
    expect((await send(id, bytes.subarray(0, 20_000), 0)).headers['upload-offset']).toBe('20000');
    const asked = await author('HEAD', `/uploads/${id}`, undefined, tus);
    expect([asked.status, asked.headers['upload-offset'], asked.headers['upload-length']]).toEqual([200, '20000', String(bytes.length)]);
    expect(codeOf(await author('POST', `/media?title=x&upload=${id}`))).toBe('conflict');
    expect((await send(id, bytes.subarray(20_000), 20_000)).status).toBe(204);
    const made = await author('POST', `/media?title=${encodeURIComponent('Tiếng kẻng')}&upload=${id}`, undefined, {
      'x-loa-file': 'keng.wav',
    });
    expect([made.status, made.body.title, made.body.durationMs]).toEqual([201, 'Tiếng kẻng', 500]);
    // Used once.
    expect(codeOf(await author('POST', `/media?title=x&upload=${id}`))).toBe('not-found');
    expect(await open()).toEqual([]);
  });

  test('keeps what came before a line broke, and takes no piece for another place', async () => {
    const id = idOf(await begin(10));
    await send(id, Buffer.from('12345'), 0);
    expect(codeOf(await send(id, Buffer.from('12345'), 0))).toBe('conflict');
    expect(codeOf(await send(id, Buffer.from('9'), 9))).toBe('conflict');
    expect((await send(id, Buffer.from('67890'), 5)).headers['upload-offset']).toBe('10');
  });

  test('outlives a restart, and is forgotten after a day', async () => {
    const id = idOf(await begin(10));
    await send(id, Buffer.from('123'), 0);
    const again = new ResumableUploads({ dir: dir() });
    await again.start();
    const asked = await again.handle('tac-gia', { method: 'HEAD', id, headers: tus, body: undefined });
    expect(asked).toMatchObject({ ok: true, value: { headers: { 'upload-offset': '3' } } });
    const old = {
      id,
      size: 10,
      offset: 3,
      metadata: { account: 'tac-gia' },
      creation_date: new Date(Date.now() - 25 * 3_600_000).toISOString(),
    };
    writeFileSync(join(dir(), `${id}.json`), JSON.stringify(old));
    await utimes(join(dir(), id), 1, 1);
    expect(await again.handle('tac-gia', { method: 'HEAD', id, headers: tus, body: undefined })).toMatchObject({
      problem: { code: 'not-found' },
    });
    await new ResumableUploads({ dir: dir() }).start();
    expect(await open()).toEqual([]);
  });

  test.each([
    ['its record cut short', (id: string) => writeFileSync(join(dir(), `${id}.json`), '{"id":"')],
    ['its record empty', (id: string) => writeFileSync(join(dir(), `${id}.json`), '')],
    ['its record gone', (id: string) => rmSync(join(dir(), `${id}.json`))],
    ['its bytes gone', (id: string) => rmSync(join(dir(), id))],
  ])('that a power cut left with %s is swept away at the next start, and others stay', async (_what, harm) => {
    const [id, whole] = [idOf(await begin(10)), idOf(await begin(10))];
    harm(id);
    await new ResumableUploads({ dir: dir() }).start();
    expect((await readdir(dir())).sort()).toEqual([whole, `${whole}.json`]);
  });

  test('is deleted by whoever began it', async () => {
    const id = idOf(await begin(10));
    expect((await author('DELETE', `/uploads/${id}`, undefined, tus)).status).toBe(204);
    expect(await open()).toEqual([]);
  });
});

describe('what is made of an upload', () => {
  test('may be tried again where a tool was missing, one at a time, until it is made', async () => {
    const bytes = Buffer.from('ID3 something that needs an encoder');
    const id = idOf(await begin(bytes.length));
    await send(id, bytes, 0);
    for (const _again of [1, 2]) expect(codeOf(await author('POST', `/media?title=x&upload=${id}`))).toBe('tool-missing');
    expect(await open()).toEqual([id]);
    const uploads = new ResumableUploads({ dir: dir() });
    const target = join(built.dir, 'taken');
    expect(await uploads.take('tac-gia', id, target)).toMatchObject({ ok: true });
    expect(await uploads.take('tac-gia', id, `${target}-2`)).toMatchObject({ problem: { code: 'conflict' } });
    await uploads.settle(id, false);
    expect(await uploads.take('tac-gia', id, `${target}-3`)).toMatchObject({ problem: { code: 'not-found' } });
  });
});

describe('nobody', () => {
  test('finds another’s upload, whatever is asked of it', async () => {
    const id = idOf(await begin(3));
    await send(id, Buffer.from('abc'), 0);
    for (const method of ['HEAD', 'DELETE'] as const) expect((await other(method, `/uploads/${id}`, undefined, tus)).status).toBe(404);
    expect(codeOf(await send(id, Buffer.from('d'), 3, other))).toBe('not-found');
    expect(codeOf(await other('POST', `/media?title=x&upload=${id}`))).toBe('not-found');
  });

  test('says whose an upload is but the centre', async () => {
    const claimed = `account ${Buffer.from('ca-hai').toString('base64')}`;
    const id = idOf(await begin(3, { 'upload-metadata': claimed }));
    expect((await author('HEAD', `/uploads/${id}`, undefined, tus)).status).toBe(200);
    expect((await other('HEAD', `/uploads/${id}`, undefined, tus)).status).toBe(404);
  });

  test.each(['..', '../centre.sqlite', '%2e%2e%2fcentre.sqlite', `${'0'.repeat(32)}.json`, 'A'.repeat(32)])(
    'reaches another file by the name %s',
    async (name) => {
      expect((await author('HEAD', `/uploads/${name}`, undefined, tus)).status).toBe(404);
      expect((await author('DELETE', `/uploads/${name}`, undefined, tus)).status).toBe(404);
    },
  );

  test('sends more than was announced, more than is allowed, or begins more than a few', async () => {
    expect(codeOf(await begin(resumableBytesMax + 1))).toBe('too-large');
    for (const length of ['0', '-1', 'x', '1e3.5', ''])
      expect(codeOf(await author('POST', '/uploads', undefined, { ...tus, 'upload-length': length }))).toBe('bad-input');
    expect(codeOf(await author('POST', '/uploads', undefined, { ...tus, 'upload-defer-length': '1' }))).toBe('bad-input');
    const id = idOf(await begin(3));
    expect((await send(id, Buffer.alloc(1_000), 0)).status).toBeGreaterThanOrEqual(400);
    const begun = await Promise.all(Array.from({ length: openUploadsMax + 2 }, () => begin(5)));
    expect(begun.filter(({ status }) => status === 201)).toHaveLength(openUploadsMax - 1);
    expect(begun.filter(({ status }) => status !== 201).map(codeOf)).toEqual([
      'too-many-requests',
      'too-many-requests',
      'too-many-requests',
    ]);
    expect((await begin(5, {}, other)).status).toBe(201);
  });

  test('turns a harmless method into another by a header', async () => {
    const id = idOf(await begin(3));
    await author('HEAD', `/uploads/${id}`, undefined, { ...tus, 'x-http-method-override': 'DELETE' });
    expect(await open()).toContain(id);
  });
});
