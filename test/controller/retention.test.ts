// What a centre no longer keeps: when it is due, who says so, and that the audit knows before it goes.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { droppable, dueBefore, retentionStandard } from '../../controller/core/retention.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { type BuiltCentre, codeOf, makeCentre, startMs } from './built-centre.ts';

const dayMs = 86_400_000;

describe('what is due', () => {
  test('is nothing unless the centre says so', () => {
    expect(dueBefore(retentionStandard, startMs).size).toBe(0);
  });

  test('lies at least as far back as the days say, and never goes back in time', () => {
    const days = fc.option(fc.integer({ min: 90, max: 3_000 }));
    fc.assert(
      fc.property(days, days, fc.nat(), fc.nat(), (receiptsDays, logsDays, nowMs, laterMs) => {
        const settings = { receiptsDays, logsDays, recordingsDays: null, acceptancesDays: receiptsDays };
        const [now, later] = [dueBefore(settings, nowMs), dueBefore(settings, nowMs + laterMs)];
        expect([...later.keys()]).toEqual([...now.keys()]);
        for (const [kind, beforeMs] of now) expect((later.get(kind) ?? 0) - beforeMs).toBe(laterMs);
        expect(now.has('receipts')).toBe(receiptsDays !== null);
        expect(now.get('receipts')).toBe(now.get('showings'));
        expect(now.get('acceptances')).toBe(now.get('receipts'));
        expect([...now.keys()].every((kind) => droppable.includes(kind))).toBe(true);
      }),
    );
  });
});

describe('a centre that keeps receipts for a year', () => {
  let built: BuiltCentre;
  beforeAll(async () => {
    built = await makeCentre();
  });
  afterAll(() => built.stop());

  test('is told so by an administrator alone, and never fewer days than ninety', async () => {
    const wish = { receiptsDays: 365, logsDays: null, recordingsDays: null };
    expect(codeOf(await (await built.as('tac-gia'))('PUT', '/retention', wish))).toBe('not-allowed');
    const admin = await built.as('quan-tri');
    expect(codeOf(await admin('PUT', '/retention', { ...wish, receiptsDays: 30 }))).toBe('bad-input');
    expect(codeOf(await admin('PUT', '/retention', { ...wish, acceptancesDays: 1_000 }))).toBe('bad-input');
    expect((await admin('GET', '/retention')).body).toEqual(retentionStandard);
    expect((await admin('PUT', '/retention', wish)).status).toBe(200);
    expect((await admin('GET', '/retention')).body).toEqual({ ...wish, acceptancesDays: null });
  });

  test('drops older ones in batches, after its audit has said so, and keeps the rest', async () => {
    const { store, retention } = built.centre;
    const of = (daysAgo: number, at: number) => {
      const plannedStartMs = startMs - daysAgo * dayMs;
      const receipt = { occurrence: `o${daysAgo}-${at}`, plannedStartMs, plannedEndMs: plannedStartMs, audibleMs: 0 } as unknown as Receipt;
      return { dev: 'hop-1', receivedMs: plannedStartMs, receipt };
    };
    const receipts = [...Array.from({ length: 1_203 }, (_, at) => of(400, at)), of(10, 0)];
    await store.log.commit({ rows: [], receipts, progress: [], conflicts: [], heads: [] });
    expect(await retention.drop()).toEqual({ receipts: 1_203 });
    expect((await store.log.receipts({ limit: 9 })).map((one) => one.receipt.occurrence)).toEqual(['o10-0']);
    expect((await store.audit.entries(0, 1_000)).at(-1)).toMatchObject({ actor: 'retention', act: 'retention.drop' });
    expect(await retention.drop()).toEqual({});
  });
});
