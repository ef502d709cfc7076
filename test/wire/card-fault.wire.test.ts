// A box whose card is fed by an aplay that fails it: told at once, amplifier off, tried again, heard again.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, expect, test } from 'vitest';
import { Box } from '../../agent/box.ts';
import { AgentConfig } from '../../agent/config.ts';
import { enrol } from '../../agent/enrol.ts';
import { FakeCard } from '../hardware/fake-card.ts';
import { order } from '../world/build.ts';
import { SmallCentre } from './small-centre.ts';
import { until } from './waiting.ts';

const running: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
  delete process.env['APLAY_BIN'];
});

interface PageState {
  readonly relays: Readonly<Record<string, { readonly relay1: boolean; readonly relay2: boolean }>>;
}

/** A box that plays through a fake card, with an order that sounds for minutes. */
async function soundingBox(mode: string) {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  running.push({ stop: () => process.off('unhandledRejection', note) });
  const card = new FakeCard(mode);
  running.push({ stop: () => card.remove() });
  process.env['APLAY_BIN'] = card.program;
  const centre = new SmallCentre();
  await centre.start();
  running.push(centre);
  const dataDir = await mkdtemp(join(tmpdir(), 'loa-card-fault-'));
  await writeFile(join(dataDir, 'claim.json'), JSON.stringify(centre.claim()));
  expect(await enrol(dataDir, join(dataDir, 'claim.json'))).toMatchObject({ ok: true });
  const audioOut = { kind: 'alsa', device: 'hw:CARD=Jack', driver: 'aplay', proc: card.proc };
  const outputs = [{ id: 'main', kind: 'loudspeaker' }];
  const box = new Box(dataDir, v.parse(AgentConfig, { page: { port: 0 }, outputs, audioOut, log: { level: 'silent' } }));
  const ready = await box.start();
  if (!ready.ok) throw new Error(ready.problem.detail);
  running.push(box);
  await centre.order([centre.sign('order', 'g/xa-1', order({ times: 20, sirenMs: 15_000, pauseMs: 0 }), { id: 'o-1' })]);
  const relays = async () => ((await (await fetch(`${ready.value.page}/state.json`)).json()) as PageState).relays['main'];
  const fault = (state: string) => () =>
    centre.facts.find((fact) => fact.kind === 'fault' && fact.fault === 'output-main' && fact.state === state);
  const closed = (wanted: boolean) => async () => ((await relays())?.relay1 === wanted ? true : undefined);
  const sounding = () => centre.facts.find((fact) => fact.kind === 'order' && fact.order === 'o-1' && fact.state === 'sounding');
  return { card, fault, closed, sounding, unhandled };
}

test.each(['dies:6000', 'freezes:6000', 'vanishes:6000'])(
  'a card that %s under an order: fault within 5 s, amplifier off, and the order goes on when the card is back',
  async (mode) => {
    const { card, fault, closed, sounding, unhandled } = await soundingBox(mode);
    await until('the order to sound', sounding);
    const beganMs = Date.now();
    card.behave('exits');
    await until('the fault', fault('raised'));
    expect(Date.now() - beganMs).toBeLessThan(6_000 + 5_000);
    await until('the amplifier off', closed(false));
    card.plug();
    card.behave('plays');
    await until('the card back', fault('ended'));
    await until('the amplifier on', closed(true));
    expect(unhandled).toEqual([]);
  },
  60_000,
);

test.each(['exits', 'busy', 'hangs'])(
  'a card whose aplay %s from the start is a fault within 5 s, and an order never switches an amplifier for it',
  async (mode) => {
    const { fault, closed, unhandled } = await soundingBox(mode);
    await until('the fault', fault('raised'));
    await closed(false)();
    expect(await closed(false)()).toBe(true);
    expect(unhandled).toEqual([]);
  },
  60_000,
);
