// From a file in a folder to a siren on a pole, with nobody at the desk: two officers signed a mandate once; a Cancel ends it.
import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertAnswer, MandateAnswer } from '../../schemas/alerts.ts';
import type { OrderAnswer } from '../../schemas/order-api.ts';
import { capAlert, capBytes, capSender, nameOf } from '../controller/alert-messages.ts';
import { must } from '../controller/built-centre.ts';
import { gatewayKeyOf, installOfficers, OfficerDevice, pin } from '../controller/officer-device.ts';
import { type District, group, password, startDistrict } from './district.ts';
import { Ear, monoNowMs } from './ear.ts';
import { askerOf, Operator } from './operator.ts';
import { until } from './waiting.ts';

const loud = 1_000;

describe('an alert nobody waits for', () => {
  let district: District;
  const ear = new Ear();
  const devices = [new OfficerDevice('truc-ban-1'), new OfficerDevice('truc-ban-2')];

  beforeAll(async () => {
    district = await startDistrict({}, { demo: false });
    await district.centre.stop();
    const gateway = await gatewayKeyOf(district.centreDir);
    must(await installOfficers(district.centreDir, devices, Date.now(), { gateway }));
    await district.restartCentre();
    const box = await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    await ear.listen(box.page);
    await district.approver.put('/alert-sources/tinh', {
      id: 'tinh',
      title: 'Đài tỉnh',
      kind: 'folder',
      trust: 'auto',
      senders: [capSender],
      events: [{ event: 'Lũ quét', template: 'lu-quet' }],
      places: [{ area: '08/02536', groups: [group], codes: ['VN-xa=02536'] }],
    });
    await signMandate();
  }, 120_000);
  afterAll(async () => {
    ear.stop();
    await district?.stop();
  });

  it('sounds within seconds of its file, is replaced by its update, and is silent after its cancel', async () => {
    const first = capAlert({ identifier: 'a-1', sentMs: Date.now() });
    const fromMs = monoNowMs();
    await drop('1.xml', capBytes(first));
    const soundMs = await until('the siren', () => ear.firstAbove(loud, fromMs));
    process.stdout.write(`${JSON.stringify({ event: 'alert-sounds', afterMs: Math.round(soundMs - fromMs) })}\n`);
    expect(soundMs - fromMs).toBeLessThan(10_000);
    const one = await alert('a-1');
    expect(one).toMatchObject({ state: 'given', mandate: expect.any(String), by: null });
    await until('its receipt', () => progress(one.orders[0], 'sounding'));
    const [order] = await district.duty.get<OrderAnswer[]>('/orders');
    expect(order).toMatchObject({ class: 'actual', issuedBy: one.mandate });

    const second = capAlert({ identifier: 'a-2', sentMs: Date.now() + 1_000, msgType: 'Update', references: [nameOf(first)] });
    await drop('2.xml', capBytes(second));
    const two = await until('the update', () => alert('a-2'));
    await until('the update to sound', () => progress(two.orders[0], 'sounding'));
    await until('the first to end', () => progress(one.orders[0], 'cleared'));

    await drop('3.xml', capBytes({ identifier: 'a-3', sentMs: Date.now() + 2_000, msgType: 'Cancel', references: [nameOf(second)] }));
    await until('the end at the box', () => progress(two.orders[0], 'cleared'));
    expect(await alert('a-3')).toMatchObject({ state: 'ended' });
    await until('silence', () => {
      const frames = ear.between(monoNowMs() - 800, monoNowMs() - 300);
      return frames.length > 0 && frames.every((frame) => Math.abs(frame) < 200) ? true : undefined;
    });
    await until('all put away', async () => ((await readdir(join(folder(), 'done'))).length === 3 ? true : undefined));
  });

  const folder = () => join(district.centreDir, 'alerts', 'tinh');

  async function drop(name: string, bytes: Uint8Array): Promise<void> {
    await writeFile(join(folder(), `${name}.part`), bytes);
    await rename(join(folder(), `${name}.part`), join(folder(), name));
  }

  async function alert(identifier: string): Promise<AlertAnswer> {
    const found = (await district.duty.get<AlertAnswer[]>('/alerts')).find((one) => one.message?.identifier === identifier);
    if (found?.state === undefined || found.code === 'interrupted') throw new Error(`no ${identifier} yet`);
    return found;
  }

  async function progress(order: string | undefined, state: string): Promise<true | undefined> {
    const orders = await district.duty.get<OrderAnswer[]>('/orders');
    return orders.find(({ id }) => id === order)?.progress.some((one) => one.state === state) ? true : undefined;
  }

  async function signMandate(): Promise<void> {
    const second = await new Operator(district.console).signIn('truc-ban-2', password);
    for (const [at, person] of [district.duty, second].entries()) await devices[at]?.beginShift(askerOf(person), password);
    const prepared = await district.duty.post<MandateAnswer>('/mandates', {
      feed: 'tinh',
      templates: ['lu-quet'],
      areas: ['08/02536'],
      perHour: 4,
      maxMs: 900_000,
      untilMs: Date.now() + 24 * 3600_000,
    });
    for (const [at, person] of [district.duty, second].entries()) {
      const { keyid, sig } = (devices[at] as OfficerDevice).sign(prepared);
      await person.post(`/mandates/${prepared.id}/sign`, { keyid, sig, pin });
    }
  }
});
