// A box's folder of releases for chaos update, and one life of its launcher: a process group that a power cut takes as a whole.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packArchive } from '../../../hardware/host/release-archive.ts';

/** From dist itself, or from this folder. */
const dist =
  ['./', '../../../dist/'].map((way) => fileURLToPath(new URL(way, import.meta.url))).find((dir) => existsSync(join(dir, 'launcher.js'))) ??
  '';

export interface Line {
  readonly version?: string;
  readonly alive?: boolean;
  readonly step?: string;
  readonly rests?: string;
  readonly told?: string;
  readonly from?: string;
}

export class Bed {
  readonly dir = mkdtempSync(join(tmpdir(), 'loa-update-'));
  readonly #program: Buffer;
  readonly #launcher: string;
  #counter = 1;
  before = '1.0.0';

  constructor() {
    this.#program = readFileSync(join(dist, 'chaos-release.js'));
    this.#launcher = join(dist, 'launcher.js');
    const release = join(this.dir, 'root', 'releases', this.before);
    mkdirSync(release, { recursive: true });
    mkdirSync(join(this.dir, 'source'));
    const files = this.#filesOf('good');
    for (const { path, content } of files) writeFileSync(join(release, path), content);
    const listed = files.map(({ path, content }) => ({ path, bytes: content.length, sha256: hashOf(content) }));
    writeFileSync(join(release, 'release.json'), JSON.stringify({ version: this.before, counter: 1, files: listed }));
    symlinkSync(join('releases', this.before), join(this.dir, 'root', 'current'));
  }

  /** Offer the next version, which behaves so. Answers its name. */
  offer(kind: string): string {
    const version = `1.0.${this.#counter++}`;
    const packed = packArchive(this.#filesOf(kind));
    const sha256 = hashOf(packed);
    writeFileSync(join(this.dir, 'source', sha256), packed);
    const offer = {
      version,
      counter: this.#counter,
      architectures: ['x64'],
      parts: [{ name: 'app', sha256, bytes: packed.length }],
      notes: { vi: 'Bản thử', en: 'A trial' },
      limits: { unpackedBytes: 64 * 1024 * 1024, files: 10 },
    };
    writeFileSync(join(this.dir, 'offer.json'), JSON.stringify(offer));
    return version;
  }

  get current(): string {
    return basename(readlinkSync(join(this.dir, 'root', 'current')));
  }

  /** What runs now is what the next update begins from. */
  settle(): void {
    this.before = this.current;
  }

  start(killAt: string | undefined): Life {
    return new Life(this.#launcher, this.dir, killAt);
  }

  stop(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  #filesOf(kind: string) {
    return [
      { path: 'guard.js', content: this.#program },
      { path: 'behaviour', content: Buffer.from(kind) },
    ];
  }
}

/** One life of launcher and release, in a group of their own. */
export class Life {
  readonly #child: ChildProcess;
  readonly #lines: Line[] = [];
  readonly #watchers = new Set<() => void>();
  readonly ended: Promise<void>;
  running = true;
  killedItself = false;
  #killed = false;
  #rest = '';

  constructor(launcher: string, dir: string, killAt: string | undefined) {
    const env = { ...process.env, ...(killAt !== undefined && { LOA_CHAOS_KILL_AT: killAt }) };
    this.#child = spawn(process.execPath, [launcher, '--root', join(dir, 'root'), '--', '--dir', dir], {
      detached: true,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#read(chunk.toString('utf8')));
    this.ended = new Promise((ended) =>
      this.#child.on('close', (_, signal) => {
        this.running = false;
        this.killedItself = signal === 'SIGKILL' && !this.#killed;
        ended();
        this.#wake();
      }),
    );
  }

  /** The version that told it lives; undefined when none did within the time. */
  async alive(withinMs: number): Promise<string | undefined> {
    await this.until(({ alive }) => alive === true, withinMs);
    return this.#lines.find(({ alive }) => alive === true)?.version;
  }

  until(fits: (line: Line) => boolean, withinMs: number): Promise<'seen' | 'ended' | 'late'> {
    return new Promise((settle) => {
      const look = () => {
        if (this.#lines.some(fits)) done('seen');
        else if (!this.running) done('ended');
      };
      const timer = setTimeout(() => done('late'), withinMs);
      const done = (how: 'seen' | 'ended' | 'late') => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        settle(how);
      };
      this.#watchers.add(look);
      look();
    });
  }

  last(name: keyof Line): unknown {
    return this.#lines.findLast((line) => line[name] !== undefined)?.[name];
  }

  /** The whole group at once. */
  kill(): void {
    this.#killed = true;
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }

  #read(text: string): void {
    const all = (this.#rest + text).split('\n');
    this.#rest = all.pop() ?? '';
    for (const line of all) if (line.startsWith('{')) this.#lines.push(JSON.parse(line) as Line);
    this.#wake();
  }

  #wake(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
