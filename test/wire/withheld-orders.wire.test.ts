// What a hostile or broken way can do to an order: withhold it, or bring it to a box that does not know the time.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, expect, test } from 'vitest';
import { Box } from '../../agent/box.ts';
import { AgentConfig } from '../../agent/config.ts';
import { enrol } from '../../agent/enrol.ts';
import type { Report } from '../../schemas/report.ts';
import { order, policy } from '../world/build.ts';
import { dayMs, SmallCentre } from './small-centre.ts';
import { until } from './waiting.ts';

const yearMs = 365 * dayMs;
const running: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

async function boxAt(offsetMs: number, answersTime: boolean): Promise<SmallCentre> {
  const centre = new SmallCentre();
  centre.answersTime = answersTime;
  await centre.start();
  running.push(centre);
  const dataDir = await mkdtemp(join(tmpdir(), 'loa-withheld-'));
  await writeFile(join(dataDir, 'claim.json'), JSON.stringify(centre.claim()));
  expect(await enrol(dataDir, join(dataDir, 'claim.json'))).toMatchObject({ ok: true });
  const box = new Box(dataDir, v.parse(AgentConfig, { page: { port: 0 }, clock: { offsetMs }, log: { level: 'error' } }));
  expect(await box.start()).toMatchObject({ ok: true });
  running.push(box);
  await until('the box', () => (centre.heard('report').length > 0 ? true : undefined));
  return centre;
}

const states = (centre: SmallCentre, id: string) =>
  centre.facts.flatMap((fact) => (fact.kind === 'order' && fact.order === id ? [fact.state] : []));
const reasons = (centre: SmallCentre) => centre.heard<Report>('report').at(-1)?.health.reasons ?? [];

test('a box that is told of an order it never got says so within 15 s, and is well again when it comes', { timeout: 60_000 }, async () => {
  const centre = await boxAt(0, true);
  await centre.want({ policy: policy() });
  const envelope = centre.sign('order', 'g/xa-1', order({ times: 1, sirenMs: 500 }), { id: 'o-1' });
  const { ctr } = JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8')) as { ctr: number };
  const body = { epoch: 'b1', timeMs: Date.now(), orders: { 'xa-1': ctr }, topics: { 'g/xa-1/order': ctr } };
  await centre.broker.publish('loa/1/c/xa-1/on', JSON.stringify(centre.sign('heartbeat', 'c/xa-1', body)), { qos: 1, retain: true });
  await until('yellow', () => (reasons(centre).includes('orders-missed') ? true : undefined), 15_000);
  const fault = (state: string) =>
    centre.facts.some((fact) => fact.kind === 'fault' && fact.fault === 'orders-missed' && fact.state === state);
  await until('its row', () => fault('raised') || undefined);
  await centre.order([envelope]);
  await until('the order', () => (states(centre, 'o-1').includes('accepted') ? true : undefined));
  await until('the end of it', () => (fault('ended') && !reasons(centre).includes('orders-missed') ? true : undefined), 15_000);
});

test.each([-10 * yearMs, 10 * yearMs])(
  'a clock %d ms off and no answer: nothing sounds; with the answer the fresh order does and the old one never',
  {
    timeout: 60_000,
  },
  async (offsetMs) => {
    const centre = await boxAt(offsetMs, false);
    const old = centre.sign('order', 'g/xa-1', order(), { id: 'old', nbf: Date.now() - 7_200_000, exp: Date.now() - 3_600_000 });
    await centre.order([old, centre.sign('order', 'g/xa-1', order({ times: 1, sirenMs: 500 }), { id: 'fresh' })]);
    await until('the doubt', () => (states(centre, 'fresh').includes('refused') ? true : undefined), 15_000);
    expect(states(centre, 'fresh')).toEqual(['refused']);
    centre.answersTime = true;
    await until('the fresh one', () => (states(centre, 'fresh').includes('accepted') ? true : undefined), 40_000);
    await until('the old one refused', () => (states(centre, 'old').includes('refused') ? true : undefined));
    expect(states(centre, 'old')).not.toContain('accepted');
  },
);
