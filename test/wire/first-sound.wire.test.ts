// First sound: a real MP3 goes in at the centre's REST and comes out of a box's loudspeaker on time, once, with its receipt.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { correlate } from './correlation.ts';
import { type District, startDistrict } from './district.ts';
import { Ear, monoOf } from './ear.ts';
import { decoded, spokenMp3 } from './speech.ts';
import { until } from './waiting.ts';

const rateHz = 48_000;

describe('first sound', () => {
  let district: District;
  const ear = new Ear();

  beforeAll(async () => {
    district = await startDistrict();
    const box = await district.addBox({
      id: 'loa-1',
      kind: 'loudspeaker',
      config: { audioOut: { kind: 'virtual', ppm: 60, recordWav: 'heard.wav' } },
    });
    await ear.listen(box.page);
  }, 60_000);
  afterAll(async () => {
    ear.stop();
    await district?.stop();
  });

  it('plays an uploaded MP3 at its instant, recognisably, behind a warm amplifier, with exactly one receipt', async () => {
    const mp3 = spokenMp3('Xin chào bà con. Đây là đài truyền thanh xã Sơn Dương, chương trình thử nghiệm buổi sáng.');
    const programme = await district.programme('Bản tin thử', mp3);
    const planned = await district.schedule(programme.id, Date.now() + 5_500);
    const plannedMonoMs = monoOf(planned.startMs);
    const [answer] = await until('a final receipt', async () => {
      const receipts = await district.receipts('loa-1');
      return receipts.length > 0 ? receipts : undefined;
    });
    if (!answer) throw new Error('no receipt');
    const { receipt } = answer;
    expect(receipt).toMatchObject({ outcome: 'played', plannedStartMs: planned.startMs, schedule: planned.id, output: 'main' });

    const meant = decoded(mp3);
    const heard = ear.between(plannedMonoMs - 1_000, plannedMonoMs + 2_000 + (meant.length / rateHz) * 1000);
    const match = correlate(heard, meant, rateHz, rateHz / 2);
    const startErrorMs = (match.atFrame / rateHz) * 1000 - 1_000;
    console.log(
      `first sound: correlation ${match.peak.toFixed(3)}, start error ${startErrorMs.toFixed(2)} ms (box says ${receipt.startErrorMs?.toFixed(2)} ms)`,
    );
    expect(match.peak).toBeGreaterThanOrEqual(0.9);
    expect(Math.abs(startErrorMs)).toBeLessThan(60);
    expect(receipt.audibleMs).toBeGreaterThan((meant.length / rateHz) * 1000 - 200);
    expect(receipt.amplifierOnMs ?? Number.NaN).toBeLessThanOrEqual((receipt.startedMs ?? 0) - 500);

    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(await district.receipts('loa-1')).toHaveLength(1);
  });
});
