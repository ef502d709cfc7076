// A real box process with its modem and meter on real serial lines: their readings and faults, and orders in text messages.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrol } from '../../agent/enrol.ts';
import { cryptography, generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import { SimulatedMeter } from '../../hardware/serial/simulated-meter.ts';
import { SimulatedModem } from '../../hardware/serial/simulated-modem.ts';
import type { Signer } from '../../schemas/envelope.ts';
import { encodeSmsOrder, type SmsOrder, smsDigest } from '../../schemas/sms-order.ts';
import { PtyLine } from '../hardware/pty-line.ts';
import { policy } from '../schemas/documents.ts';
import { programPath } from '../tell.ts';
import { order } from '../world/build.ts';
import { Ear } from './ear.ts';
import { Program } from './program.ts';
import { SmallCentre } from './small-centre.ts';
import { until } from './waiting.ts';

describe.skipIf(!programPath('socat'))('a box with a modem and a meter [needs socat]', () => {
  const centre = new SmallCentre();
  const modem = new SimulatedModem();
  const line = new PtyLine(modem);
  const meter = new SimulatedMeter();
  const meterLine = new PtyLine(meter, 9_600);
  const ear = new Ear();
  let dir = '';
  let box: Program;
  let ctr = Date.now();

  beforeAll(async () => {
    await centre.start();
    meter.setPzem({ mainsV: 228.4, currentMa: 123, powerW: 26.5, energyWh: 123_456 });
    await Promise.all([line.plugIn(), meterLine.plugIn()]);
    dir = await mkdtemp(join(tmpdir(), 'loa-sms-'));
    await writeFile(join(dir, 'claim.json'), JSON.stringify(centre.claim()));
    await writeFile(
      join(dir, 'config.json'),
      JSON.stringify({
        page: { port: 0 },
        log: { level: 'warn' },
        outputs: [{ id: 'main', kind: 'loudspeaker' }],
        modem: { port: line.near, budgetMb: 100 },
        meter: { port: meterLine.near },
      }),
    );
    const enrolled = await enrol(dir, join(dir, 'claim.json'));
    if (!enrolled.ok) throw new Error(enrolled.problem.detail);
    box = new Program('agent', ['--data', dir]);
    const ready = await box.start();
    await ear.listen(String(ready['page']));
    const envelope = centre.sign('order', `d/${centre.dev}`, order({ area: centre.area, sirenMs: 3_000, times: 1 }), {
      id: 'lu-quet',
      exp: Date.now() + 30 * 24 * 3600_000,
    });
    await centre.want({
      settings: { telemetryEveryMs: 2_000 },
      policy: policy(),
      schedules: { programmes: [], schedules: [], holidays: [], localOrder: [] },
      localOrders: { orders: [{ id: 'lu-quet', envelope, perHour: 10, maxMs: 600_000 }] },
    });
    await until('the order to lie ready', () =>
      centre
        .heard<{ local?: readonly { id: string; code?: string }[] }>('report')
        .at(-1)
        ?.local?.some(({ id, code }) => id === 'lu-quet' && !code)
        ? true
        : undefined,
    );
  }, 120_000);
  afterAll(async () => {
    ear.stop();
    await box?.stop();
    await Promise.all([line.end(), meterLine.end()]);
    await centre.stop();
    await rm(dir, { recursive: true, force: true });
  });

  function message(changes: Partial<SmsOrder> = {}, signer: Signer = centre.signer): Uint8Array {
    const nowSeconds = Math.floor(Date.now() / 1000);
    ctr = Math.max(ctr + 1, Date.now());
    return encodeSmsOrder(
      {
        class: 'actual',
        keyid: centre.signer.keyid,
        ctr,
        area: smsDigest('area', centre.area, cryptography),
        template: smsDigest('template', 'lu-quet', cryptography),
        issuedSeconds: nowSeconds - 1,
        expirySeconds: nowSeconds + 600,
        group: smsDigest('group', 'xa-1', cryptography),
        space: smsDigest('space', `${centre.id}/c1`, cryptography),
        ...changes,
      },
      signer,
    );
  }
  const rows = () => centre.facts.flatMap((fact) => (fact.kind === 'order' ? [fact] : []));
  const deliver = (data: Uint8Array) => modem.deliver({ from: '+84912345678', data });
  const gone = () => until('the message to be read', () => modem.stored() === 0 || undefined, 30_000);
  let genuine: Uint8Array;

  it('tells signal, network, SIM and what the amplifiers draw to the centre', { timeout: 60_000 }, async () => {
    const seen = await until('telemetry', () =>
      centre.heard<{ signalDbm?: number; mainsV?: number }>('tm').find((one) => one.signalDbm !== undefined && one.mainsV !== undefined),
    );
    expect(seen).toMatchObject({ signalDbm: -91, sim: 'ready', operator: 'Viettel', registration: 'home', mainsV: 228.4, currentMa: 123 });
  });

  it.each<[string, () => Uint8Array, string]>([
    ['signed by a stranger’s key', () => message({}, signerFrom(generateSigningKey().privateKeyPem)), 'signature-wrong'],
    ['whose time is over', () => message({ issuedSeconds: 1_700_000_000, expirySeconds: 1_700_000_600 }), 'expired'],
    ['for another group', () => message({ group: smsDigest('group', 'xa-2', cryptography) }), 'wrong-audience'],
    ['for words that do not lie here', () => message({ template: smsDigest('template', 'khac', cryptography) }), 'not-found'],
  ])('an order in a message %s is refused and makes no sound', { timeout: 60_000 }, async (_, make, code) => {
    const before = rows().length;
    const fromMs = monoNowMs();
    deliver(make());
    const row = await until(
      'the refusal',
      () =>
        rows()
          .slice(before)
          .find(({ state }) => state === 'refused'),
      30_000,
    );
    expect(row.problem?.code).toBe(code);
    await gone();
    expect(ear.between(fromMs, monoNowMs()).every((frame) => Math.abs(frame) < 1_000)).toBe(true);
  });

  it('a genuine one sounds, with the centre’s broker gone', { timeout: 90_000 }, async () => {
    await centre.broker.stop();
    const fromMs = monoNowMs();
    genuine = message();
    deliver(genuine);
    const soundMs = await until('the siren', () => ear.firstAbove(1_000, fromMs), 30_000);
    process.stdout.write(`${JSON.stringify({ event: 'sms-order-sounds', afterMs: Math.round(soundMs - fromMs) })}\n`);
    expect(soundMs - fromMs).toBeLessThan(5_000);
    await gone();
    await centre.startBroker();
    await until('its row', () => rows().find(({ order: id, state }) => id === `sms-${ctr}-${id.slice(-8)}` && state === 'accepted'));
  });

  it('one that is sent again does not sound again, also after the box was killed', { timeout: 120_000 }, async () => {
    const [accepted] = rows().filter(({ state, order: id }) => state === 'accepted' && id.startsWith('sms-'));
    await until('its end', () => rows().find(({ order: id, state }) => id === accepted?.order && state === 'ended'), 90_000);
    deliver(genuine);
    await gone();
    await box.kill();
    deliver(genuine);
    ear.stop();
    const ready = await box.start();
    const again = new Ear();
    await again.listen(String(ready['page']));
    const fromMs = monoNowMs();
    await gone();
    deliver(message({ ctr: ctr - 5 }));
    await until('the refusal', () => rows().find(({ problem }) => problem?.code === 'replayed'), 30_000);
    expect(again.between(fromMs, monoNowMs()).every((frame) => Math.abs(frame) < 1_000)).toBe(true);
    again.stop();
    expect(rows().filter(({ state, order: id }) => state === 'accepted' && id.startsWith('sms-'))).toHaveLength(1);
  });

  const states = (fault: string) => centre.facts.flatMap((fact) => (fact.kind === 'fault' && fact.fault === fault ? [fact.state] : []));

  it('a SIM that is lost is a fault at the centre within 30 s, and ended within 30 s of its return', { timeout: 90_000 }, async () => {
    modem.setSim('missing');
    await until('the fault', () => states('sim-missing').includes('raised') || undefined, 30_000);
    modem.setSim('ready');
    await until('its end', () => states('sim-missing').includes('ended') || undefined, 30_000);
  });

  it('so is a meter that is unplugged', { timeout: 90_000 }, async () => {
    await meterLine.unplug();
    await until('the fault', () => states('meter-gone').includes('raised') || undefined, 30_000);
    await meterLine.plugIn();
    await until('its end', () => states('meter-gone').includes('ended') || undefined, 30_000);
  });
});

function monoNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
