// Which receipts a person asks for: by period, unit, box, outcome and programme, in parts; and the same as a table file.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Receipt } from '../../schemas/receipt.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre, seedOf } from './built-centre.ts';
import { communeUnits } from './register-rig.ts';

const hourMs = 3600_000;
let built: BuiltCentre;
let ask: Asker;
let beganMs: number;

const receipt = (change: Partial<Receipt>): Receipt => ({
  ...{ occurrence: 's1@0@main', what: 'occurrence', schedule: 's1', programme: 'ct-1', output: 'main', class: 'normal', outcome: 'played' },
  ...{ plannedStartMs: 0, plannedEndMs: 1_000, startedMs: 0, audibleMs: 1_000, items: [], gainDb: 0, proof: 'relay', clock: 'signed' },
  ...change,
});

beforeAll(async () => {
  built = await makeCentre(seedOf({ units: communeUnits }));
  const technician = await built.as('ky-thuat');
  ask = await built.as('duyet');
  beganMs = built.clock.nowMs;
  for (const [id, area] of [
    ['hop-1', '08/02536/thon-1'],
    ['hop-2', '08/02536/thon-2'],
  ])
    await technician('POST', '/boxes', { id, name: id, area, groups: ['thon-1'], outputs: [{ id: 'main', kind: 'loudspeaker' }] });
  const plays = [
    ['hop-1', 0, 'played', 'ct-1'],
    ['hop-1', 1, 'missed', 'ct-1'],
    ['hop-1', 2, 'played', 'ct-2'],
    ['hop-2', 2, 'played', 'ct-1'],
    ['hop-2', 3, 'failed', 'ct-2'],
  ] as const;
  const receipts = plays.map(([dev, hour, outcome, programme]) => {
    const plannedStartMs = beganMs + hour * hourMs;
    const change = { occurrence: `lich@${plannedStartMs}@main`, plannedStartMs, plannedEndMs: plannedStartMs + 1_000, outcome, programme };
    const heard = outcome === 'played' ? (dev === 'hop-1' ? 'yes' : 'no') : undefined;
    return { dev, receipt: receipt({ ...change, ...(heard && { heard }) }), receivedMs: 1 };
  });
  await built.centre.store.log.commit({ rows: [], receipts, progress: [], conflicts: [], heads: [] });
});
afterAll(() => built.stop());

async function found(who: Asker, asked: string): Promise<string[]> {
  const all: string[] = [];
  for (let next: string | undefined = `/receipts?limit=2&${asked}`; next !== undefined; ) {
    const answer = await who('GET', next);
    expect(answer.status).toBe(200);
    for (const { box, receipt: one } of answer.body) all.push(`${box} ${(one.plannedStartMs - beganMs) / hourMs}`);
    next = /^<\/api(\/[^>]+)>; rel="next"$/.exec(String(answer.headers['link'] ?? ''))?.[1];
  }
  return all;
}

test.each([
  ['', ['hop-2 3', 'hop-2 2', 'hop-1 2', 'hop-1 1', 'hop-1 0']],
  ['box=hop-1', ['hop-1 2', 'hop-1 1', 'hop-1 0']],
  ['unit=thon-2', ['hop-2 3', 'hop-2 2']],
  ['unit=xa', ['hop-2 3', 'hop-2 2', 'hop-1 2', 'hop-1 1', 'hop-1 0']],
  ['heard=yes', ['hop-1 2', 'hop-1 0']],
  ['heard=no', ['hop-2 2']],
  ['heard=unknown', []],
  ['outcome=played', ['hop-2 2', 'hop-1 2', 'hop-1 0']],
  ['programme=ct-1', ['hop-2 2', 'hop-1 1', 'hop-1 0']],
  ['outcome=played&programme=ct-1&unit=thon-1', ['hop-1 0']],
])('receipts asked by %s come in parts, the newest first', async (asked, expected) => {
  expect(await found(ask, asked)).toEqual(expected);
});

test('a period is that of planned starts, its end excluded', async () => {
  const period = `fromMs=${beganMs + hourMs}&toMs=${beganMs + 3 * hourMs}`;
  expect(await found(ask, period)).toEqual(['hop-2 2', 'hop-1 2', 'hop-1 1']);
});

test('the table file holds what was asked for, and its figures are of that', async () => {
  const period = `fromMs=${beganMs}&toMs=${beganMs + 24 * hourMs}`;
  const asked = `${period}&box=hop-1&outcome=played&programme=ct-2`;
  const lines = String((await ask('GET', `/reports/play-log?${asked}&format=csv`)).body).split('\r\n');
  expect(lines.indexOf('') - 1).toBe(1);
  expect(lines.find((line) => line.startsWith('Lượt phát,'))).toMatch(/^Lượt phát,1,/);
  expect((await ask('GET', `/reports/play-log?${asked}`)).body.rows).toHaveLength(1);
  const kept = (await ask('GET', `/reports/schedule-kept?${period}&box=hop-1`)).body;
  expect(kept.rows.map((row: unknown[]) => row[0])).toEqual(['hop-1']);
});

test('what is none, or somebody else’s, is not found; figures are not asked by outcome', async () => {
  expect(codeOf(await ask('GET', '/receipts?unit=khong-co'))).toBe('not-found');
  expect(codeOf(await ask('GET', '/receipts?outcome=hay'))).toBe('bad-input');
  const hamlet = await built.as('thon-2');
  expect(codeOf(await hamlet('GET', '/receipts?unit=thon-1'))).toBe('not-found');
  expect(codeOf(await ask('GET', `/reports/minutes?fromMs=0&toMs=5&outcome=played`))).toBe('bad-input');
});
