// A hang, not a crash: a sounding agent is halted, its watchdog cuts the amplifier, and when it goes on people hear it again.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { enrol } from '../../agent/enrol.ts';
import { order } from '../world/build.ts';
import { Ear, monoNowMs } from './ear.ts';
import { Program } from './program.ts';
import { SmallCentre } from './small-centre.ts';
import { until } from './waiting.ts';

const running: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

/** The watchdog cuts after ten seconds. */
const haltMs = 11_500;

test('an order whose agent was halted beyond its watchdog is heard again soon after, not played to an open relay', async () => {
  const centre = new SmallCentre();
  await centre.start();
  running.push(centre);
  const dataDir = await mkdtemp(join(tmpdir(), 'loa-halted-'));
  await writeFile(join(dataDir, 'claim.json'), JSON.stringify(centre.claim()));
  await writeFile(join(dataDir, 'config.json'), JSON.stringify({ page: { port: 0 }, outputs: [{ id: 'main', kind: 'loudspeaker' }] }));
  expect(await enrol(dataDir, join(dataDir, 'claim.json'))).toMatchObject({ ok: true });
  const agent = new Program('agent', ['--data', dataDir]);
  const ready = await agent.start();
  running.push(agent);
  const ear = new Ear();
  await ear.listen(String(ready['page']));
  running.push(ear);
  await centre.order([centre.sign('order', 'g/xa-1', order({ times: 20, sirenMs: 15_000, pauseMs: 0 }), { id: 'o-1' })]);
  await until('the siren', () => ear.firstAbove(1_000, 0));
  process.kill(agent.pid, 'SIGSTOP');
  await new Promise((go) => setTimeout(go, haltMs));
  process.kill(agent.pid, 'SIGCONT');
  const onMonoMs = monoNowMs();
  // What piled up meanwhile may have cost the first listener its line.
  const again = new Ear();
  await again.listen(String(ready['page']));
  running.push(again);
  // The first moments after the halt are the old sound, until the watchdog's word has been decided on.
  const againMonoMs = await until('the siren again', () => again.firstAbove(1_000, onMonoMs + 500));
  expect(againMonoMs - onMonoMs).toBeLessThan(6_000);
  const fault = await until('the fault', () => centre.facts.find((fact) => fact.kind === 'fault' && fact.fault === 'amplifier-main'));
  expect(fault).toMatchObject({ state: 'raised' });
});
