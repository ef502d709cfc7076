// Source information over REST on a real centre: written, judged by another, corrected while it stands, withdrawn, searched.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Asker } from './built-centre.ts';
import { codeOf } from './built-centre.ts';
import { content, makeProvince, type Province, sound } from './source-rig.ts';

let province: Province;
let author: Asker;
let approver: Asker;
let communeA: Asker;
beforeAll(async () => {
  province = await makeProvince();
  [author, approver, communeA] = (await Promise.all(['bien-tap', 'duyet-tinh', 'xa-a'].map(province.ask))) as [Asker, Asker, Asker];
});
afterAll(() => province.built.stop());

const write = async (who: Asker, change: object = {}, more: object = { unit: 'tinh' }) =>
  who('POST', '/source-items', { ...more, content: { ...content(), ...change } });
const step = (who: Asker, id: string, name: string, version: number, note = '') =>
  who('POST', `/source-items/${id}/${name}`, { version, note });

describe('an item', () => {
  test('is written, sent back with a reason, written anew, approved by another and published; every act is in the audit', async () => {
    const made = await write(author, { title: 'Tiêm phòng dại', essential: true });
    expect(made).toMatchObject({
      status: 201,
      body: { state: 'draft', version: 1, published: null, offered: false, unit: { level: 'province' } },
    });
    const { id } = made.body;
    expect((await step(author, id, 'submit', 1)).body.state).toBe('submitted');
    expect(codeOf(await step(approver, id, 'reject', 1))).toBe('bad-input');
    const back = await step(approver, id, 'reject', 1, 'Thiếu ngày');
    expect(back.body).toMatchObject({
      state: 'rejected',
      steps: [{ step: 'submit' }, { step: 'reject', by: 'duyet-tinh', note: 'Thiếu ngày' }],
    });
    const wish = { version: 1, content: { ...made.body.content, body: 'Ngày 5 tháng 12.' } };
    expect((await author('PUT', `/source-items/${id}`, wish)).body).toMatchObject({ version: 2, state: 'draft' });
    await step(author, id, 'submit', 2);
    expect((await step(approver, id, 'approve', 2)).body.state).toBe('approved');
    expect((await step(author, id, 'publish', 2)).body).toMatchObject({ state: 'published', published: 2, offered: true });
    const acts = (
      (await (await province.ask('quan-tri'))('GET', '/audit?limit=1000')).body as { act: string; subject: string; actor: string }[]
    )
      .filter(({ subject }) => subject === id)
      .map(({ act, actor }) => `${act} ${actor}`);
    expect(acts).toEqual([
      ...['source.write bien-tap', 'source.submit bien-tap', 'source.reject duyet-tinh', 'source.revise bien-tap'],
      ...['source.submit bien-tap', 'source.approve duyet-tinh', 'source.publish bien-tap'],
    ]);
  });

  test('is never approved by its author, whatever roles they hold', async () => {
    const both = await province.ask('ca-hai');
    const { id } = (await write(both)).body;
    await step(both, id, 'submit', 1);
    expect(codeOf(await step(both, id, 'approve', 1))).toBe('own-work');
    expect((await step(approver, id, 'approve', 1)).status).toBe(200);
  });

  test('edited by two at once keeps the first; the second is told and loses nothing of the first', async () => {
    const { id, content: before } = (await write(author)).body;
    const edit = (body: string) => author('PUT', `/source-items/${id}`, { version: 1, content: { ...before, body } });
    const both = await Promise.all([edit('Một'), edit('Hai')]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(both.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'conflict', path: '/version' });
    const versions = (await author('GET', `/source-items/${id}/versions`)).body as { version: number; state: string }[];
    expect(versions.map(({ version, state }) => [version, state])).toEqual([
      [1, 'replaced'],
      [2, 'draft'],
    ]);
  });

  test('belongs to its unit until it is published: others neither see nor change it; a correction goes through approval again', async () => {
    const { id, content: before } = (await write(author, { title: 'Hạn nộp' })).body;
    expect(codeOf(await communeA('GET', `/source-items/${id}`))).toBe('not-found');
    await step(author, id, 'submit', 1);
    await step(approver, id, 'approve', 1);
    await step(approver, id, 'publish', 1);
    expect((await communeA('GET', `/source-items/${id}`)).body.content.title).toBe('Hạn nộp');
    await author('PUT', `/source-items/${id}`, { version: 1, content: { ...before, title: 'Hạn nộp: ngày 10' } });
    expect((await communeA('GET', `/source-items/${id}`)).body).toMatchObject({ version: 1, published: 1, content: { title: 'Hạn nộp' } });
    expect((await communeA('GET', `/source-items/${id}/versions`)).body).toHaveLength(1);
    expect((await author('GET', `/source-items/${id}`)).body).toMatchObject({ version: 2, published: 1, state: 'draft' });
    const compared = await author('GET', `/source-items/${id}/compare?before=1&after=2`);
    expect(compared.body.differences).toEqual([{ field: 'title', before: 'Hạn nộp', after: 'Hạn nộp: ngày 10' }]);
    expect(codeOf(await communeA('GET', `/source-items/${id}/compare?before=1&after=2`))).toBe('not-found');
    expect(codeOf(await step(communeA, id, 'withdraw', 2))).toBe('not-allowed');
    await step(author, id, 'submit', 2);
    await step(approver, id, 'approve', 2);
    await step(approver, id, 'publish', 2);
    expect((await communeA('GET', `/source-items/${id}`)).body).toMatchObject({ version: 2, content: { title: 'Hạn nộp: ngày 10' } });
    expect((await step(approver, id, 'withdraw', 2)).body).toMatchObject({ state: 'withdrawn', published: null, offered: false });
    expect(codeOf(await communeA('GET', `/source-items/${id}`))).toBe('not-found');
  });

  test('belongs to a unit of the author’s area; without one named to the centre’s own', async () => {
    expect((await write(communeA, {}, { unit: 'a-1' })).body.unit).toMatchObject({
      id: 'a-1',
      area: '08/00001/thon-1',
      name: 'Thôn 1 xã A',
    });
    expect(codeOf(await write(communeA, {}, { unit: 'b' }))).toBe('not-allowed');
    expect(codeOf(await write(communeA, {}, { unit: 'khong-co' }))).toBe('not-found');
    expect((await write(author, {}, {})).body.unit.id).toBe('tinh');
    expect(codeOf(await write(approver))).toBe('not-allowed');
  });

  test('is read out only where it is a text, by who may write it, with a machine that can', async () => {
    const read = (who: Asker, id: string, version = 1) => who('POST', `/source-items/${id}/read-aloud`, { version });
    const text = (await write(author, { kind: 'text' })).body.id;
    expect(codeOf(await read(author, text)), 'no programs for sound here').toBe('no-voice');
    expect(codeOf(await read(author, text, 2))).toBe('conflict');
    expect(codeOf(await read(communeA, text))).toBe('not-found');
    expect(codeOf(await read(communeA, await province.publish({ kind: 'text' })))).toBe('not-allowed');
    expect((await read(author, (await write(author, { kind: 'audio', body: 'Lời' })).body.id)).body).toMatchObject({
      code: 'bad-input',
      path: '/content/body',
    });
    expect((await read(author, (await write(author, { kind: 'text', body: 'ờ'.repeat(5_001) })).body.id)).body).toMatchObject({
      code: 'too-large',
    });
  });

  test('names only what was uploaded, and is no emergency', async () => {
    expect((await write(author, { media: 'f'.repeat(64) })).body).toMatchObject({ code: 'not-found', path: '/content/media' });
    expect((await write(author, { attachments: ['f'.repeat(64)] })).body).toMatchObject({ path: '/content/attachments/0' });
    expect((await write(author, { tier: 'emergency' })).body).toMatchObject({ code: 'bad-input', path: '/content/tier' });
    const sha256 = await province.upload(sound('e'));
    expect((await write(author, { kind: 'audio', media: sha256 })).body.play).toEqual(sound('e'));
  });
});

describe('search', () => {
  const titles = async (who: Asker, q: string, more = '') =>
    ((await who('GET', `/source-items?q=${encodeURIComponent(q)}${more}`)).body as { content: { title: string } }[]).map(
      (one) => one.content.title,
    );

  beforeAll(async () => {
    await province.publish({ title: 'Phòng chống lũ lụt', body: 'Chằng chống nhà cửa.', keywords: ['sơ tán'] });
    await province.publish({ title: 'Xe lu làm đường', body: 'Tránh đường số 5.' });
    await write(author, { title: 'Bản nháp về lũ quét' });
  });

  test('finds with marks and without, the marks that were asked for first', async () => {
    expect(await titles(author, 'lu lut')).toEqual(['Phòng chống lũ lụt']);
    expect((await titles(author, 'lũ')).at(-1)).toBe('Xe lu làm đường');
    expect(await titles(author, 'so tan')).toEqual(['Phòng chống lũ lụt']);
    expect(await titles(author, 'CHANG CHONG')).toEqual(['Phòng chống lũ lụt']);
    expect(await titles(author, 'khongco')).toEqual([]);
    expect(await titles(author, '%')).toEqual([]);
  });

  test('shows nobody a draft of another place, not even by its words', async () => {
    expect(await titles(author, 'ban nhap')).toEqual(['Bản nháp về lũ quét']);
    expect(await titles(communeA, 'ban nhap')).toEqual([]);
    expect(await titles(communeA, 'lut')).toEqual(['Phòng chống lũ lụt']);
    const [found] = (await author('GET', '/source-items?q=xe%20lu')).body;
    await author('PUT', `/source-items/${found.id}`, { version: 1, content: { ...found.content, body: 'Bí mật chưa duyệt' } });
    expect(await titles(communeA, 'bi mat')).toEqual([]);
    expect(await titles(communeA, 'xe lu')).toEqual(['Xe lu làm đường']);
  });

  test('asks for what is in force or for what is on its way, and tells nobody outside of a correction', async () => {
    const kept = await province.publish({ title: 'Hội chợ quê' });
    await author('PUT', `/source-items/${kept}`, { version: 1, content: content({ title: 'Hội chợ quê, đổi ngày' }) });
    expect(await titles(author, 'hoi cho', '&state=draft')).toEqual(['Hội chợ quê, đổi ngày']);
    expect(await titles(author, 'hoi cho', '&state=published')).toEqual(['Hội chợ quê, đổi ngày']);
    expect(await titles(communeA, 'hoi cho', '&state=draft')).toEqual([]);
    expect(await titles(communeA, 'hoi cho', '&state=published')).toEqual(['Hội chợ quê']);
    const drafts = (await communeA('GET', '/source-items?state=draft')).body as { id: string }[];
    expect(drafts.map((one) => one.id)).not.toContain(kept);
  });

  test('goes together with filters, and its length is limited', async () => {
    expect(await titles(author, 'lu', '&state=draft')).toEqual(expect.arrayContaining(['Bản nháp về lũ quét']));
    expect(await titles(author, 'lu', '&unit=a')).toEqual([]);
    expect(await titles(author, 'lu', '&offered=1&limit=1')).toHaveLength(1);
    expect((await author('GET', `/source-items?q=${'a'.repeat(201)}`)).status).toBe(400);
  });
});
