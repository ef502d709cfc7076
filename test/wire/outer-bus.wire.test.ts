// A centre and its boxes behind a Mosquitto that it does not run, which is killed and comes back with nothing in it.
import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderAnswer } from '../../schemas/order-api.ts';
import { type District, freePorts, group, openDistrict, password, run, seedOf } from './district.ts';
import { Mosquitto } from './mosquitto.ts';
import { toneMp3 } from './speech.ts';
import { until } from './waiting.ts';

/** The box knows of all of them: what it was never told it owes no receipt for. */
async function hasAll(page: string, planned: readonly { readonly startMs: number }[]): Promise<true | undefined> {
  const { next } = (await (await fetch(`${page}/state.json`)).json()) as { readonly next: readonly { readonly startMs: number }[] };
  // Its page tells the next three.
  return planned.slice(0, 3).every(({ startMs }) => next.some((one) => one.startMs === startMs)) || undefined;
}

const owner = 'son-duong';

describe('a centre behind Mosquitto', () => {
  let district: District;
  let broker: Mosquitto;
  let files: string;
  let registryFile: string;

  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'loa-outer-'));
    const [port = '0', boxPort = '0', mqttPort = '0'] = await freePorts(3);
    run('controller', ['init', '--data', join(dir, 'centre')], JSON.stringify(seedOf({ sessionGapMs: 0 })));
    files = join(dir, 'broker');
    run('controller', ['broker-files', '--data', join(dir, 'centre'), '--out', files, '--port', mqttPort]);
    registryFile = join(files, 'registry.json');
    broker = new Mosquitto(files, Number(mqttPort), owner, ['loa-1', 'loa-2']);
    await broker.start();
    const outer = ['--mqtt-url', `mqtts://127.0.0.1:${mqttPort}`, '--broker-registry', registryFile];
    district = await openDistrict(dir, [port, boxPort, '0'], outer);
  }, 120_000);
  afterAll(async () => {
    await district?.stop();
    await broker?.stop();
  });

  const figure = async (name: string) => {
    const text = await (await fetch(`${district.console}/metrics`)).text();
    return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  };
  const online = async (id: string) => (await district.approver.get<{ online: boolean }>(`/boxes/${id}`)).online;
  const seqs = async (id: string) => {
    const rows = await district.approver.get<{ epoch: string; seq: number }[]>(`/log?box=${id}&limit=200`);
    return rows.map(({ epoch, seq }) => `${epoch} ${seq}`);
  };
  const order = () =>
    district.duty.post<OrderAnswer>('/orders', { template: 'lu-quet', groups: [group], class: 'exercise', confirm: true, password });
  const sounding = (id: string, box: string) =>
    until(`${id} at ${box}`, async () =>
      (await district.duty.get<OrderAnswer[]>('/orders'))
        .find((one) => one.id === id)
        ?.progress.some((one) => one.box === box && one.state === 'sounding')
        ? true
        : undefined,
    );

  it('gives that broker what it needs, its key readable by nobody else', async () => {
    expect((await stat(join(files, 'broker.key.pem'))).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(registryFile, 'utf8'))).toEqual({ boxes: [], centres: [owner] });
    expect(JSON.parse(await readFile(join(files, 'broker.json'), 'utf8'))).toMatchObject({ owner, registry: 'registry.json' });
    expect(await figure('loa_outer_broker_up')).toBe(1);
  });

  it('enrols boxes there, and whoever reads the registry knows them', async () => {
    for (const id of ['loa-1', 'loa-2']) await district.addBox({ id, kind: 'loudspeaker' });
    for (const id of ['loa-1', 'loa-2']) await until(`${id} online`, async () => (await online(id)) || undefined);
    await until('the registry', async () => JSON.parse(await readFile(registryFile, 'utf8')).boxes.length === 2 || undefined);
    expect(await figure('loa_outer_broker_received_total')).toBeGreaterThan(0);
  });

  it('hears a box go, by its will', async () => {
    await district.boxes.get('loa-2')?.program.kill();
    await until('loa-2 away', async () => !(await online('loa-2')) || undefined);
    await district.restartBox('loa-2');
    await until('loa-2 back', async () => (await online('loa-2')) || undefined);
  });

  it('loses no row and tells none twice when that broker dies and comes back empty, twice, under plays and an order', async () => {
    const tone = await district.programme('Nhạc hiệu', toneMp3(2, 700));
    const fromMs = Date.now() + 20_000;
    const planned = await Promise.all([0, 8_000, 16_000, 32_000].map((afterMs) => district.schedule(tone.id, fromMs + afterMs)));
    const played = async (id: string) => (await district.receipts(id)).flatMap(({ receipt }) => receipt.schedule ?? []).sort();
    for (const box of district.boxes.values()) await until(`the plan at ${box.id}`, () => hasAll(box.page, planned));
    await until('the first play', async () => (await played('loa-1')).length === 1 || undefined);
    const linesBefore = await figure('loa_outer_broker_lines_total');

    await broker.kill();
    await until('the centre to know', async () => (await figure('loa_outer_broker_up')) === 0 || undefined);
    expect([await online('loa-1'), await online('loa-2')]).toEqual([false, false]);
    // Given while nobody can hear it.
    const given = await order();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const backMs = Date.now();
    await broker.start();
    await until('the line', async () => (await figure('loa_outer_broker_up')) === 1 || undefined);
    const lineMs = Date.now() - backMs;
    for (const id of ['loa-1', 'loa-2']) await sounding(given.id, id);
    const orderMs = Date.now() - backMs;
    for (const id of ['loa-1', 'loa-2']) await until(`${id} back`, async () => (await online(id)) || undefined);
    await district.duty.post(`/orders/${given.id}/clear`);

    // In the middle of whatever goes on.
    await broker.kill();
    await broker.start();
    for (const id of ['loa-1', 'loa-2'])
      await until(`all receipts of ${id}`, async () => (await played(id)).length >= planned.length || undefined, 90_000);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    for (const id of ['loa-1', 'loa-2']) {
      expect(await played(id)).toEqual(planned.map((one) => one.id).sort());
      const told = await seqs(id);
      expect(new Set(told).size).toBe(told.length);
      const byEpoch = new Map<string, number[]>();
      for (const one of told) {
        const [epoch = '', seq = ''] = one.split(' ');
        byEpoch.set(epoch, [...(byEpoch.get(epoch) ?? []), Number(seq)]);
      }
      // No gap: every row that a box ever wrote is there.
      for (const list of byEpoch.values()) expect(list.sort((a, b) => a - b)).toEqual(list.map((_, at) => at + 1));
    }
    expect(await figure('loa_outer_broker_lines_total')).toBe(linesBefore + 2);
    expect(district.centre.stderr).toContain('outer-broker-away');
    console.log(
      `the emptied broker: the centre's line again after ${lineMs} ms, an order of the time without it sounds after ${orderMs} ms`,
    );
  }, 180_000);

  it('after a restart of the centre alone, all goes on', async () => {
    await district.centre.kill();
    await district.restartCentre();
    for (const one of [district.approver, district.duty])
      await one.signIn(one === district.duty ? 'truc-ban-1' : 'lanh-dao-duyet', password);
    for (const id of ['loa-1', 'loa-2']) await until(`${id} online`, async () => (await online(id)) || undefined);
    const given = await order();
    await sounding(given.id, 'loa-1');
    await district.duty.post(`/orders/${given.id}/clear`);
  });
});
