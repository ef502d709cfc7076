// Releases that a small centre offers: an archive of a folder of programs, signed by a key that does nothing else.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey, sha256, signerFrom } from '../../hardware/host/crypto.ts';
import { type ArchiveFile, packArchive } from '../../hardware/host/release-archive.ts';
import { toBase64 } from '../../schemas/envelope.ts';
import type { UpdateFact } from '../../schemas/release.ts';
import type { PartKind } from '../../schemas/want.ts';
import type { SmallCentre } from './small-centre.ts';

export interface Offered {
  readonly version: string;
  readonly counter: number;
  readonly files: readonly ArchiveFile[];
}

/** Before the centre's start: it gets the key. */
export class ReleaseDesk {
  readonly #centre: SmallCentre;
  readonly #key = generateSigningKey();

  constructor(centre: SmallCentre) {
    this.#centre = centre;
    const { keyid, publicKey } = this.#key;
    centre.moreKeys.push({ keyid, alg: 'ed25519', publicKey: toBase64(publicKey), roles: ['release'] });
  }

  /** Beside the plan that the box is to have. */
  async offer({ version, counter, files }: Offered, plan: Readonly<Partial<Record<PartKind, unknown>>>): Promise<void> {
    const packed = packArchive(files);
    const release = {
      ...{ version, counter, architectures: ['x64', 'arm64', 'arm'] },
      parts: [{ name: 'app', ...this.#centre.put(packed) }],
      notes: { vi: 'Bản thử', en: 'A trial' },
      limits: { unpackedBytes: files.reduce((sum, { content }) => sum + content.length, 1), files: files.length },
    };
    const signer = signerFrom(this.#key.privateKeyPem);
    const manifest = this.#centre.sign('release', `c/${this.#centre.id}`, release, {
      signer,
      nbf: 0,
      id: `release-${sha256(packed).slice(0, 8)}`,
    });
    await this.#centre.want({ ...plan, release: { manifest } });
  }

  /** What the box has told of one, in order. */
  told(version: string): UpdateFact[] {
    return this.#centre.facts.filter((fact): fact is UpdateFact => fact.kind === 'update' && fact.version === version);
  }
}

/** The files under a folder, as an archive has them; records and dotted names stay behind, `instead` replaces by path. */
export function filesUnder(folder: string, instead: Readonly<Record<string, string>> = {}): ArchiveFile[] {
  const all: ArchiveFile[] = [];
  const walk = (inside: string) => {
    for (const name of readdirSync(join(folder, inside)).sort()) {
      const path = inside === '' ? name : `${inside}/${name}`;
      if (name.startsWith('.') || path === 'release.json' || !existsSync(join(folder, path))) continue;
      if (statSync(join(folder, path)).isDirectory()) walk(path);
      else all.push({ path, content: Buffer.from(instead[path] ?? readFileSync(join(folder, path))) });
    }
  };
  walk('');
  return all;
}
