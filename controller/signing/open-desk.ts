// Opens what a centre signs with: the secret found, an interrupted change of it finished, then who holds the keys.
import { anySealed, finishReseal } from '../../hardware/host/key-files.ts';
import { findKeySecret, type KeySecret } from '../../hardware/host/key-secret.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import { type Folder, keyFiles, resealMarker } from '../folder.ts';
import { openSigningKeys, type Trust } from '../provision/signing-keys.ts';
import type { CounterStore } from '../store/store.ts';
import type { Hello } from './frames.ts';
import { type Signatory, SigningRoom } from './room.ts';

export interface LockWish {
  /** `--key-secret-file`. */
  readonly secretFile?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
}

/** The secret of a data folder; made when nothing there is encrypted yet and nobody names one. Problem: keys-locked. */
export async function openLocks(folder: Folder, wish: LockWish): Promise<Result<KeySecret>> {
  const paths = keyFiles(folder);
  await finishReseal(paths, resealMarker(folder));
  return findKeySecret({ dataDir: folder.root, ...wish, make: !(await anySealed(paths)) });
}

/** What who signs is told at its start. */
export async function helloOf(centre: string, trust: Trust, folder: Folder, secret: KeySecret, counters: CounterStore): Promise<Hello> {
  return {
    centre,
    trust: trust as unknown as Hello['trust'],
    keysDir: folder.keys,
    slotsDir: folder.signing,
    secretFile: secret.file,
    dataDir: folder.root,
    counterFloor: Math.max(0, ...(await counters.highest('')).values()),
  };
}

/** The same room without a process of its own, for tests and tools. Problems: as `SigningRoom.open`, keys-locked. */
export async function openRoomHere(
  hello: Hello,
  secret: string,
  tell: (refused: object) => void,
  nowMs: () => number,
): Promise<Result<Signatory>> {
  const trust = hello.trust as unknown as Trust;
  const keys = await openSigningKeys(hello.keysDir, { secret, trust });
  if (!keys.ok) return keys;
  const { centre, slotsDir, counterFloor } = hello;
  const room = await SigningRoom.open({ centre, trust, keys: keys.value, slotsDir, counterFloor, nowMs, tell });
  return room.ok ? ok(room.value) : room;
}
