// The commune's centre is off at night: the province's order sounds all the same, over the box's second line.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, expect, test } from 'vitest';
import { Box } from '../../agent/box.ts';
import { AgentConfig } from '../../agent/config.ts';
import { enrol } from '../../agent/enrol.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { orderContent } from '../../schemas/authority.ts';
import { type Envelope, seal } from '../../schemas/envelope.ts';
import { order, policy } from '../world/build.ts';
import { tokenOf } from './at-the-box.ts';
import { Ear } from './ear.ts';
import { dayMs, SmallCentre } from './small-centre.ts';
import { until } from './waiting.ts';

const running: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

interface Shown {
  readonly upper: { readonly centre: string; readonly up: boolean } | null;
  readonly local: readonly { readonly id: string; readonly on: boolean }[];
  readonly missed: readonly string[];
  readonly wantRev: number;
  readonly outputs: readonly { readonly sounding: unknown }[];
}

async function district(): Promise<{ province: SmallCentre; commune: SmallCentre; dataDir: string }> {
  const province = new SmallCentre('loa-9', ['tinh-08'], { id: 'tinh-08', area: '08', level: 'province' });
  await province.start();
  running.push(province);
  const commune = new SmallCentre('loa-1', ['xa-1', 'tinh-08']);
  await commune.start(true, province);
  province.below.push({ centre: commune.id, ca: commune.ca });
  await province.broker.stop();
  await province.startBroker();
  const dataDir = await mkdtemp(join(tmpdir(), 'loa-two-centres-'));
  await writeFile(join(dataDir, 'claim.json'), JSON.stringify(commune.claim()));
  expect(await enrol(dataDir, join(dataDir, 'claim.json'))).toMatchObject({ ok: true });
  return { province, commune, dataDir };
}

async function open(dataDir: string): Promise<{ box: Box; page: string; look: () => Promise<Shown> }> {
  const config = { page: { port: 0 }, clock: { rtc: true }, log: { level: 'error' }, reconnectMaxMs: 500 };
  const box = new Box(dataDir, v.parse(AgentConfig, config));
  const ready = await box.start();
  if (!ready.ok) throw new Error(ready.problem.detail);
  const { page } = ready.value;
  return { box, page, look: async () => (await (await fetch(`${page}/state.json`)).json()) as Shown };
}

const pathsTo = (province: SmallCentre) => ({
  paths: [{ centre: province.id, url: `mqtts://127.0.0.1:${province.mqttPort}`, ca: province.ca }],
});

/** Milliseconds from the order's publication to its first sample. */
async function soundsAfter(page: string, give: () => Promise<void>): Promise<number> {
  const ear = new Ear();
  await until('a loudspeaker', () => ear.listen(page).then(() => true));
  const fromMonoMs = Number(process.hrtime.bigint()) / 1e6;
  await give();
  const atMonoMs = await until('the order', () => ear.firstAbove(1_000, fromMonoMs), 10_000);
  ear.stop();
  return atMonoMs - fromMonoMs;
}

test('with the commune centre stopped the province is heard within 5 s, before and after a restart of the box', {
  timeout: 90_000,
}, async () => {
  const { province, commune, dataDir } = await district();
  const first = await open(dataDir);
  await commune.want({ policy: policy(), paths: pathsTo(province) });
  await until('the second line', async () => ((await first.look()).upper?.up ? true : undefined));
  await commune.broker.stop();
  const give = (id: string) => () =>
    province.order(
      [province.sign('order', 'g/tinh-08', order({ area: '08', level: 'province', sirenMs: 2_000, times: 1 }), { id })],
      [],
      'tinh-08',
    );
  const onceMs = await soundsAfter(first.page, give('p-1'));
  expect(onceMs).toBeLessThan(5_000);
  await first.box.stop();
  const second = await open(dataDir);
  running.push({ stop: () => second.box.stop() });
  await until('the second line again', async () => ((await second.look()).upper?.up ? true : undefined));
  const againMs = await soundsAfter(second.page, give('p-2'));
  expect(againMs).toBeLessThan(5_000);
  expect(province.said.size).toBe(0);
});

/** An order that lies ready in the box, with its officer's approval naming that box. */
function readyOrder(centre: SmallCentre, id: string): Envelope {
  const iat = Date.now();
  const exp = iat + 365 * dayMs;
  const said = order({ sirenMs: 2_000, times: 1 });
  const given = { id, iss: centre.id, epoch: 'c1', aud: `d/${centre.dev}`, iat, exp };
  const body = { order: id, content: orderContent(said, cryptography), groups: [], dev: centre.dev, untilMs: exp, breakGlass: false };
  const approval = {
    ...given,
    typ: 'approval' as const,
    id: `approval-${id}`,
    aud: `c/${centre.id}`,
    ctr: iat,
    nbf: iat,
    exp: iat + 600_000,
    body,
  };
  const approvals = [seal(approval, [centre.officer.signer])];
  return seal({ ...given, typ: 'order', ctr: iat, nbf: iat - 1000, body: { ...said, authority: { by: 'officers', approvals } } }, [
    centre.signer,
  ]);
}

test('an order that lies ready is started on the page with the PIN, without network and after a power cut; nobody else can start it', {
  timeout: 60_000,
}, async () => {
  const commune = new SmallCentre();
  await commune.start();
  running.push(commune);
  const dataDir = await mkdtemp(join(tmpdir(), 'loa-ready-'));
  await writeFile(join(dataDir, 'claim.json'), JSON.stringify(commune.claim()));
  expect(await enrol(dataDir, join(dataDir, 'claim.json'))).toMatchObject({ ok: true });
  const first = await open(dataDir);
  const envelope = readyOrder(commune, 'lu-quet');
  await commune.want({ policy: policy(), localOrders: { orders: [{ id: 'lu-quet', envelope }] } });
  await until('the order to lie ready', async () => ((await first.look()).local.length === 1 ? true : undefined));
  await commune.order([envelope]);
  const refused = () => commune.facts.find((fact) => fact.kind === 'order' && fact.order === 'lu-quet' && fact.state === 'refused');
  expect(await until('the carried copy to be refused', refused)).toMatchObject({ problem: { code: 'wrong-audience' } });
  await commune.broker.stop();
  await first.box.stop();
  const second = await open(dataDir);
  running.push({ stop: () => second.box.stop() });
  await until('the order to lie ready again', async () => ((await second.look()).local.length === 1 ? true : undefined));
  const headers = { 'x-loa-act': await tokenOf(second.page) };
  const post = (name: string, pin: string) =>
    fetch(`${second.page}/acts/${name}?order=lu-quet`, { method: 'POST', headers, body: JSON.stringify({ pin }) });
  expect((await post('local-start', '000000')).status).toBe(401);
  const afterMs = await soundsAfter(second.page, async () => expect((await post('local-start', commune.pin)).status).toBe(202));
  expect(afterMs).toBeLessThan(5_000);
  expect((await second.look()).local).toMatchObject([{ id: 'lu-quet', on: true }]);
  expect((await post('local-end', commune.pin)).status).toBe(202);
  await until('its end', async () => ((await second.look()).local[0]?.on === false ? true : undefined));
  await commune.startBroker();
  const receipt = () => commune.facts.find((fact) => fact.kind === 'receipt' && fact.receipt.occurrence === 'lu-quet#1@main');
  expect(await until('its receipt', receipt)).toMatchObject({ receipt: { here: { how: 'page', by: 'page' } } });
});
