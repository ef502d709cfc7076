// What a centre keeps of releases and their roll-outs.
import type { Result } from '../../schemas/problems.ts';
import type { Rollout, StoredRelease, StoredUpdate } from '../../schemas/release-api.ts';
import type { Offered } from '../core/rollout.ts';
import type { Act } from './store.ts';

export interface ReleaseStore {
  /** Problem: conflict (the version or its counter is here). */
  addRelease(release: StoredRelease, act: Act): Promise<Result<void>>;
  /** Newest first, by counter. */
  releases(): Promise<StoredRelease[]>;
  /** Problem: conflict: another one of the centre still runs or rests. */
  beginRollout(rollout: Rollout, act: Act): Promise<Result<void>>;
  /** Newest first. */
  rollouts(): Promise<Rollout[]>;
  rollout(id: string): Promise<Rollout | undefined>;
  /** With the boxes whose turn has come; all or nothing. A step of the centre's own has no act of a person. */
  saveRollout(rollout: Rollout, offered: readonly Offered[], act: Act): Promise<void>;
  offered(rollout: string): Promise<Offered[]>;
  /** What boxes said of the release with this counter. */
  updates(counter: number): Promise<StoredUpdate[]>;
}
