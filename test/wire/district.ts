// A whole district as it runs for people: centre process, box processes, real sockets, mutual TLS; in a temporary folder.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProgrammeAnswer, ReceiptAnswer, ScheduleAnswer } from '../../schemas/api.ts';
import { Operator } from './operator.ts';
import { dist, Program } from './program.ts';

export const password = 'mat-khau-thu-nghiem-1';
const zone = 'Asia/Ho_Chi_Minh';
export const group = 'xa-son-duong';

export interface BoxWish {
  readonly id: string;
  readonly kind: 'loudspeaker' | 'board';
  readonly config?: Record<string, unknown>;
  /** The whole commune’s unless said. */
  readonly groups?: readonly string[];
  readonly area?: string;
  /** Words before its program’s own: where it lives. */
  readonly within?: readonly string[];
}

export interface RunningBox {
  readonly id: string;
  readonly dir: string;
  readonly program: Program;
  page: string;
}

export class District {
  readonly dir: string;
  readonly boxes = new Map<string, RunningBox>();
  readonly author: Operator;
  readonly approver: Operator;
  readonly duty: Operator;
  readonly console: string;
  readonly #centre: { program: Program };
  readonly #ports: readonly string[];

  constructor(dir: string, console: string, centre: Program, ports: readonly string[]) {
    this.dir = dir;
    this.console = console;
    this.#centre = { program: centre };
    this.#ports = ports;
    this.author = new Operator(console);
    this.approver = new Operator(console);
    this.duty = new Operator(console);
  }

  get centre(): Program {
    return this.#centre.program;
  }

  get centreDir(): string {
    return join(this.dir, 'centre');
  }

  /** Register, claim, enrol and start one box. */
  async addBox(wish: BoxWish): Promise<RunningBox> {
    const dir = join(this.dir, wish.id);
    await mkdir(dir, { recursive: true });
    const output = wish.kind === 'board' ? { id: 'screen', kind: 'board' } : { id: 'main', kind: 'loudspeaker' };
    await this.approver.post('/boxes', {
      id: wish.id,
      name: `Hộp ${wish.id}`,
      area: wish.area ?? '08/02536',
      groups: wish.groups ?? [group],
      outputs: [output],
    });
    const claim = await this.approver.post(`/boxes/${wish.id}/claim`);
    await writeFile(join(dir, 'claim.json'), JSON.stringify(claim), { mode: 0o600 });
    await writeFile(
      join(dir, 'config.json'),
      JSON.stringify({ page: { port: 0 }, outputs: [output], reconnectMaxMs: 3_000, ...wish.config }),
    );
    run('agent', ['enrol', '--data', dir, '--claim', join(dir, 'claim.json')]);
    const program = new Program('agent', ['--data', dir], wish.within);
    const ready = await program.start();
    const box = { id: wish.id, dir, program, page: String(ready['page']) };
    this.boxes.set(wish.id, box);
    return box;
  }

  async restartBox(id: string): Promise<void> {
    const box = this.boxes.get(id);
    if (!box) throw new Error(`no box ${id}`);
    box.page = String((await box.program.start())['page']);
  }

  async restartCentre(): Promise<void> {
    await this.#centre.program.start();
  }

  /** Upload a file, make it an approved programme; answers both. */
  async programme(title: string, bytes: Uint8Array, tier = 'normal'): Promise<ProgrammeAnswer> {
    const item = await this.author.upload<{ sha256: string }>(`/media?title=${encodeURIComponent(title)}&language=vi`, bytes);
    const made = await this.author.post<ProgrammeAnswer>('/programmes', { title, form: 'audio', tier, items: [item.sha256] });
    return this.approve(made);
  }

  async approve(made: ProgrammeAnswer): Promise<ProgrammeAnswer> {
    await this.author.post(`/programmes/${made.id}/submit`);
    return this.approver.post<ProgrammeAnswer>(`/programmes/${made.id}/approve`);
  }

  /** Once, at the whole second nearest to `startMs`; answers the exact planned start too. */
  async schedule(
    programme: string,
    startMs: number,
    more: Record<string, unknown> = {},
  ): Promise<ScheduleAnswer & { readonly startMs: number }> {
    const wholeMs = Math.round(startMs / 1000) * 1000;
    const made = await this.approver.post<ScheduleAnswer>('/schedules', {
      programme,
      groups: [group],
      start: localStart(wholeMs),
      zone,
      ...more,
    });
    return { ...made, startMs: wholeMs };
  }

  async receipts(box: string): Promise<ReceiptAnswer[]> {
    return this.approver.get<ReceiptAnswer[]>(`/receipts?box=${box}&limit=100`);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.boxes.values()].map((box) => box.program.stop()));
    await this.centre.stop();
    if (process.env['LOA_KEEP'] === undefined) await rm(this.dir, { recursive: true, force: true });
  }

  /** Ports of the centre, so that a restart listens where boxes look. */
  get ports(): readonly string[] {
    return this.#ports;
  }
}

/** A demo centre with one author, one approver who also schedules, one duty officer; sound allowed at any hour. */
export async function startDistrict(policy: Record<string, unknown> = {}, seed: Record<string, unknown> = {}): Promise<District> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-district-'));
  run('controller', ['init', '--data', join(dir, 'centre')], JSON.stringify({ ...seedOf(policy), ...seed }));
  return openDistrict(dir, await freePorts(3));
}

/** A centre whose folder `DIR/centre` is there already; `more` on its command line. */
export async function openDistrict(dir: string, ports: readonly string[], more: readonly string[] = []): Promise<District> {
  const places = ['--data', join(dir, 'centre'), '--port', ports[0] ?? '0', '--box-port', ports[1] ?? '0', '--mqtt-port', ports[2] ?? '0'];
  const centre = new Program('controller', [...places, ...more]);
  const ready = await centre.start();
  const district = new District(dir, String(ready['console']), centre, ports);
  await district.author.signIn('can-bo-van-hoa', password);
  await district.approver.signIn('lanh-dao-duyet', password);
  await district.duty.signIn('truc-ban-1', password);
  return district;
}

export function seedOf(policy: Record<string, unknown>): Record<string, unknown> {
  return {
    demo: true,
    centre: { id: 'son-duong', name: 'Xã Sơn Dương', level: 'commune', area: '08/02536', zone },
    units: [],
    groups: [{ id: group, name: 'Toàn xã' }],
    accounts: [
      { account: 'can-bo-van-hoa', title: 'Cán bộ văn hóa', roles: ['author'], password },
      { account: 'lanh-dao-duyet', title: 'Lãnh đạo duyệt', roles: ['approver', 'scheduler', 'technician', 'administrator'], password },
      { account: 'truc-ban-1', title: 'Trực ban', roles: ['duty'], password },
      { account: 'truc-ban-2', title: 'Trực ban 2', roles: ['duty'], password },
    ],
    policy: { ...dayAndNight, ...policy },
    signIn: { factorRoles: [] },
  };
}

const dayAndNight = {
  id: 'thu-nghiem',
  title: 'Thử nghiệm',
  zone,
  windows: [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: '00:00', to: '24:00' }],
  quiet: [],
  sessionGapMs: 60_000,
  sessionMaxMs: 3_600_000,
  sessionsPerDay: 100,
  dayMaxMs: 86_400_000,
  gainMaxDb: 0,
  permits: [],
};

export function run(program: string, args: readonly string[], input?: string): string {
  const ended = spawnSync(process.execPath, [`${dist}${program}.js`, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
    ...(input !== undefined && { input }),
  });
  if (ended.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${ended.status} ${ended.stdout} ${ended.stderr}`);
  return ended.stdout;
}

export async function freePorts(count: number): Promise<string[]> {
  const { createServer } = await import('node:net');
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<import('node:net').Server>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => String((server.address() as import('node:net').AddressInfo).port));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function localStart(ms: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
    .format(ms)
    .replaceAll(/[-:]/g, '')
    .replace(' ', 'T');
}
