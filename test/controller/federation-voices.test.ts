// What residents said at a commune's centre, seen at the province: figures, their age, and nobody else's.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { voicesBelow } from '../../controller/api/feedback-statistics.ts';
import { silentAfterMs } from '../../controller/core/federation.ts';
import { changedAgainMs, unchangedAgainMs } from '../../controller/federation/told-voices.ts';
import type { BuiltCentre } from './built-centre.ts';
import { as, type Family, makeFamily, soon } from './federation-rig.ts';

let family: Family;
let province: BuiltCentre;
let communeA: BuiltCentre;
beforeAll(async () => {
  family = await makeFamily();
  ({ province, communeA } = family);
});
afterAll(() => family?.stop());

const all = () => [province, communeA, family.communeB, family.hamlet];
const pass = (ms: number) => {
  for (const { clock } of all()) clock.nowMs += ms;
};
/** As its route answers, without the route's limit of asks in a minute. */
const below = (unit = 'tinh', month = '2026-11') => voicesBelow(province.centre, unit, month);
async function say(built: BuiltCentre, n: number): Promise<void> {
  const { device } = (await built.stranger('POST', '/public/device', {})).body;
  const wish = { once: n.toString(16).padStart(32, '0'), device, kind: 'petition', unit: 'thon-mot', text: `Đèn đường số ${n} hỏng` };
  expect((await built.stranger('POST', '/public/feedback', wish)).status).toBe(201);
}

test('the commune’s figures stand at the province without its words, and a silent centre’s with their age', async () => {
  await say(communeA, 1);
  pass(changedAgainMs);
  await communeA.centre.federation.round();
  await soon(async () => expect((await below('a'))[0]?.figures?.received).toBe(1));
  const [row] = await below('a');
  const shown = await (await as(province, 'tac-gia'))('GET', '/feedback-statistics?unit=a&month=2026-11');
  expect(shown.body).toMatchObject({ rows: [{ unit: 'a', received: 0 }, {}], below: [row] });
  expect(row).toMatchObject({ centre: 'xa-a', unit: 'a', name: 'Xã A', fresh: 'current', asOfMs: communeA.clock.nowMs });
  expect(row?.figures).toMatchObject({ answered: 0, byKind: { petition: 1 }, medianMs: null });
  expect((await below('a', '2026-08'))[0]).toMatchObject({ centre: 'xa-a', figures: null });
  const rows = (await province.centre.store.federation.told('voices', undefined, 99)).filter(({ peer }) => peer === 'xa-a');
  expect(rows.map(({ subject }) => subject)).toEqual(['08/00001 2026-10', '08/00001 2026-11']);
  expect(rows.map(({ body }) => body).join()).not.toMatch(/Đèn|thon-1/);
  family.wires.a.cut();
  pass(silentAfterMs + 1);
  expect((await below('a'))[0]).toMatchObject({ fresh: 'stale', figures: { received: 1 }, asOfMs: row?.asOfMs });
  family.wires.a.mend();
});

test('figures for an area that is not its own are refused and change nothing', async () => {
  const [own] = await province.centre.store.federation.told('voices', ['08/00001 2026-11'], 9);
  const forged = { ...JSON.parse(own?.body ?? '{}'), received: 900 };
  const rows = [forged, { ...forged, area: '08' }, { ...forged, area: '08/00002/thon-9' }, { ...forged, area: '08/00002', text: 'x' }];
  const said = rows.map((thing, at) => ({ seq: at + 1, key: `x:${at}`, thing }));
  await province.fromCentre('xa-b', 'log', JSON.stringify({ stream: 'gia-mao', after: 0, upto: said.length, rows: said }));
  expect(province.warnings.at(-1)).toMatchObject({ event: 'told-below-refused', centre: 'xa-b', refused: 4 });
  const seen = JSON.stringify(await below());
  expect(seen).toContain('"centre":"xa-a"');
  expect(seen).not.toContain('900');
});

test('a hundred looks at what is to be told read the feedback once, until it changes or a quarter of an hour is over', async () => {
  const list = vi.spyOn(communeA.centre.store.citizens.feedback, 'list');
  const readsOf = async (looks: number) => {
    list.mockClear();
    for (let n = 0; n < looks; n++) await communeA.centre.federation.round();
    return list.mock.calls.length;
  };
  pass(unchangedAgainMs);
  expect(await readsOf(100), 'two months, a page each').toBe(2);
  pass(unchangedAgainMs - 1);
  expect(await readsOf(10)).toBe(0);
  await say(communeA, 2);
  expect(await readsOf(10)).toBe(2);
  await say(communeA, 3);
  expect(await readsOf(10), 'not twice within a minute').toBe(0);
  list.mockRestore();
});
