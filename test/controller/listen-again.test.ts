// Hearing again: only what is approved and was heard, by ranges; what was withdrawn goes from the day and from its address.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '../../hardware/host/crypto.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { programme, schedule } from '../schemas/documents.ts';
import { type BuiltCentre, codeOf, makeCentre, must, seedOf } from './built-centre.ts';
import { communeUnits } from './register-rig.ts';

let built: BuiltCentre;
const act = { atMs: 1, actor: 'x', act: 'x', subject: 'x', sha256: '' };
const bytes = Buffer.from('OggS bản tin sáng');
const other = Buffer.from('OggS chưa phát');
/** 09:00, an hour after the test begins. */
const startMs = Date.UTC(2026, 10, 23, 2);

async function save(state: 'approved' | 'withdrawn'): Promise<void> {
  const [item] = programme().items;
  if (!item) throw new Error('no item');
  const stored = {
    ...programme({ id: 'ct-1' }),
    items: [{ ...item, sha256: sha256(bytes), bytes: bytes.length, durationMs: 600_000, speak: 'Kính thưa bà con' }],
  };
  await built.centre.store.content.saveProgramme({ programme: stored, state, author: 'x', approver: 'y', changedMs: 1, note: '' }, act);
  built.centre.feed.tell('programme', `ct-1 ${state}`);
}

const told = (outcome: Receipt['outcome'], dev = 'hop-1') => {
  const receipt: Receipt = {
    ...{
      occurrence: `lich-1@${startMs}@main`,
      what: 'occurrence',
      schedule: 'lich-1',
      programme: 'ct-1',
      output: 'main',
      class: 'normal',
      outcome,
    },
    ...{
      plannedStartMs: startMs,
      plannedEndMs: startMs + 600_000,
      startedMs: startMs,
      audibleMs: outcome === 'missed' ? 0 : 1_000,
      items: [sha256(bytes)],
      gainDb: 0,
    },
    ...{ proof: 'relay', clock: 'signed' },
  };
  built.centre.feed.tell('receipt', 'lich-1');
  return built.centre.store.log.commit({
    rows: [],
    receipts: [{ dev, receipt, receivedMs: 1 }],
    progress: [],
    conflicts: [],
    heads: [],
  });
};
const day = async (unit = 'thon-1') => (await built.stranger('GET', `/public/day?unit=${unit}`)).body.plays;
const sound = (name = sha256(bytes), range?: string) =>
  built.stranger('GET', `/public/sounds/${name}`, undefined, range === undefined ? {} : { range });
const later = (ms: number) => {
  built.clock.nowMs += ms;
};

beforeAll(async () => {
  built = await makeCentre(seedOf({ units: communeUnits }));
  const technician = await built.as('ky-thuat');
  for (const id of ['hop-1', 'hop-2']) {
    await technician('POST', '/boxes', {
      ...{ id, name: id, area: '08/02536/thon-1', groups: ['thon-1'] },
      outputs: [{ id: 'main', kind: 'loudspeaker' }],
    });
    const box = await built.centre.store.estate.box(id);
    if (box) built.centre.registry.put({ ...box, enrolledMs: 1 });
  }
  for (const one of [bytes, other]) await built.centre.blobs.keep(one);
  await save('approved');
  const planned = schedule({ id: 'lich-1', programme: 'ct-1', start: '20261123T090000' });
  must(await built.centre.store.content.addSchedule({ schedule: planned, groups: ['thon-1'], author: 'x', createdMs: 1 }, act));
});
afterAll(() => built?.stop());

test('what is to come is named and cannot be heard yet', async () => {
  expect(await day()).toMatchObject([{ programme: 'ct-1', state: 'coming', startMs, sounds: [] }]);
  expect(await day('thon-2'), 'where no box plays it').toEqual([]);
  expect(codeOf(await sound())).toBe('not-found');
});

test('once it was heard its sound is there with its words, whole or in part, and nothing else of the library is', async () => {
  later(3 * 3600_000);
  expect((await day())[0], 'not told is not silent').toMatchObject({ state: 'unknown', sounds: [] });
  await told('missed', 'hop-2');
  later(61_000);
  expect((await day())[0]).toMatchObject({ state: 'not-heard', sounds: [] });
  await told('played');
  later(61_000);
  expect(await day()).toMatchObject([{ state: 'heard', sounds: [{ sha256: sha256(bytes), text: 'Kính thưa bà con' }] }]);
  const whole = await sound();
  expect([whole.status, whole.headers['content-type'], whole.body]).toEqual([200, 'audio/ogg', bytes]);
  expect(whole.headers['cache-control'], 'what is withdrawn is not kept for a year').toBe('public, max-age=3600');
  const part = await sound(sha256(bytes), 'bytes=0-3');
  expect([part.status, String(part.body)]).toEqual([206, 'OggS']);
  expect(codeOf(await sound(sha256(other)))).toBe('not-found');
  expect(codeOf(await sound('../../etc/passwd'))).toBe('not-found');
});

test('what was withdrawn is heard no more, whatever its receipts say', async () => {
  await save('withdrawn');
  later(61_000);
  expect(await day()).toEqual([]);
  expect(codeOf(await sound())).toBe('not-found');
});
