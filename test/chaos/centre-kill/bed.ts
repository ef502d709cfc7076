// A real centre that is killed and started again: its folder, its process, one enrolled box that listens to what is published.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrol } from '../../../agent/enrol.ts';
import { type Identity, readIdentity } from '../../../agent/identity.ts';
import { folderOf } from '../../../controller/folder.ts';
import { initialise } from '../../../controller/init.ts';
import { SqlStore } from '../../../controller/store/sql-store.ts';
import { openDatabase } from '../../../hardware/host/sqlite.ts';
import { AccountRole } from '../../../schemas/api.ts';
import { defaultBoxSettings } from '../../../schemas/settings.ts';
import { must, password, seedOf } from '../../controller/built-centre.ts';
import { MqttPeer } from '../../wire/mqtt-peer.ts';
import { Program } from '../../wire/program.ts';
import { signedIn } from './hands.ts';
import { area, boxesOfWriter } from './writes.ts';

export const listener = 'hop-nghe';
const wantTopic = `loa/1/d/${listener}/dn/want`;

export class Bed {
  readonly dir: string;
  readonly data: string;
  #doors: { readonly console: string; readonly boxPort: number; readonly mqttPort: number } | undefined;
  #program: Program | undefined;
  readonly #identities = new Map<string, Identity>();
  #peer: MqttPeer | undefined;
  /** Of its process, from the next start on. */
  env: NodeJS.ProcessEnv = {};
  /** The highest revision that the box was sent. */
  published = 0;

  constructor(dir: string) {
    this.dir = dir;
    this.data = join(dir, 'centre');
  }

  get console(): string {
    if (!this.#doors) throw new Error('the centre never ran');
    return this.#doors.console;
  }

  /** Spawned; resolves when ready, with how long that took. */
  async start(): Promise<number> {
    const beganMs = performance.now();
    const port = this.#doors ? new URL(this.#doors.console).port : '0';
    const ports = ['--port', port, '--box-port', String(this.#doors?.boxPort ?? 0), '--mqtt-port', String(this.#doors?.mqttPort ?? 0)];
    this.#program = new Program('controller', ['--data', this.data, '--log', 'warn', ...ports]);
    this.#program.env = this.env;
    this.#doors = (await this.#program.start()) as never;
    return performance.now() - beganMs;
  }

  /** As a power cut ends it, also while it starts. */
  async kill(): Promise<void> {
    this.#peer?.socket.destroy();
    await this.#program?.kill();
  }

  /** The box enrols once, and listens after every start. */
  async listen(): Promise<void> {
    const { tls } = await this.enrolled(listener);
    const peer = await new MqttPeer(this.mqttPort, tls).ready(`box:${listener}`, [wantTopic]);
    await peer.until(() => peer.messages.length > 0);
    this.#peer = peer;
  }

  /** What the box heard until now. */
  heard(): void {
    for (const { payload } of this.#peer?.messages ?? []) {
      const { payload: statement } = JSON.parse(String(payload)) as { payload: string };
      const { body } = JSON.parse(Buffer.from(statement, 'base64').toString('utf8')) as { body: { rev: number } };
      this.published = Math.max(this.published, body.rev);
    }
  }

  async stop(): Promise<void> {
    this.#peer?.socket.destroy();
    await this.#program?.kill();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** The folder of a box that enrolled here. */
  boxDir(dev: string): string {
    return join(this.dir, dev);
  }

  get mqttPort(): number {
    if (!this.#doors) throw new Error('the centre never ran');
    return this.#doors.mqttPort;
  }

  /** A box of its tables, enrolled once. */
  async enrolled(dev: string): Promise<Identity> {
    const known = this.#identities.get(dev) ?? (await this.#enrol(dev));
    this.#identities.set(dev, known);
    return known;
  }

  async #enrol(dev: string): Promise<Identity> {
    const { cookie, csrf } = await signedIn(this.console, 'tat-ca');
    const answer = await fetch(`${this.console}/api/boxes/${dev}/claim`, {
      method: 'POST',
      headers: { cookie, 'x-loa-csrf': csrf, 'content-type': 'application/json' },
      body: '{}',
    });
    const claim = join(this.dir, `claim-${dev}.json`);
    await writeFile(claim, await answer.text());
    must(await enrol(this.boxDir(dev), claim));
    return must(await readIdentity(this.boxDir(dev)));
  }
}

/** A centre with boxes and faults of each writer, three priority programmes, and nobody at work yet. */
export async function makeBed(writers: number): Promise<Bed> {
  const bed = new Bed(await mkdtemp(join(tmpdir(), 'loa-centre-kill-')));
  const everything = { account: 'tat-ca', title: 'Tất cả', roles: [...AccountRole.options], area, password };
  const approver = { account: 'duyet', title: 'Duyệt', roles: ['approver'], area, password };
  must(await initialise(bed.data, seedOf({ accounts: [everything, approver] }), Date.now()));
  const store = new SqlStore(must(await openDatabase({ file: folderOf(bed.data).database, exclusive: false })));
  const act = (name: string, subject: string) => ({ atMs: Date.now(), actor: 'bed', act: name, subject, sha256: '' });
  const unborn = { createdMs: 1, enrolledMs: null, signingKey: null, certificate: null };
  const box = (id: string) => ({ id, name: id, area, groups: ['thon-1'], settings: defaultBoxSettings, ...unborn });
  must(await store.estate.addBox(box(listener), act('box.register', listener)));
  const nobody = { answeredBy: null, answeredMs: null, assignee: null, resolvedBy: null, resolvedMs: null, note: '' };
  for (let writer = 0; writer < writers; writer++)
    for (let at = 0; at < boxesOfWriter; at++) {
      const id = `hop-${writer}-${at}`;
      must(await store.estate.addBox(box(id), act('box.register', id)));
      const times = { openedMs: 1, standingMs: 2, endedMs: 3, times: 1 };
      await store.faults.save([{ id: `f-${writer}-${at}`, box: id, reason: 'hot', ...times, ...nobody }]);
    }
  for (const id of ['ct-a', 'ct-b', 'ct-c']) {
    const form = { form: 'bulletin' as const, tier: 'priority' as const, level: 'commune' as const, centre: 'xa-02536', items: [] };
    const stored = { state: 'draft' as const, author: 'tat-ca', approver: null, changedMs: 1, note: '' };
    await store.content.saveProgramme({ programme: { id, title: `first-${id}`, ...form }, ...stored }, act('programme.write', id));
  }
  await store.close();
  return bed;
}
