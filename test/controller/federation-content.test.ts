// Content on its way down: what is slow holds nothing else up, what is not what it says does not arrive.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { layOut } from '../../controller/media/bulletin.ts';
import type { BuiltCentre } from './built-centre.ts';
import {
  as,
  type Family,
  inbox,
  issue,
  makeFamily,
  publish,
  soon,
  sounding,
  table,
  through,
  upload,
  uploadBytes,
} from './federation-rig.ts';
import { hostileBulletins } from './hostile-bulletins.ts';

let family: Family;
let province: BuiltCentre;
let communeA: BuiltCentre;
let communeB: BuiltCentre;
let wires: Family['wires'];
beforeAll(async () => {
  family = await makeFamily();
  ({ province, communeA, communeB, wires } = family);
});
afterAll(() => family?.stop());

const mediaOf = async (id: string) => (await province.centre.store.sources.item(id))?.latest.content.media ?? '';

describe('content that does not come', () => {
  test('holds up no other news, no answer, no withdrawal and no question; three are asked for at a time', async () => {
    const going: (() => void)[] = [];
    const before = wires.a.asked.length;
    const earlier = await publish(province, { title: 'Đã có', body: 'Đã có' });
    const earlierIssue = await issue(province, earlier, ['a']);
    await inbox(communeA, 'Đã có');
    wires.a.held = () => new Promise((go) => going.push(go));
    onTestFinished(() => {
      wires.a.held = undefined;
      for (const go of going) go();
    });
    for (const n of [1, 2, 3, 4, 5]) await issue(province, await sounding(province, `Treo ${n}`), ['a']);
    await soon(async () => expect(wires.a.asked.length - before).toBe(3));
    const words = await publish(province, { title: 'Tin chữ', body: 'Tin chữ' });
    await issue(province, words, ['a']);
    const [entry] = await inbox(communeA, 'Tin chữ');
    const back = await (await as(province, 'duyet'))('POST', `/source-issues/${earlierIssue}/withdraw`, { note: 'Nhầm' });
    expect(back.status).toBe(200);
    await province.centre.federation.round();
    await soon(async () => expect(await inbox(communeA, 'Đã có')).toMatchObject([{ withdrawn: true }]));
    expect((await (await as(province, 'duyet'))('GET', '/centres/below/xa-a/boxes')).status).toBe(200);
    const no = await (await as(communeA, 'tac-gia'))('POST', `/inbox/${entry?.issue}/xa/decline`, { reason: 'Không' });
    expect(no.status).toBe(200);
    await communeA.centre.federation.round();
    await soon(async () => expect((await table(province, words)).lines).toMatchObject([{ state: 'declined' }]));
    expect(wires.a.asked.length - before, 'still no more').toBe(3);
    wires.a.held = undefined;
    for (const go of going.splice(0)) go();
    for (const n of [1, 2, 3, 4, 5]) await inbox(communeA, `Treo ${n}`);
    expect(new Set(wires.a.asked.slice(before)).size, 'each once').toBe(wires.a.asked.length - before);
  });

  test('nor does a word to the centre above that is not taken keep a question from its answer', async () => {
    const going: (() => void)[] = [];
    wires.a.heldUp = (word) => (word === 'report' ? Promise.resolve() : new Promise((go) => going.push(go)));
    onTestFinished(() => {
      wires.a.heldUp = undefined;
      for (const go of going) go();
    });
    await issue(province, await publish(province, { title: 'Vướng', body: 'x' }), ['a']);
    await soon(async () => expect(going.length).toBeGreaterThan(0));
    expect((await (await as(province, 'duyet'))('GET', '/centres/below/xa-a/boxes')).status).toBe(200);
    const lies = (await (await as(communeA, 'tac-gia'))('GET', '/inbox?limit=500')).body as { item: { content: { title: string } } }[];
    expect(
      lies.map(({ item }) => item.content.title),
      'while nothing goes on',
    ).not.toContain('Vướng');
  });

  test('for ever does not keep a centre from stopping', async () => {
    const before = wires.b.asked.length;
    // Not even a signal is heard.
    wires.b.held = () => new Promise(() => undefined);
    await issue(province, await sounding(province, 'Không bao giờ đến'), ['b']);
    await soon(async () => expect(wires.b.asked.length).toBeGreaterThan(before));
    await communeB.centre.federation.stop();
    wires.b.held = undefined;
    await communeB.centre.federation.start();
    expect(await inbox(communeB, 'Không bao giờ đến'), 'and it comes with the next start').toHaveLength(1);
  });
});

describe('content of a centre above that somebody else owns', () => {
  const refused = (code: string) =>
    soon(async () => expect(communeB.warnings).toContainEqual(expect.objectContaining({ event: 'content-above-not-taken', code })));
  const arrives = async (title: string) => {
    const [own] = await inbox(communeB, title);
    expect(own?.item.content.title).toBe(title);
  };
  const isNowhere = async (title: string, sha256: string) => {
    const all = (await (await as(communeB, 'tac-gia'))('GET', '/inbox?limit=500')).body as { item: { content: { title: string } } }[];
    expect(all.filter(({ item }) => item.content.title === title)).toEqual([]);
    expect(await communeB.centre.blobs.size(sha256), 'its bytes are gone').toBeUndefined();
    expect(await communeB.centre.store.content.medium(sha256)).toBeUndefined();
  };

  test('is not taken as a bulletin that a board would have to refuse, and what comes behind it is', async () => {
    const html = `<!doctype html>\n<html><head></head><body>${hostileBulletins('http://127.0.0.1:9')['script']}</body></html>`;
    const media = await uploadBytes(province, Buffer.from(html), { type: 'text/html', durationMs: 20_000 });
    const id = await publish(province, { kind: 'bulletin', media, title: 'Bảng giả', body: 'x' });
    await issue(province, id, ['b']);
    await refused('bulletin-unsafe');
    await issue(province, await sounding(province, 'Sau bảng giả'), ['b']);
    await arrives('Sau bảng giả');
    await isNowhere('Bảng giả', media);
  });

  test('is not taken as a sound that is none, or that is of another size than it says', async () => {
    const script = await uploadBytes(province, Buffer.from('#!/bin/sh\nexit 1\n'), { title: 'Âm giả' });
    await issue(province, await publish(province, { kind: 'audio', media: script, title: 'Âm giả', body: 'x' }), ['b']);
    await refused('wrong-content');
    await isNowhere('Âm giả', script);
    const page = Buffer.from(layOut('Trang', 'chữ'));
    const asSound = await uploadBytes(province, page, { type: 'audio/wav' });
    await issue(province, await publish(province, { kind: 'audio', media: asSound, title: 'Trang là âm', body: 'x' }), ['b']);
    await soon(async () => expect(communeB.warnings).toContainEqual(expect.objectContaining({ sha256: asSound, code: 'wrong-content' })));
    await isNowhere('Trang là âm', asSound);
  });

  test('too large to be taken is not even asked for', async () => {
    const huge = await uploadBytes(province, Buffer.from('trang lớn'), { type: 'text/html', bytes: 400 * 1024 * 1024 });
    await issue(province, await publish(province, { kind: 'bulletin', media: huge, title: 'Trang lớn', body: 'x' }), ['b']);
    await soon(async () =>
      expect(communeB.warnings).toContainEqual(expect.objectContaining({ event: 'from-above-refused', code: 'too-large' })),
    );
    expect(wires.b.asked).not.toContain(huge);
  });

  test('is looked at once: what was taken before is taken again with a later version', async () => {
    const title = 'Hai bản';
    const media = await upload(province, title);
    const id = await publish(province, { kind: 'audio', media, title, body: title });
    await issue(province, id, ['b']);
    await arrives(title);
    const author = await as(province, 'tac-gia');
    const { content } = (await author('GET', `/source-items/${id}`)).body;
    expect((await author('PUT', `/source-items/${id}`, { version: 1, content: { ...content, body: 'Bản hai' } })).status).toBe(200);
    await through(province, id, 2);
    await province.centre.federation.round();
    await soon(async () => expect(await inbox(communeB, title)).toMatchObject([{ item: { version: 2, content: { body: 'Bản hai' } } }]));
    const asked = wires.b.asked.filter((one) => one === media).length;
    expect([asked, await mediaOf(id)]).toEqual([1, media]);
    expect((await communeB.centre.store.content.medium(media))?.author).toBe('centre:tinh-08');
  });
});
