// The whole box in one process against a small real centre: enrol, plan, sound, receipts, orders, forgeries, restart.
import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, describe, expect, test } from 'vitest';
import { Box } from '../../agent/box.ts';
import { AgentConfig } from '../../agent/config.ts';
import { enrol } from '../../agent/enrol.ts';
import type { PageState } from '../../agent/page/view.ts';
import { generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import { wavHead } from '../../hardware/host/wav.ts';
import type { Order } from '../../schemas/order.ts';
import type { Presence, Report } from '../../schemas/report.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import { policy, programme, schedule } from '../schemas/documents.ts';
import { SmallCentre } from './small-centre.ts';
import { until } from './waiting.ts';

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

async function makeCentre(): Promise<SmallCentre> {
  const centre = new SmallCentre();
  await centre.start();
  running.push(centre);
  return centre;
}

async function enrolled(centre: SmallCentre): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'loa-box-'));
  await writeFile(join(dataDir, 'claim.json'), JSON.stringify(centre.claim()));
  expect(await enrol(dataDir, join(dataDir, 'claim.json'))).toMatchObject({ ok: true });
  return dataDir;
}

async function startBox(dataDir: string, change: v.InferInput<typeof AgentConfig> = {}) {
  const config = v.parse(AgentConfig, { page: { port: 0 }, log: { level: 'warn', file: 'agent.log' }, ...change });
  const box = new Box(dataDir, config);
  const ready = await box.start();
  if (!ready.ok) throw new Error(`${ready.problem.code}: ${ready.problem.detail}`);
  running.push(box);
  const state = async () => (await (await fetch(`${ready.value.page}/state.json`)).json()) as PageState;
  return { box, page: ready.value.page, state };
}

/** A second of tone as a WAV file. */
function makeWav(seconds: number, hz = 440): Uint8Array {
  const frames = Int16Array.from({ length: seconds * 48_000 }, (_, i) => Math.round(8000 * Math.sin((2 * Math.PI * hz * i) / 48_000)));
  return Buffer.concat([wavHead(48_000, frames.byteLength), Buffer.from(frames.buffer)]);
}

function local(ms: number): string {
  return new Date(ms + 7 * 3600_000)
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, '')
    .slice(0, 15);
}

/** A plan with one programme of one WAV starting soon; permits make the hour of the test irrelevant. */
function soon(centre: SmallCentre, startMs: number, seconds: number, change: Partial<Schedule> = {}) {
  const sound = centre.put(makeWav(seconds));
  const item = { ...sound, type: 'audio/wav' as const, title: 'Tiếng', language: 'vi', durationMs: seconds * 1000, gainDb: 0 };
  const permit = { fromMs: startMs - 3600_000, untilMs: startMs + 3600_000, reason: 'thử' };
  return {
    settings: {},
    policy: policy({ permits: [permit] }),
    schedules: {
      programmes: [programme({ items: [item] })],
      schedules: [schedule({ start: local(startMs), ...change })],
      holidays: [],
      localOrder: [],
    },
  };
}

function order(change: Partial<Order> = {}): Order {
  return {
    class: 'exercise',
    level: 'commune',
    area: '08/02536',
    hazard: 'flash-flood',
    severity: 'Extreme',
    urgency: 'Immediate',
    certainty: 'Observed',
    sirenMs: 1_000,
    times: 1,
    pauseMs: 0,
    speech: [{ language: 'vi', speak: 'Đây là diễn tập.' }],
    screen: { title: 'DIỄN TẬP', text: 'Đây là diễn tập' },
    ...change,
  };
}

function wholeSecond(afterMs: number): number {
  return Math.ceil((Date.now() + afterMs) / 1000) * 1000;
}

describe('the box', () => {
  test('enrols, takes signed time and a plan, plays it on time and its one receipt is acknowledged', async () => {
    const centre = await makeCentre();
    const { state } = await startBox(await enrolled(centre), { audioOut: { kind: 'virtual', recordWav: 'heard.wav' } });
    const startMs = wholeSecond(4_000);
    await centre.want(soon(centre, startMs, 2));
    await until('the plan to be applied', () => centre.facts.find((fact) => fact.kind === 'want' && fact.state === 'applied'));
    const shown = await state();
    expect(shown).toMatchObject({ dev: 'loa-1', demo: true, wantRev: 1, link: { up: true }, now: { quality: 'signed' } });
    expect(shown.next.map(({ startMs: at }) => at)).toEqual([startMs]);
    expect(shown.silence?.code).toBe('not-yet');
    const fact = await until('the receipt', () => centre.facts.find((one) => one.kind === 'receipt'));
    if (fact.kind !== 'receipt') throw new Error('no receipt');
    expect(fact.receipt).toMatchObject({ outcome: 'played', plannedStartMs: startMs, clock: 'signed' });
    expect(Math.abs(fact.receipt.startErrorMs ?? 1e9)).toBeLessThan(50);
    expect(fact.receipt.audibleMs).toBeGreaterThan(1_950);
    await until('the outbox to be acknowledged', () => centre.heard<Report>('report').at(0));
    expect((await state()).receipts).toHaveLength(1);
    expect(centre.facts.filter(({ kind }) => kind === 'receipt')).toHaveLength(1);
    const presence = centre.heard<Presence>('on').at(-1);
    expect(presence).toMatchObject({ on: true, wantRev: 1 });
  });

  test('stays silent at an hour that its policy forbids, however validly the plan is signed, and says so in the receipt', async () => {
    const centre = await makeCentre();
    const { state } = await startBox(await enrolled(centre));
    const startMs = wholeSecond(4_000);
    const from = (hours: number) => local(startMs + hours * 3600_000).replace(/^.*T(..)(..).*$/, '$1:$2');
    const wrong = soon(centre, startMs, 1);
    await centre.want({ ...wrong, policy: policy({ quiet: [{ from: from(-1), to: from(1) }], permits: [] }) });
    const fact = await until('the receipt', () => centre.facts.find((one) => one.kind === 'receipt'));
    if (fact.kind !== 'receipt') throw new Error('no receipt');
    expect(fact.receipt).toMatchObject({ outcome: 'refused-by-policy', plannedStartMs: startMs });
    expect([fact.receipt.audibleMs ?? 0, fact.receipt.amplifierOnMs ?? null]).toEqual([0, null]);
    expect((await state()).outputs[0]?.sounding ?? null).toBeNull();
  });

  test('an order pre-empts; forged, replayed and foreign ones never sound and are told', async () => {
    const centre = await makeCentre();
    const { state } = await startBox(await enrolled(centre));
    const startMs = wholeSecond(3_000);
    await centre.want(soon(centre, startMs, 30));
    const voice = await until('the programme to sound', async () => (await state()).outputs[0]?.sounding ?? undefined);
    expect(voice.kind).toBe('occurrence');
    const stranger = signerFrom(generateSigningKey().privateKeyPem);
    const genuine = centre.sign('order', 'g/xa-1', order(), { id: 'o-1' });
    const forged = {
      ...centre.sign('order', 'g/xa-1', order(), { id: 'o-2' }),
      signatures: centre.sign('order', 'g/xa-1', order(), { signer: stranger }).signatures,
    };
    const foreign = centre.sign('order', 'g/xa-9', order(), { id: 'o-3' });
    const expired = centre.sign('order', 'g/xa-1', order(), { id: 'o-4', exp: Date.now() - 1000 });
    await centre.order([forged, foreign, expired, genuine]);
    const told = (id: string, what: string) => () =>
      centre.facts.find((fact) => fact.kind === 'order' && fact.order === id && fact.state === what);
    await until('the order to sound', told('o-1', 'sounding'));
    await until('the order to end', told('o-1', 'ended'));
    for (const id of ['o-2', 'o-3', 'o-4']) {
      await until(`${id} refused`, told(id, 'refused'));
      expect(told(id, 'sounding')()).toBeUndefined();
    }
    await centre.order([genuine]);
    await new Promise((go) => setTimeout(go, 1_000));
    expect(centre.facts.filter((fact) => fact.kind === 'order' && fact.order === 'o-1' && fact.state === 'sounding')).toHaveLength(1);
  });

  test('plays on without its centre and delivers each row exactly once when it is back', async () => {
    const centre = await makeCentre();
    const { state } = await startBox(await enrolled(centre));
    const startMs = wholeSecond(4_000);
    await centre.want(soon(centre, startMs, 1));
    await until('the plan to be applied', () => centre.facts.find((fact) => fact.kind === 'want' && fact.state === 'applied'));
    await centre.broker.stop();
    await new Promise((go) => setTimeout(go, startMs + 3_000 - Date.now()));
    const offline = await state();
    expect(offline.link.up).toBe(false);
    expect(offline.receipts.map(({ outcome }) => outcome)).toEqual(['played']);
    expect(centre.facts.filter(({ kind }) => kind === 'receipt')).toHaveLength(0);
    await centre.startBroker();
    await until('the receipt', () => centre.facts.find((fact) => fact.kind === 'receipt'), 30_000);
    await new Promise((go) => setTimeout(go, 500));
    expect(centre.facts.filter(({ kind }) => kind === 'receipt')).toHaveLength(1);
    const connections = centre.heard<Presence>('on').map(({ conn }) => conn);
    expect(Math.max(...connections)).toBeGreaterThan(Math.min(...connections));
  });

  test('starts again with the same epoch and plan, and a newer place changes what it listens to', async () => {
    const centre = await makeCentre();
    const dataDir = await enrolled(centre);
    const first = await startBox(dataDir);
    await centre.want(soon(centre, wholeSecond(1800_000), 1));
    await until('the plan to be applied', () => centre.facts.find((fact) => fact.kind === 'want' && fact.state === 'applied'));
    await first.box.stop();
    const epochs = () => new Set([...centre.rows.keys()].map((key) => key.split('/')[0]));
    const { state } = await startBox(dataDir);
    const shown = await state();
    expect(shown.wantRev).toBe(1);
    await centre.say('keys', { chain: centre.keys.chain, place: centre.place(['xa-1', 'thon-2']) }, true);
    await until('the new place', async () => {
      const kept = JSON.parse(await readFile(join(dataDir, 'identity', 'keys.json'), 'utf8')) as typeof centre.keys;
      return Buffer.from(kept.place.payload, 'base64').toString().includes('thon-2') || undefined;
    });
    // An exercise needs the time.
    await until('trusted time', async () => (await state()).now.quality === 'signed' || undefined);
    await centre.order([centre.sign('order', 'g/thon-2', order(), { id: 'o-9' })], [], 'thon-2');
    await until('the order of the new group', () =>
      centre.facts.find((fact) => fact.kind === 'order' && fact.order === 'o-9' && fact.state === 'accepted'),
    );
    expect(epochs().size).toBe(1);
    expect((await stat(join(dataDir, 'identity', 'key.pem'))).mode & 0o777).toBe(0o600);
  });

  test('a claim of the other kind is refused: demo never passes for real', async () => {
    const centre = await makeCentre();
    const dataDir = await enrolled(centre);
    const real = { ...centre.claim(), trustRoot: { ...centre.root, demo: false } };
    await writeFile(join(dataDir, 'real.json'), JSON.stringify(real));
    expect(await enrol(dataDir, join(dataDir, 'real.json'))).toMatchObject({ ok: false, problem: { code: 'demo-only' } });
  });
});
