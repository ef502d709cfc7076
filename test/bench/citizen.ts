// Ten thousand readers open an alert within a minute at one running centre, while orders are timed on the same machine: neither may slow the other.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { folderOf } from '../../controller/folder.ts';
import { initialise } from '../../controller/init.ts';
import { SqlStore } from '../../controller/store/sql-store.ts';
import { openDatabase } from '../../hardware/host/sqlite.ts';
import { must, seedOf } from '../controller/built-centre.ts';
import { orderRow } from '../controller/order-rows.ts';
import { communeUnits } from '../controller/register-rig.ts';
import { Program } from '../wire/program.ts';
import { percentiles } from './parts/percentiles.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    readers: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '60' },
    orders: { type: 'string', default: '40' },
  },
  allowPositionals: true,
});
const [readers, spanMs] = [Number(values.readers), Number(values.seconds) * 1000];
const dir = await mkdtemp(join(tmpdir(), 'loa-bench-citizen-'));
must(await initialise(dir, seedOf({ units: communeUnits }), Date.now()));
await giveOrder();
const program = new Program('controller', ['--data', dir, '--log', 'warn', '--port', '0', '--box-port', '0', '--mqtt-port', '0']);
try {
  const base = new URL(String((await program.start(300_000))['console']));
  const ordersRun = orderBench();
  const tookMs: number[] = [];
  const refused = new Map<number, number>();
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: readers }, (_, n) => reader(base, n, beganMs + (spanMs * n) / readers, tookMs, refused)));
  const readMs = performance.now() - beganMs;
  const orders = await ordersRun;
  console.log(
    JSON.stringify({
      ...{ name: 'citizen', readers, readMs: Math.round(readMs), requests: tookMs.length, refused: Object.fromEntries(refused) },
      ...percentiles(tookMs),
      ...{ orderP99Ms: orders['p99Ms'], orderP50Ms: orders['p50Ms'], orderN: orders['n'], orderColdP99Ms: orders['coldP99Ms'] },
    }),
  );
} finally {
  await program.stop();
  await rm(dir, { recursive: true, force: true });
}

/** In force for an hour, put where the desk would put it. */
async function giveOrder(): Promise<void> {
  const store = new SqlStore(must(await openDatabase({ file: folderOf(dir).database, exclusive: false })));
  const nowMs = Date.now();
  const order = orderRow({ id: 'lenh-1', area: '08/02536', givenMs: nowMs, expMs: nowMs + 3600_000 });
  await store.orders.addOrder(order, [], { atMs: nowMs, actor: 'x', act: 'order.give', subject: 'lenh-1', sha256: '' });
  await store.close();
}

/** As a telephone that was woken: it opens a connection of its own, asks where it is and what is in force. */
async function reader(base: URL, n: number, startMs: number, tookMs: number[], refused: Map<number, number>): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, startMs - performance.now())));
  // Two hundred and fifty lines, as carriers have them.
  const localAddress = `127.0.${1 + (Math.floor(n / 50) % 5)}.${1 + (n % 50)}`;
  for (const path of ['/api/public/place', '/api/public/alerts?unit=thon-1']) {
    const sentMs = performance.now();
    const { status, text } = await ask(new URL(path, base), localAddress);
    tookMs.push(performance.now() - sentMs);
    if (status !== 200) refused.set(status, (refused.get(status) ?? 0) + 1);
    else if (path.includes('alerts') && !text.includes('lenh-1')) throw new Error('a reader was not told of the order');
  }
}

function ask(url: URL, localAddress: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    get(url, { localAddress, agent: false, timeout: 30_000 }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
    }).on('error', reject);
  });
}

/** The order bench as it is: real broker, mutual TLS, real box process; its last line is its figures. */
function orderBench(): Promise<Record<string, unknown>> {
  const script = join(import.meta.dirname, 'order.js');
  const child = spawn(process.execPath, [script, '--json', '--runs', values.orders, '--cold', '3'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let told = '';
    child.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString('utf8');
    });
    child.on('exit', (code) =>
      code === 0 ? resolve(JSON.parse(told.trim().split('\n').at(-1) ?? '{}')) : reject(new Error(`orders: ${code}`)),
    );
  });
}
