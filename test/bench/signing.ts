// npm run bench -- signing: signatures a second through the pipe of the signing desk against the same room in this process.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AskedDraft } from '../../controller/core/signing-statement.ts';
import { type Signatory, SigningRoom } from '../../controller/signing/room.ts';
import { SignerProcess } from '../../controller/signing/signer-process.ts';
import { deskBed } from '../controller/desk-bed.ts';

const seconds = 3;
const acksInFlight = 512;
/** Within a minute's quota; said again they cost nothing of it. */
const orders = 100;

interface Measured {
  readonly perSecond: number;
  /** Share of this process's time that signing took from the centre's own work. */
  readonly busy: number;
}

async function main(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-bench-signing-'));
  const bed = await deskBed(dir);
  const room = await SigningRoom.open({ ...bed.roomWish, slotsDir: join(dir, 'here'), nowMs: Date.now, tell: () => undefined });
  if (!room.ok) throw new Error(room.problem.detail);
  const program = fileURLToPath(new URL('../signer.js', import.meta.url));
  const away = new SignerProcess({
    program,
    hello: bed.hello,
    journal: { info: () => undefined, warn: (fields) => console.error(fields) },
  });
  const started = await away.start();
  if (!started.ok) throw new Error(started.problem.detail);
  const acks = (signatory: Signatory) => flood(signatory, bed.ack);
  await acks(away);
  const [here, piped] = [await acks(room.value), await acks(away)];
  const wantsMs = await timeOf(() => away.sign(Array.from({ length: 10_000 }, (_, i) => bed.want(`d${i}`))));
  const idle = await orderTimes(away, bed.order);
  let over = false;
  const background = (async () => {
    while (!over) await Promise.all(Array.from({ length: acksInFlight }, (_, i) => away.sign([bed.ack(i)])));
  })();
  const loaded = await orderTimes(away, bed.order);
  over = true;
  await background;
  const alone = await orderTimes(room.value, bed.order);
  await Promise.all([away.stop(), room.value.stop()]);
  await rm(dir, { recursive: true, force: true });
  const figures = {
    name: 'signing',
    perSecond: Math.round(piped.perSecond),
    inProcessPerSecond: Math.round(here.perSecond),
    p50Ms: at(idle, 0.5),
    p99Ms: at(idle, 0.99),
    inProcessP50Ms: at(alone, 0.5),
    inProcessP99Ms: at(alone, 0.99),
    loadedP50Ms: at(loaded, 0.5),
    loadedP99Ms: at(loaded, 0.99),
    centreBusy: round(piped.busy),
    inProcessBusy: round(here.busy),
    wants10kMs: Math.round(wantsMs),
  };
  if (!process.argv.includes('--json')) console.table(figures);
  console.log(JSON.stringify(figures));
}

/** As a centre acknowledges: each batch asks for one signature, many wait at once. */
async function flood(signatory: Signatory, ack: (i: number) => AskedDraft): Promise<Measured> {
  const untilMs = performance.now() + seconds * 1_000;
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  let count = 0;
  const one = async (slot: number): Promise<void> => {
    for (let i = slot; performance.now() < untilMs; i += acksInFlight) {
      const [signed] = await signatory.sign([ack(i)]);
      if (!signed?.ok) throw new Error(signed?.problem.detail);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: acksInFlight }, (_, slot) => one(slot)));
  const tookMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (count * 1_000) / tookMs, busy: (user + system) / 1_000 / tookMs };
}

async function orderTimes(signatory: Signatory, order: (i: number) => AskedDraft): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < orders; i += 1) {
    const draft = order(i);
    times.push(
      await timeOf(async () => {
        const [signed] = await signatory.sign([draft]);
        if (!signed?.ok) throw new Error(signed?.problem.detail);
      }),
    );
  }
  return times.sort((a, b) => a - b);
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

function at(sorted: readonly number[], part: number): number {
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

await main();
