// The commune's machine dies, and another is made of last night's backup: the boxes never stop, and no receipt is lost (PRODUCT §3).
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type District, password, run, startDistrict } from './district.ts';
import { Ear, monoOf } from './ear.ts';
import { toneMp3 } from './speech.ts';
import { until } from './waiting.ts';

const audible = 1_000;

describe('the machine of a commune', () => {
  let district: District;
  const ear = new Ear();

  beforeAll(async () => {
    district = await startDistrict({ sessionGapMs: 0 });
    const box = await district.addBox({ id: 'loa-1', kind: 'loudspeaker', config: { audioOut: { kind: 'virtual', ppm: 0 } } });
    await ear.listen(box.page);
  }, 60_000);
  afterAll(async () => {
    ear.stop();
    await district?.stop();
  });

  it('dies after its backup; what was told since then is told once more by the boxes', { timeout: 180_000 }, async () => {
    const tone = await district.programme('Nhạc hiệu', toneMp3(2, 700));
    const fromMs = Date.now() + 6_000;
    const planned = await Promise.all([0, 10_000, 20_000, 45_000].map((afterMs) => district.schedule(tone.id, fromMs + afterMs)));
    const played = async () => (await district.receipts('loa-1')).map(({ receipt }) => `${receipt.schedule} ${receipt.outcome}`).sort();
    const expected = (count: number) =>
      planned
        .slice(0, count)
        .map(({ id }) => `${id} played`)
        .sort();
    const wait = (count: number) => until(`receipt ${count}`, async () => ((await played()).length >= count ? true : undefined), 60_000);

    await wait(1);
    const backup = join(district.dir, 'backup');
    run('controller', ['backup', backup, '--data', district.centreDir]);
    // This one was handed in, acknowledged, and dies with the machine.
    await wait(2);
    await pause(4_000);
    const diedMs = Date.now();
    await district.centre.kill();
    await rm(district.centreDir, { recursive: true });
    await until('the third play', () => ear.firstAbove(audible, monoOf(planned[2]?.startMs ?? 0) - 200), 40_000);

    run('controller', ['restore', backup, '--data', district.centreDir]);
    await district.restartCentre();
    await district.approver.signIn('lanh-dao-duyet', password);
    const restoredMs = Date.now() - diedMs;
    await wait(4);
    await pause(3_000);
    expect(await played()).toEqual(expected(4));
    for (const { startMs } of planned) expect(ear.firstAbove(audible, monoOf(startMs) - 200)).toBeLessThan(monoOf(startMs) + 500);
    expect((await district.approver.get<{ act: string }[]>('/audit?limit=100')).map(({ act }) => act)).toContain('centre.restore');
    console.log(`the dead machine: ${Math.round(restoredMs / 1000)} s from its death to a centre again, with ${planned.length} receipts`);
  });
});

/** Whatever still comes, comes. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
