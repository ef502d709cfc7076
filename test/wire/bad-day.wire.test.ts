// A bad day: the centre with its broker dies before the play and comes back after; the box is killed in mid-play.
// Still one final receipt per planned play, nothing lost, nothing twice.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type District, startDistrict } from './district.ts';
import { spokenMp3, toneMp3 } from './speech.ts';
import { until } from './waiting.ts';

const box = 'loa-1';

describe('a bad day', () => {
  let district: District;

  beforeAll(async () => {
    district = await startDistrict();
    await district.addBox({ id: box, kind: 'loudspeaker' });
  }, 60_000);
  afterAll(() => district?.stop());

  it('keeps one final receipt per play through a dead broker and a killed box', async () => {
    const first = await district.programme('Bản tin ngắn', spokenMp3('Bà con chú ý, hôm nay có lịch tiêm chủng tại trạm y tế.'));
    const second = await district.programme('Bản tin dài', toneMp3(16));
    await until('a box with trusted time', async () => {
      const boxes = await district.approver.get<{ id: string; report: { clock: string } | null }[]>('/boxes');
      return boxes.find((one) => one.id === box)?.report?.clock === 'signed' ? true : undefined;
    });
    const now = Date.now();
    const early = await district.schedule(first.id, now + 12_000);
    const late = await district.schedule(second.id, now + 24_000);
    await until('both schedules at the box', async () => {
      const timeline = await district.approver.get<{ occurrences: unknown[] }>(`/timeline?box=${box}&fromMs=${now}&toMs=${now + 60_000}`);
      const boxes =
        await district.approver.get<{ id: string; wantRev: number; report: { wantRev: number; cache: { missing: number } } | null }[]>(
          '/boxes',
        );
      const mine = boxes.find((one) => one.id === box);
      return timeline.occurrences.length === 2 && mine?.report?.wantRev === mine?.wantRev && mine?.report?.cache.missing === 0
        ? true
        : undefined;
    });

    await district.centre.kill();
    await until('mid-play of the second', () => (Date.now() > late.startMs + 8_000 ? true : undefined), 40_000);
    const running = district.boxes.get(box);
    await running?.program.kill();
    await district.restartBox(box);
    await district.restartCentre();

    const receipts = await until(
      'both receipts',
      async () => {
        const all = await district.receipts(box);
        return all.length >= 2 ? all : undefined;
      },
      90_000,
    );
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await district.receipts(box)).toHaveLength(2);
    const by = (schedule: string) => receipts.find((one) => one.receipt.schedule === schedule)?.receipt;
    expect(by(early.id), JSON.stringify(by(early.id))).toMatchObject({ outcome: 'played', plannedStartMs: early.startMs });
    const cut = by(late.id);
    expect(cut).toMatchObject({ outcome: 'partial', reason: 'power-cut', plannedStartMs: late.startMs });
    expect(cut?.audibleMs).toBeGreaterThanOrEqual(2_500);
    expect(cut?.audibleMs).toBeLessThanOrEqual(8_600);
    const conflicts = await district.approver.get<unknown[]>('/log/conflicts');
    expect(conflicts).toEqual([]);
  });
});
