// Override: a duty officer's order silences the programme on every loudspeaker, shows on the board, ends, and the programme returns.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderAnswer } from '../../schemas/order-api.ts';
import { type District, group, password, startDistrict } from './district.ts';
import { Ear, monoNowMs } from './ear.ts';
import { toneMp3 } from './speech.ts';
import { until } from './waiting.ts';

const toneHz = 220;
const rateHz = 48_000;

describe('override', () => {
  let district: District;
  const ear = new Ear();

  beforeAll(async () => {
    district = await startDistrict();
    const box = await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    await district.addBox({ id: 'bang-1', kind: 'board', config: { display: { kind: 'simulated' } } });
    await ear.listen(box.page);
  }, 60_000);
  afterAll(async () => {
    ear.stop();
    await district?.stop();
  });

  it('pre-empts within a second of the officer’s confirmation, stops when cleared, and lets the programme go on', async () => {
    const programme = await district.programme('Nhạc nền', toneMp3(12, toneHz));
    const planned = await district.schedule(programme.id, Date.now() + 4_000);
    await until('the programme to sound', () => (Date.now() > planned.startMs + 2_000 ? true : undefined));
    expect(share(toneHz, ear.between(monoNowMs() - 900, monoNowMs() - 400))).toBeGreaterThan(0.8);

    const order = await district.duty.post<OrderAnswer>('/orders', {
      template: 'lu-quet',
      groups: [group],
      class: 'exercise',
      confirm: true,
      password,
    });
    await until('the box to say it sounds', () => progress(order.id, 'loa-1', 'sounding'), 10_000);
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(share(toneHz, ear.between(monoNowMs() - 700, monoNowMs() - 300))).toBeLessThan(0.1);
    const board = await (await fetch(`${district.boxes.get('bang-1')?.page}/board`)).text();
    expect(board).toContain('LŨ QUÉT');

    await district.duty.post(`/orders/${order.id}/clear`);
    await until('the order to end at the box', () => progress(order.id, 'loa-1', 'cleared'), 10_000);
    await until('the programme to be back', () =>
      share(toneHz, ear.between(monoNowMs() - 700, monoNowMs() - 300)) > 0.8 ? true : undefined,
    );

    const receipt = await until(
      'its receipt',
      async () => (await district.receipts('loa-1')).find((one) => one.receipt.schedule === planned.id)?.receipt,
      60_000,
    );
    expect(receipt).toMatchObject({ outcome: 'played', reason: 'resumed' });
    expect(receipt.audibleMs).toBeGreaterThan(11_500);
    expect((await district.receipts('loa-1')).filter((one) => one.receipt.schedule === planned.id)).toHaveLength(1);
  });

  async function progress(order: string, box: string, state: string): Promise<true | undefined> {
    const orders = await district.duty.get<OrderAnswer[]>('/orders');
    return orders.find((one) => one.id === order)?.progress.some((one) => one.box === box && one.state === state) ? true : undefined;
  }
});

/** Part of a signal's power that lies at one frequency (Goertzel), 0..1. */
function share(hz: number, frames: Int16Array): number {
  const turn = (2 * Math.PI * hz) / rateHz;
  let [re, im, power] = [0, 0, 0];
  for (let i = 0; i < frames.length; i++) {
    const sample = frames[i] ?? 0;
    re += sample * Math.cos(turn * i);
    im += sample * Math.sin(turn * i);
    power += sample * sample;
  }
  return power === 0 ? 0 : (2 * (re * re + im * im)) / (frames.length * power);
}
