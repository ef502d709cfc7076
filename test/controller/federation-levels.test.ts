// Three levels of centres, and centres that speak for what is not theirs.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { BuiltCentre } from './built-centre.ts';
import { addBox, as, type Family, inbox, issue, makeFamily, play, soon, sounding, table } from './federation-rig.ts';

let family: Family;
let province: BuiltCentre;
let communeA: BuiltCentre;
let communeB: BuiltCentre;
let hamlet: BuiltCentre;
let wires: Family['wires'];
beforeAll(async () => {
  family = await makeFamily();
  ({ province, communeA, communeB, hamlet, wires } = family);
});
afterAll(() => family?.stop());

describe('three levels', () => {
  test('a hamlet’s centre gets through the commune’s what the province issues to the hamlet, and is heard of above', async () => {
    await addBox(communeA, 'loa-a', '08/00001', ['xa-a']);
    await addBox(hamlet, 'loa-thon', '08/00001/thon-1', ['thon']);
    const id = await sounding(province, 'Họp thôn');
    const issued = await issue(province, id, ['a'], { levels: ['commune', 'hamlet'] });
    expect((await inbox(communeA, 'Họp thôn')).map(({ unit }) => unit.id).sort()).toEqual(['thon-mot', 'xa']);
    await communeA.centre.federation.round();
    const [entry] = await inbox(hamlet, 'Họp thôn');
    expect(entry).toMatchObject({ unit: { id: 'thon' }, item: { unit: { level: 'province' }, from: { centre: 'xa-a' } } });
    const media = (await province.centre.store.sources.item(id))?.latest.content.media ?? '';
    expect(String(await hamlet.centre.blobs.read(media))).toContain('Họp thôn');
    hamlet.clock.nowMs = province.clock.nowMs + 5;
    await play(hamlet, 'loa-thon', media);
    await soon(async () => {
      await communeA.centre.federation.round();
      const { lines } = await table(province, id);
      const states = Object.fromEntries(lines.map((line) => [line.unit.id, line.state]));
      expect(states).toEqual({ a: 'waiting', 'a-1': 'played' });
    });
    expect((await (await as(province, 'duyet'))('GET', `/source-issues/${issued}/a-1/receipts`)).body).toMatchObject([
      { dev: 'loa-thon', outcome: 'played' },
    ]);
    const state = (await (await as(province, 'duyet'))('GET', '/centres/below/xa-a/state')).body;
    expect(state).toMatchObject({
      fresh: 'current',
      boxes: expect.arrayContaining([expect.objectContaining({ area: '08/00001', total: 1, awaited: 1 })]),
    });
  });
});

describe('what is asked of centres below', () => {
  test('is limited in a minute and person, on each of its routes', async () => {
    const asked = await province.as('duyet');
    let state = await asked('GET', '/centres/below/xa-b/state');
    for (let n = 1; n < 31 && state.status === 200; n++) state = await asked('GET', '/centres/below/xa-b/state');
    expect(state).toMatchObject({ status: 429, body: { code: 'too-many-requests' } });
    expect((await asked('GET', '/centres/below/xa-b/boxes')).status, 'each route by itself').toBe(200);
  });
});

describe('nobody speaks for what is not theirs', () => {
  const things = (rows: readonly object[], stream = 'gia-mao') =>
    JSON.stringify({ stream, after: 0, upto: rows.length, rows: rows.map((thing, at) => ({ seq: at + 1, key: `x:${at}`, thing })) });
  const word = (issue: string, unit: string) => ({
    ...{ is: 'handling', issue, unit, answer: 'taken', answeredMs: 1, note: '', form: null, copied: false, state: 'played' },
    ...{ plays: 9, firstMs: 1, lastMs: 2, clusters: 5, clustersPlayed: 5, beyond: null },
  });

  test('a commune tells nothing of another’s unit, of an issue it did not get, or of boxes outside its area', async () => {
    const id = await sounding(province, 'Không phải của xã B');
    const issued = await issue(province, id, ['a']);
    await inbox(communeA, 'Không phải của xã B');
    const boxes = { is: 'boxes', area: '08/00001', name: 'x', total: 1, online: 1, offline: 0, awaited: 0, unwell: 0 };
    await province.fromCentre('xa-b', 'log', things([word(issued, 'a'), word(issued, 'b'), word('phat-khac', 'b'), boxes, { is: 'la' }]));
    expect(province.warnings.at(-1)).toMatchObject({ event: 'told-below-refused', centre: 'xa-b', refused: 5 });
    const [line] = (await table(province, id)).lines;
    expect(line?.state).toBe('unknown');
    expect((await province.centre.store.federation.told('handling', [issued], 9)).filter(({ peer }) => peer === 'xa-b')).toEqual([]);
  });

  test('what is too large, no JSON, or of a centre that nobody admitted changes nothing', async () => {
    const known = async () => (await province.centre.store.federation.lines()).map(({ peer, in: read }) => [peer, read]);
    // Nothing of its own comes between: what was under way has come before.
    wires.b.cut();
    onTestFinished(() => wires.b.mend());
    await wires.b.heard();
    const before = await known();
    await province.fromCentre('xa-b', 'log', 'x'.repeat(300_000));
    expect(province.warnings.at(-1)).toMatchObject({ code: 'too-large', centre: 'xa-b' });
    await province.fromCentre('xa-b', 'ask', '{');
    expect(province.warnings.at(-1)).toMatchObject({ code: 'not-json' });
    await province.fromCentre('xa-la', 'log', things([word('x', 'a')]));
    await province.fromCentre('xa-b', 'report', JSON.stringify({ id: 'hoi-1', told: null, problem: null }));
    expect(province.warnings.at(-1)).toMatchObject({ code: 'not-found' });
    expect(await known()).toEqual(before);
  });

  test('what was not signed above, for this commune, or was said before, is not taken', async () => {
    await issue(province, await sounding(province, 'Cho cả hai'), ['tinh']);
    for (const built of [communeA, communeB]) await inbox(built, 'Cho cả hai');
    const before = await communeA.centre.store.federation.line('tinh-08');
    const signed = wires.b.down.findLast(({ word: of }) => of === 'want');
    const own = wires.a.down.findLast(({ word: of }) => of === 'want');
    const refused = async (payload: Buffer) => {
      const known = communeA.warnings.length;
      wires.a.hand('want', payload);
      return soon(async () => {
        expect(communeA.warnings.length).toBeGreaterThan(known);
        return (communeA.warnings.at(-1) as { code?: string }).code;
      });
    };
    expect(await refused(signed?.payload ?? Buffer.of())).toBe('wrong-audience');
    expect(await refused(own?.payload ?? Buffer.of())).toBe('replayed');
    const envelope = JSON.parse(String(own?.payload));
    const forged = Buffer.from(String(Buffer.from(envelope.payload, 'base64')).replace('"stream":"', '"stream":"x')).toString('base64');
    expect(await refused(Buffer.from(JSON.stringify({ ...envelope, payload: forged })))).toBe('signature-wrong');
    const [foreign] = await hamlet.centre.dispatch.changed().then(() => wires.thon.down.filter(({ word: of }) => of === 'want'));
    expect(['wrong-audience', 'key-unknown']).toContain(await refused(foreign?.payload ?? Buffer.of()));
    expect(await refused(Buffer.from('{"is":"x"}'))).toBe('bad-input');
    expect((await communeA.centre.store.federation.line('tinh-08')).in).toEqual(before.in);
  });

  test('content goes only to whom something made of it was issued', async () => {
    const id = await sounding(province, 'Chỉ cho xã A');
    await issue(province, id, ['a']);
    const media = (await province.centre.store.sources.item(id))?.latest.content.media ?? '';
    const { lower } = province.centre.federation;
    expect([await lower.mayFetch('xa-a', media), await lower.mayFetch('xa-b', media), await lower.mayFetch('xa-a', '%')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a centre that stops', () => {
  test('ends what it has asked below at once with offline, and asks nothing any more', async () => {
    wires.b.cut();
    const { lower } = province.centre.federation;
    const question = { ask: 'boxes', area: '08/00002', after: null } as const;
    // Far longer than a test may last: only the stop can end it.
    const asked = lower.ask('xa-b', question, 3600_000);
    await province.centre.federation.stop();
    expect(await asked).toMatchObject({ ok: false, problem: { code: 'offline' } });
    expect(await lower.ask('xa-b', question, 3600_000)).toMatchObject({ ok: false, problem: { code: 'offline' } });
  });
});
