// A centre for a fleet: made by its own init, boxes enrolled in one go, officers' keys installed, then run as the real program.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderOf } from '../../../controller/folder.ts';
import { initialise } from '../../../controller/init.ts';
import { openAuthority } from '../../../controller/provision/authority.ts';
import type { Trust } from '../../../controller/provision/signing-keys.ts';
import { openLocks } from '../../../controller/signing/open-desk.ts';
import { SqlStore } from '../../../controller/store/sql-store.ts';
import { generateSigningKey } from '../../../hardware/host/crypto.ts';
import { openDatabase } from '../../../hardware/host/sqlite.ts';
import { toBase64 } from '../../../schemas/envelope.ts';
import type { Policy } from '../../../schemas/policy.ts';
import { type BoxSettings, defaultBoxSettings } from '../../../schemas/settings.ts';
import { must, password } from '../../controller/built-centre.ts';
import { installOfficers, OfficerDevice } from '../../controller/officer-device.ts';
import { Operator } from '../../wire/operator.ts';
import { Program } from '../../wire/program.ts';
import { until } from '../../wire/waiting.ts';
import { issueMany } from './box-certificates.ts';
import type { FleetMember, FleetPlace } from './fleet-box.ts';

export const fleetGroup = 'toan-xa';
const area = '08/02536';

/** On a machine that has everything else to do. */
const restartWithinMs = 120_000;

/** A centre that speaks its phrases in its first minute is no quiet centre. */
const withoutTools = { PATH: '/nowhere' };

/** Amplifiers go off at once, so that each order of a bench finds them cold when it waits for that. */
const settings: BoxSettings = { ...defaultBoxSettings, holdMs: 3_000 };

/** 32 s of speech: about 45 KB of Opus at 12 kbit/s. */
const longSpeech = `Khẩn cấp. Lũ quét đang về trên các suối của xã. Bà con ở ven suối, chân đồi và bãi sông rời khỏi nhà ngay, đi lên nhà văn hóa thôn
hoặc trường tiểu học. Không qua ngầm tràn, không qua suối, không quay lại lấy đồ. Giúp người già, trẻ em và người ốm đi trước. Tắt điện, khóa
bình ga trước khi đi. Mang theo đèn pin, nước uống và thuốc đang dùng. Ai cần cứu giúp, gọi một một hai. Chờ thông báo tiếp theo của xã.`;

export interface FleetCentre {
  readonly dir: string;
  /** The file of its tables; beside it `-wal`. */
  readonly database: string;
  readonly officer: OfficerDevice;
  readonly program: Program;
  readonly place: FleetPlace;
  readonly duty: Operator;
  readonly members: readonly FleetMember[];
  readonly console: string;
  /** The same centre again, after its process has gone. */
  restart(): Promise<void>;
  /** Boxes that the tables hold in that state for that order, seen through a connection of its own: what is committed, nothing else. */
  committed(order: string, state: string): Promise<number>;
  /** Rows that boxes were made to say, as the tables hold them: all, and how many of them say something of their own. */
  saidRows(): Promise<{ readonly stored: number; readonly distinct: number; readonly conflicts: number }>;
  stop(): Promise<void>;
}

export interface FleetCentreWish {
  readonly units?: readonly object[];
  /** What its tables, and its folder of contents, hold before its first start. */
  readonly before?: (store: SqlStore, blobs: string) => Promise<void>;
  /** In place of the seed's. */
  readonly permits?: Policy['permits'];
  /** Without templates of orders and without programs for sound: nothing is spoken beforehand. */
  readonly mute?: boolean;
}

export async function startFleetCentre(boxes: number, relayDelayMs: number, wish: FleetCentreWish = {}): Promise<FleetCentre> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-fleet-'));
  const centreDir = join(dir, 'centre');
  must(await initialise(centreDir, seedFor(wish), Date.now()));
  const officer = new OfficerDevice('truc-ban');
  const trust = must(await installOfficers(centreDir, [officer], Date.now()));
  const enrolled = await enrolAll(centreDir, boxes);
  const { before } = wish;
  if (before) await readTables(centreDir, (store) => before(store, folderOf(centreDir).blobs));
  const programOf = (args: string[]) => {
    const program = new Program('controller', args);
    if (wish.mute) program.env = withoutTools;
    return program;
  };
  const first = programOf(argsOf(centreDir, 0, 0));
  const ready = await first.start();
  const [boxPort, mqttPort] = [Number(ready['boxPort']), Number(ready['mqttPort'])];
  const console = String(ready['console']);
  const held = { program: first };
  const folder = folderOf(centreDir);
  const ca = (await authorityOf(centreDir)).pem;
  const members = await withKeys(centreDir, trust, enrolled);
  if (!wish.mute) await voicesReady(centreDir);
  const tables = await opened(centreDir);
  return {
    dir,
    database: folder.database,
    officer,
    get program() {
      return held.program;
    },
    console,
    members,
    place: { brokerUrl: `mqtts://127.0.0.1:${mqttPort}`, ca, trustRoot: trust.root, blobs: folder.blobs, dir, relayDelayMs },
    duty: await new Operator(console).signIn('truc-ban', password),
    restart: async () => {
      held.program = programOf(argsOf(centreDir, boxPort, mqttPort, new URL(console).port));
      await held.program.start(restartWithinMs);
    },
    committed: async (order, state) => {
      const [row] = await tables.read('SELECT COUNT(*) AS n FROM order_progress WHERE ord = ? AND state = ?', [order, state]);
      return Number(row?.['n']);
    },
    saidRows: async () => {
      const [row] = await tables.read(
        `SELECT COUNT(*) AS stored, COUNT(DISTINCT json_extract(entry, '$.fact.detail')) AS told FROM log_rows
          WHERE kind = 'act' AND json_extract(entry, '$.fact.detail') LIKE 'fleet-row %'`,
      );
      const [noted] = await tables.read('SELECT COUNT(*) AS conflicts FROM log_conflicts');
      return { stored: Number(row?.['stored']), distinct: Number(row?.['told']), conflicts: Number(noted?.['conflicts']) };
    },
    stop: async () => {
      await tables.close();
      await held.program.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function argsOf(dir: string, boxPort: number, mqttPort: number, port = '0'): string[] {
  return ['--data', dir, '--port', port, '--box-port', String(boxPort), '--mqtt-port', String(mqttPort), '--log', 'warn'];
}

function seedFor({ units, mute, permits = [] }: FleetCentreWish): object {
  return { ...seed(permits), ...(units && { units }), ...(mute && { templates: [] }) };
}

function seed(permits: Policy['permits']): object {
  return {
    demo: false,
    centre: { id: 'xa-02536', name: 'Xã Sơn Dương', level: 'commune', area, zone: 'Asia/Ho_Chi_Minh' },
    accounts: [{ account: 'truc-ban', title: 'Trực ban', roles: ['duty'], password }],
    groups: [{ id: fleetGroup, name: 'Toàn xã' }],
    signIn: { factorRoles: [] },
    policy: {
      id: 'do',
      title: 'Đo',
      zone: 'Asia/Ho_Chi_Minh',
      windows: [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: '00:00', to: '24:00' }],
      quiet: [],
      sessionGapMs: 60_000,
      sessionMaxMs: 3_600_000,
      sessionsPerDay: 100,
      dayMaxMs: 86_400_000,
      gainMaxDb: 0,
      permits,
    },
    templates: [
      {
        id: 'lu-quet',
        title: 'Lũ quét',
        hazard: 'flash-flood',
        severity: 'Extreme',
        urgency: 'Immediate',
        certainty: 'Observed',
        sirenMs: 10_000,
        times: 3,
        pauseMs: 3_000,
        speak: longSpeech.replaceAll('\n', ' '),
        screen: { title: 'LŨ QUÉT', text: 'RỜI KHỎI VEN SUỐI NGAY → NHÀ VĂN HÓA THÔN · 112' },
      },
    ],
  };
}

type Enrolled = Omit<FleetMember, 'keys'>;

/** What 1,000 enrolments leave in the tables, in one transaction. */
async function enrolAll(dir: string, boxes: number): Promise<Enrolled[]> {
  const devs = Array.from({ length: boxes }, (_, i) => `hop-${String(i + 1).padStart(4, '0')}`);
  const issued = await issueMany(await authorityOf(dir), devs);
  const enrolled = devs.map((dev, i) => {
    const { privateKeyPem, publicKey } = generateSigningKey();
    const { cert, key, fingerprint } = issued[i] as (typeof issued)[number];
    return { dev, cert, key, fingerprint, signingKey: privateKeyPem, publicKey: toBase64(publicKey) };
  });
  const body = JSON.stringify({ name: 'Hộp', area, groups: [fleetGroup], settings });
  const rows = enrolled.map(({ dev, publicKey, fingerprint }) => [dev, publicKey, fingerprint]);
  const database = must(await openDatabase({ file: folderOf(dir).database, exclusive: false }));
  const sql = `INSERT INTO boxes (id, created_ms, body, enrolled_ms, signing_key, certificate)
    SELECT json_extract(value, '$[0]'), ?, ?, ?, json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(?)`;
  await database.write([{ sql, params: [Date.now(), body, Date.now(), JSON.stringify(rows)] }]);
  await database.close();
  return enrolled.map(({ dev, cert, key, signingKey }) => ({ dev, cert, key, signingKey }));
}

/** Each box's keys document, as enrolment would have left it on its card. */
function withKeys(dir: string, trust: Trust, enrolled: readonly Enrolled[]): Promise<FleetMember[]> {
  return readTables(dir, async (store) => {
    const places = await store.wants.places();
    return enrolled.map((one) => {
      const place = places.get(one.dev);
      if (!place) throw new Error(`no place of ${one.dev}`);
      return { ...one, keys: { chain: [...trust.chain], place } };
    });
  });
}

/** The centre speaks its templates in the background; a bench waits for the real thing and the exercise. */
async function voicesReady(dir: string): Promise<void> {
  await readTables(dir, (_store, database) =>
    until(
      'voices of the templates',
      async () => {
        const [row] = await database.read("SELECT COUNT(*) AS n FROM meta WHERE name LIKE 'voice %'");
        return Number(row?.['n']) >= 2 ? true : undefined;
      },
      60_000,
    ),
  );
}

async function readTables<T>(dir: string, use: (store: SqlStore, database: Awaited<ReturnType<typeof opened>>) => Promise<T>): Promise<T> {
  const database = await opened(dir);
  try {
    return await use(new SqlStore(database), database);
  } finally {
    await database.close();
  }
}

async function opened(dir: string) {
  return must(await openDatabase({ file: folderOf(dir).database, exclusive: false }));
}

/** The centre's authority, under the secret of its folder. */
async function authorityOf(centreDir: string) {
  const folder = folderOf(centreDir);
  return openAuthority(folder.authority, 'x', Date.now(), must(await openLocks(folder, {})).text);
}
