// npm run bench -- ingest: rows a second that the real centre takes from boxes under mutual TLS, durable, counted on its signed acknowledgements.
// Open loop at rising rates. Clients sign their batches before the clock starts; broker, verification, tables and signing desk are the product's.
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { folderOf } from '../../controller/folder.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { openDatabase } from '../../hardware/host/sqlite.ts';
import { open } from '../../schemas/envelope.ts';
import { authorise, type KeyRing, keyRing } from '../../schemas/keys.ts';
import { Ack } from '../../schemas/outbox.ts';
import { must } from '../controller/built-centre.ts';
import { type FleetCentre, startFleetCentre } from './parts/fleet-centre.ts';
import { IngestClients } from './parts/ingest-clients.ts';
import type { RowKinds } from './parts/ingest-rows.ts';
import { type IngestTold, serveIngest } from './parts/ingest-worker.ts';
import { percentile } from './parts/percentiles.ts';
import { descendants } from './parts/process-tree.ts';

const ackP99MsMost = 100;
/** Of a step's rows so many must be acknowledged when its last was sent, less what is on its way for `ackP99MsMost`. */
const inTimeShare = 0.97;
const graceMs = 10_000;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    clients: { type: 'boolean', default: false },
    boxes: { type: 'string', default: '1000' },
    rows: { type: 'string', default: '10' },
    kinds: { type: 'string', default: 'mixed' },
    rates: { type: 'string', default: '4000,8000,12000,16000,20000,24000,28000,32000' },
    seconds: { type: 'string', default: '5' },
    workers: { type: 'string', default: '1' },
    /** Steps beyond the first that is not sustained. */
    beyond: { type: 'string', default: '1' },
  },
  allowPositionals: true,
});

interface Step {
  readonly rate: number;
  readonly sustained: boolean;
  readonly rowsPerSecond: number;
  readonly messagesPerSecond: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  readonly ackMaxMs: number;
  readonly acks: number;
  readonly rowsLost: number;
  readonly senderLateMs: number;
  /** Processor time, kernel's included: what a step costs whatever else the machine does. */
  readonly centreUsPerRow: number;
  readonly signerUsPerRow: number;
  readonly clientUsPerRow: number;
  /** Cores' share of each, over the step. */
  readonly centreCores: number;
  readonly signerCores: number;
  readonly clientCores: number;
}

if (values.clients) serveIngest();
else await bench();

async function bench(): Promise<void> {
  const [boxes, rowsEach] = [Number(values.boxes), Number(values.rows)];
  const tell = (text: string) => !values.json && console.log(text);
  const centre = await startFleetCentre(boxes, 0, { mute: true });
  const clients = new IngestClients(fileURLToPath(import.meta.url), Number(values.workers));
  try {
    await clients.connect(centre);
    tell(`${boxes} clients under mutual TLS`);
    const rings = new Map(centre.members.map(({ dev, keys }) => [dev, must(keyRing(centre.place.trustRoot, keys, dev, cryptography))]));
    await runStep(centre, clients, rings, 2_000, rowsEach);
    const steps: Step[] = [];
    let failed = 0;
    for (const rate of values.rates.split(',').map(Number)) {
      const step = await runStep(centre, clients, rings, rate, rowsEach);
      steps.push(step);
      tell(JSON.stringify(step));
      if (!step.sustained && ++failed > Number(values.beyond)) break;
    }
    const told = steps.reduce((sum, { rate }) => sum + rate * Number(values.seconds), 2_000 * Number(values.seconds));
    const stored = await storedRows(centre);
    const best = steps.filter(({ sustained }) => sustained).at(-1);
    console.log(
      JSON.stringify({
        name: 'ingest',
        ...{ rowsPerSecond: best?.rowsPerSecond ?? 0, messagesPerSecond: best?.messagesPerSecond ?? 0, ackP99Ms: best?.ackP99Ms ?? null },
        ...{ boxes, rowsPerMessage: rowsEach, kinds: values.kinds, synchronous: 'FULL', signedBeforehand: true },
        ...{ rowsSaid: told, rowsStored: stored.rows, rowsLost: told - stored.rows, headsShort: stored.rows - stored.upto },
        ...{ load1: Math.round((loadavg()[0] ?? 0) * 10) / 10, steps },
      }),
    );
  } finally {
    await clients.stop();
    await centre.stop();
  }
}

async function runStep(
  centre: FleetCentre,
  clients: IngestClients,
  rings: ReadonlyMap<string, KeyRing>,
  rate: number,
  rows: number,
): Promise<Step> {
  const seconds = Number(values.seconds);
  const messages = Math.round((rate * seconds) / rows);
  await clients.all((share) => ({ ask: 'prepare', batches: Math.round(messages * share), rows, kinds: values.kinds as RowKinds }));
  const before = coresOf(centre);
  const told = await clients.all((share) => ({ ask: 'pour', perSecond: (rate * share) / rows, graceMs }));
  const after = coresOf(centre);
  const sum = (pick: (one: IngestTold) => number) => told.reduce((total, one) => total + pick(one), 0);
  const ackMs = told.flatMap((one) => one.ackMs);
  for (const { dev, payload } of told.flatMap((one) => one.samples)) mustBeSigned(dev, payload, rings);
  const pouredMs = Math.max(...told.map((one) => one.pouredMs));
  const [ackP99Ms, sent] = [percentile(ackMs, 0.99), sum((one) => one.sent) * rows];
  const owed = (rate * ackP99MsMost) / 1000;
  const wholeMs = after.atMs - before.atMs;
  const usPerRow = (ms: number) => Math.round((ms * 10_000) / sent) / 10;
  const [centreMs, signerMs, clientMs] = [after.centreMs - before.centreMs, after.signerMs - before.signerMs, sum(({ cpuMs }) => cpuMs)];
  const share = (ms: number) => Math.round((ms / wholeMs) * 100) / 100;
  const inTime = sum(({ rowsInTime }) => rowsInTime);
  return {
    rate,
    sustained: sum(({ rowsAcked }) => rowsAcked) === sent && ackP99Ms <= ackP99MsMost && inTime + owed >= sent * inTimeShare,
    rowsPerSecond: Math.round((Math.min(sent, inTime + owed) * 1000) / pouredMs),
    messagesPerSecond: Math.round((sum((one) => one.sent) * 1000) / pouredMs),
    ...{ ackP50Ms: percentile(ackMs, 0.5), ackP99Ms, ackMaxMs: percentile(ackMs, 1), acks: sum(({ acks }) => acks) },
    rowsLost: sent - sum(({ rowsAcked }) => rowsAcked),
    senderLateMs: Math.round(Math.max(...told.map(({ lateMs }) => lateMs))),
    ...{ centreUsPerRow: usPerRow(centreMs), signerUsPerRow: usPerRow(signerMs), clientUsPerRow: usPerRow(clientMs) },
    ...{ centreCores: share(centreMs), signerCores: share(signerMs), clientCores: share(clientMs) },
  };
}

/** Throws unless the box would believe it. */
function mustBeSigned(dev: string, payload: string, rings: ReadonlyMap<string, KeyRing>): void {
  const ring = rings.get(dev) as KeyRing;
  const opened = must(open(JSON.parse(payload), 'ack', Ack, (keyid) => ring.keys.get(keyid), cryptography));
  must(authorise(opened, ring));
  if (opened.statement.body.dev !== dev) throw new Error(`${dev} was told of ${opened.statement.body.dev}`);
}

/** What the tables hold, counted once all is over. */
async function storedRows({ dir }: FleetCentre): Promise<{ readonly rows: number; readonly upto: number }> {
  const database = must(await openDatabase({ file: folderOf(`${dir}/centre`).database, exclusive: false }));
  try {
    const [rows] = await database.read('SELECT COUNT(*) AS n FROM log_rows');
    const [heads] = await database.read('SELECT SUM(upto) AS n FROM log_heads');
    return { rows: Number(rows?.['n']), upto: Number(heads?.['n']) };
  } finally {
    await database.close();
  }
}

/** Processor time so far, of the centre and of its signing desk. */
function coresOf({ program }: FleetCentre): { readonly atMs: number; readonly centreMs: number; readonly signerMs: number } {
  const signer = descendants(program.pid).reduce((sum, pid) => sum + processorMsOf(pid), 0);
  return { atMs: performance.now(), centreMs: processorMsOf(program.pid), signerMs: signer };
}

/** proc_pid_stat(5): fields 14 and 15, in hundredths of a second. */
function processorMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
