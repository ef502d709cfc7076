// The guard over a real agent: what hangs is ended and comes back, what dies comes back, what is told to stop stops, and nothing sounds twice.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { enrol } from '../../agent/enrol.ts';
import { Ear, monoNowMs } from './ear.ts';
import { Program } from './program.ts';
import { SmallCentre } from './small-centre.ts';
import { planTone } from './tone-plan.ts';
import { until } from './waiting.ts';

const running: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

const level = 1_000;

async function guarded() {
  const centre = new SmallCentre();
  await centre.start();
  running.push(centre);
  const dataDir = await mkdtemp(join(tmpdir(), 'loa-guard-'));
  await writeFile(join(dataDir, 'claim.json'), JSON.stringify(centre.claim()));
  await writeFile(join(dataDir, 'config.json'), JSON.stringify({ page: { port: 0 }, outputs: [{ id: 'main', kind: 'loudspeaker' }] }));
  expect(await enrol(dataDir, join(dataDir, 'claim.json'))).toMatchObject({ ok: true });
  const guard = new Program('guard', ['--data', dataDir]);
  running.push(guard);
  const ready = await guard.start();
  return { centre, guard, pid: Number(ready['pid']), page: String(ready['page']) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const gone = (pid: number) => () => (isAlive(pid) ? undefined : true);
const saidOf = (guard: Program, event: string) => guard.said.filter((line) => line['event'] === event);

test('a sounding agent that hangs is ended and back within ten seconds; its play is partial and is not heard a second time', async () => {
  const { centre, guard, pid, page } = await guarded();
  const startMs = Math.ceil((Date.now() + 4_000) / 1000) * 1000;
  await planTone(centre, startMs, 40);
  const ear = new Ear();
  await ear.listen(page);
  running.push(ear);
  await until('the tone', () => ear.firstAbove(level, 0));
  await new Promise((go) => setTimeout(go, 1_500));
  const haltedMonoMs = monoNowMs();
  process.kill(pid, 'SIGSTOP');
  await until('its end', gone(pid));
  const offMs = monoNowMs() - haltedMonoMs;
  const again = await until('the next one', () => saidOf(guard, 'ready')[1]);
  const backMs = monoNowMs() - haltedMonoMs;
  expect(offMs).toBeLessThan(7_000);
  expect(backMs).toBeLessThan(10_000);
  expect(saidOf(guard, 'silent')).toMatchObject([{ pid }]);
  expect(saidOf(guard, 'released')).toHaveLength(1);
  const later = new Ear();
  await later.listen(String(again['page']));
  running.push(later);
  const played = () => centre.facts.filter((fact) => fact.kind === 'receipt');
  expect(await until('its receipt', () => played()[0])).toMatchObject({ receipt: { outcome: 'partial', reason: 'power-cut' } });
  await new Promise((go) => setTimeout(go, 2_000));
  expect(later.firstAbove(level, 0)).toBeUndefined();
  expect(played()).toHaveLength(1);
});

test('an agent that dies is started again, and its guard stops it when told', async () => {
  const { guard, pid } = await guarded();
  process.kill(pid, 'SIGKILL');
  const again = await until('the next one', () => saidOf(guard, 'ready')[1]);
  expect(saidOf(guard, 'ended')).toMatchObject([{ signal: 'SIGKILL' }]);
  expect(await guard.stop()).toBe(0);
  expect(isAlive(Number(again['pid']))).toBe(false);
});

test('an agent does not outlive its guard', async () => {
  const { guard, pid } = await guarded();
  await guard.kill();
  await until('its end', gone(pid));
});

test('a box that cannot live is told once, not tried for ever', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'loa-guard-'));
  // Without an identity it would wait for a claim; with settings that nobody can read it can only end.
  await writeFile(join(dataDir, 'config.json'), '{"nonsense":1}');
  const guard = new Program('guard', ['--data', dataDir]);
  await expect(guard.start()).rejects.toThrow(/ended with 1/);
  expect(guard.stderr).toContain('config.json');
});
