// Centres joined by their keys, without sockets: a wire between two of them that can be cut and that can repeat itself.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UpperDoors } from '../../controller/federation/make-federation.ts';
import type { DownWord, UpperWish } from '../../controller/federation/upper-line.ts';
import { initialise } from '../../controller/init.ts';
import { runCentres } from '../../controller/provision/centres-command.ts';
import { runKeys } from '../../controller/provision/keys-command.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type BuiltCentre, makeCentre, must, startMs } from './built-centre.ts';

export interface Seeded {
  readonly name: string;
  readonly seed: object;
  readonly above: string | null;
  /** Where its broker will stand. */
  readonly url?: string;
}

/** Folders of centres whose keys come from the one above, each introduced to it and admitted there. */
export class JoinedFolders {
  readonly dir: string;
  readonly #atMs: number;

  constructor(dir: string, atMs: number) {
    this.dir = dir;
    this.#atMs = atMs;
  }

  static async make(centres: readonly Seeded[], atMs = startMs): Promise<JoinedFolders> {
    const folders = new JoinedFolders(await mkdtemp(join(tmpdir(), 'loa-joined-')), atMs);
    for (const { name, seed, above, url = `mqtts://${name}.test:8883` } of centres) {
      must(await initialise(folders.of(name), seed, atMs));
      await folders.#keys(name, above);
      await said(runCentres(['introduce', '--data', folders.of(name), '--url', url, '--out', folders.file(`${name}.json`)], atMs));
      if (above === null) continue;
      await said(runCentres(['join', '--data', folders.of(name), '--in', folders.file(`${above}.json`), '--yes'], atMs));
      await said(runCentres(['admit', '--data', folders.of(above), '--in', folders.file(`${name}.json`), '--yes'], atMs));
    }
    return folders;
  }

  of(name: string): string {
    return join(this.dir, name, 'centre');
  }

  file(name: string): string {
    return join(this.dir, `stick-${name}`);
  }

  remove(): Promise<void> {
    return rm(this.dir, { recursive: true, force: true });
  }

  /** With a key by which it may give keys to centres below. */
  async #keys(name: string, above: string | null): Promise<void> {
    const keys = (...words: string[]) => said(runKeys(words, this.#atMs));
    const [data, one, two, three] = [this.of(name), this.file(`${name}-1`), this.file(`${name}-2`), this.file(`${name}-3`)];
    const asked = above === null ? [] : ['--above', this.file(`${above}.json`)];
    await keys('request', '--data', data, ...asked, '--out', one, '--delegating-key', this.file(`${name}-key.pem`));
    if (above === null) {
      const root = (n: number) => join(data, 'root-keys', `root-${n}.pem`);
      await keys('sign', '--in', one, '--key', root(1), '--out', two, '--yes');
      await keys('sign', '--in', two, '--key', root(3), '--out', three, '--yes');
    } else await keys('sign', '--in', one, '--key', this.file(`${above}-key.pem`), '--out', three, '--yes');
    await keys('install', '--data', data, '--in', three);
  }
}

async function said(done: Promise<Result<readonly string[]>>): Promise<void> {
  must(await done);
}

/** What goes over it may be lost, and may come twice. */
export class Wire {
  readonly #child: string;
  #parent: BuiltCentre | undefined;
  #wish: UpperWish | undefined;
  #up = true;
  #underWay: Promise<unknown> = Promise.resolve();
  /** Everything is said twice. */
  twice = false;
  readonly down: { readonly word: DownWord; readonly payload: Buffer }[] = [];
  readonly asked: string[] = [];

  constructor(child: string) {
    this.#child = child;
  }

  readonly doors: UpperDoors = {
    open: (wish) => {
      this.#wish = wish;
      return {
        start: () => wish.onChange(this.#up),
        stop: async () => undefined,
        say: async (word, payload) => {
          if (!this.#up || !this.#parent) return bad('offline', 'cut');
          await this.heldUp?.(word);
          const parent = this.#parent;
          const said = (async () => {
            for (let times = this.twice ? 2 : 1; times > 0; times--) await parent.fromCentre(this.#child, word, payload);
          })();
          this.#underWay = Promise.all([this.#underWay, said.catch(() => undefined)]);
          await said;
          return ok(undefined);
        },
      };
    },
    fetch: async (_from, { sha256 }) => {
      this.asked.push(sha256);
      await this.held?.(sha256);
      if (!this.#up || !this.#parent) return bad('offline', 'cut');
      if (!(await this.#parent.centre.federation.lower.mayFetch(this.#child, sha256))) return bad('not-allowed', sha256);
      const bytes = await this.#parent.centre.blobs.read(sha256);
      if (!bytes) return bad('not-found', sha256);
      await this.keep?.(bytes);
      return ok(undefined);
    },
  };
  /** What a word to the parent waits for before it is said; it may be for ever. */
  heldUp: ((word: string) => Promise<void>) | undefined;
  /** What content waits for before it comes; it may be for ever. */
  held: ((sha256: string) => Promise<void>) | undefined;
  /** Where fetched content goes. */
  keep: ((bytes: Buffer) => Promise<unknown>) | undefined;

  connect(parent: BuiltCentre): void {
    this.#parent = parent;
    parent.hearers.add(({ topic, payload }) => {
      const word = new RegExp(`^loa/1/u/${this.#child}/dn/(\\w+)$`).exec(topic)?.[1] as DownWord | undefined;
      if (!word || !this.#up) return;
      this.down.push({ word, payload });
      for (let times = this.twice ? 2 : 1; times > 0; times--) this.hand(word, payload);
    });
  }

  /** Give the child something as if it had come from above. */
  hand(word: DownWord, payload: Buffer): void {
    void this.#wish?.onMessage(word, payload);
  }

  cut(): void {
    this.#up = false;
    this.#wish?.onChange(false);
  }

  /** What was said before the cut has been heard. */
  async heard(): Promise<void> {
    await this.#underWay;
  }

  mend(): void {
    this.#up = true;
    this.#wish?.onChange(true);
  }
}

/** Start a centre of these folders; with a wire to the one above. */
export async function startJoined(folders: JoinedFolders, name: string, wire?: Wire, parent?: BuiltCentre): Promise<BuiltCentre> {
  if (wire && parent) wire.connect(parent);
  const built = await makeCentre({}, folders.of(name), {}, startMs, wire?.doors);
  if (wire) wire.keep = (bytes) => built.centre.blobs.keep(bytes);
  return built;
}
