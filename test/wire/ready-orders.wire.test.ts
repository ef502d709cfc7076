// An order laid ready by REST and started at the box: real officers' keys, a real centre, a real box process; taken back it starts no more.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadyOrderAnswer } from '../../schemas/ready-orders.ts';
import { must } from '../controller/built-centre.ts';
import { installOfficers, OfficerDevice, pin } from '../controller/officer-device.ts';
import { tokenOf } from './at-the-box.ts';
import { type District, password, type RunningBox, startDistrict } from './district.ts';
import { Ear } from './ear.ts';
import { until } from './waiting.ts';

interface Shown {
  readonly local: readonly { readonly id: string; readonly title: string; readonly on: boolean }[];
}

describe('an order lying ready', () => {
  let district: District;
  let box: RunningBox;
  let boxPin: string;
  let id: string;
  const device = new OfficerDevice('truc-ban-1');
  const ear = new Ear();

  beforeAll(async () => {
    district = await startDistrict({}, { demo: false });
    await district.centre.stop();
    must(await installOfficers(district.centreDir, [device], Date.now()));
    await district.restartCentre();
    box = await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    boxPin = (JSON.parse(await readFile(join(box.dir, 'claim.json'), 'utf8')) as { pin: string }).pin;
    await ear.listen(box.page);
    await device.beginShift(
      async (method, path, body) => ({
        status: method === 'POST' ? 201 : 200,
        headers: {},
        body: method === 'POST' ? await district.duty.post(path, body) : await district.duty.get(path),
      }),
      password,
    );
  }, 120_000);
  afterAll(async () => {
    ear.stop();
    await district?.stop();
  });

  it('is signed for its box, lies there, and the centre hears so from the box', { timeout: 60_000 }, async () => {
    const wish = { template: 'lu-quet', boxes: ['loa-1'], validMs: 90 * 24 * 3600_000, perHour: 5 };
    const made = await district.duty.post<ReadyOrderAnswer>('/ready-orders', wish);
    id = made.id;
    const { payloadType = '', statements = [] } = made.waiting ?? {};
    const signatures = statements.map(({ box: dev, statement }) => ({ box: dev, sig: device.sign({ payloadType, statement }).sig }));
    expect(await district.duty.post(`/ready-orders/${id}/approve`, { keyid: device.keyid, signatures, pin })).toEqual({ state: 'laid' });
    await until('the order at the box', async () => ((await shown()).local.length === 1 ? true : undefined), 20_000);
    await until('its word at the centre', async () => ((await states()).join() === 'ready' ? true : undefined), 20_000);
  });

  it('sounds at the box with the centre away', { timeout: 60_000 }, async () => {
    await district.centre.stop();
    const fromMs = monoNowMs();
    expect(await start('000000')).toBe(401);
    expect(await start()).toBe(202);
    const soundMs = await until('the siren', () => ear.firstAbove(1_000, fromMs), 10_000);
    process.stdout.write(`${JSON.stringify({ event: 'ready-order-sounds', afterMs: Math.round(soundMs - fromMs) })}\n`);
    expect(soundMs - fromMs).toBeLessThan(5_000);
    expect(await act('local-end')).toBe(202);
    await until('its end', async () => ((await shown()).local[0]?.on === false ? true : undefined));
    await district.restartCentre();
  });

  it.each([
    ['as soon as it sounds, whether the desk has heard of it or not', false],
    ['that the desk knows of', true],
  ])('is ended by the desk’s stop-all, %s, and the next start sounds', { timeout: 60_000 }, async (_when, known) => {
    expect(await start()).toBe(202);
    await until('the box to start it', async () => ((await shown()).local[0]?.on ? true : undefined));
    const atBoxes = () => district.duty.get<readonly { readonly order: string }[]>('/orders/at-boxes');
    if (known) await until('the desk to know of it', async () => (await atBoxes()).at(0), 20_000);
    const pressedMs = monoNowMs();
    const { cleared } = await district.duty.post<{ readonly cleared: readonly string[] }>('/orders/stop-all', {});
    if (known) expect(cleared).toContainEqual(expect.stringMatching(new RegExp(`^${id}#\\d$`)));
    await until('its end', async () => ((await shown()).local[0]?.on === false ? true : undefined));
    expect(monoNowMs() - pressedMs).toBeLessThan(3_000);
    await until('the desk to hear of its end', async () => ((await atBoxes()).length === 0 ? true : undefined), 20_000);
  });

  it('is taken back, and the box starts it no more', { timeout: 60_000 }, async () => {
    await district.duty.delete(`/boxes/loa-1/ready-orders/${id}`);
    await until('the box to let go of it', async () => ((await shown()).local.length === 0 ? true : undefined), 30_000);
    await until('the box’s word', async () => ((await states()).length === 0 ? true : undefined), 20_000);
    const fromMs = monoNowMs();
    expect(await start()).toBe(404);
    await until('a second to pass at the loudspeaker', () =>
      ear.between(monoNowMs() - 100, monoNowMs()).length > 0 && monoNowMs() > fromMs + 1_000 ? true : undefined,
    );
    const heard = ear.between(fromMs, monoNowMs());
    expect(heard.every((frame) => Math.abs(frame) < 1_000)).toBe(true);
  });

  const shown = async () => (await (await fetch(`${box.page}/state.json`)).json()) as Shown;
  const states = async () =>
    (await district.duty.get<ReadyOrderAnswer[]>('/ready-orders')).flatMap(({ boxes }) => boxes.map(({ state }) => state));
  const start = (withPin = boxPin) => act('local-start', withPin);

  async function act(name: string, withPin = boxPin): Promise<number> {
    const headers = { 'x-loa-act': await tokenOf(box.page) };
    const answer = await fetch(`${box.page}/acts/${name}?order=${id}`, { method: 'POST', headers, body: JSON.stringify({ pin: withPin }) });
    return answer.status;
  }
});

function monoNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
