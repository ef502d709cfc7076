// What a centre remembers of duty: roster, shifts, second factors, rings. Every write is one durable transaction.
import type { RingKind } from '../../schemas/duty.ts';
import type { Result } from '../../schemas/problems.ts';
import type { RosterEntry, Shift, ShiftEnd, Span } from '../core/duty.ts';
import type { Act } from './store.ts';

export interface SecondFactor {
  readonly person: string;
  /** `waiting` until the first code proved that the app has it. */
  readonly state: 'waiting' | 'active';
  /** Sealed; the centre alone can read it. */
  readonly secret: string;
  /** The last time step whose code was used (RFC 6238 §5.2: a code is taken once). */
  readonly lastStep: number;
  /** SHA-256 of those not used yet. */
  readonly recovery: readonly string[];
  readonly pinHash: string | null;
  readonly madeMs: number;
  /** Another app that waits for its first code while this one counts. */
  readonly next: NextFactor | null;
}

export type NextFactor = Pick<SecondFactor, 'secret' | 'recovery'>;

export interface StoredRing {
  readonly id: string;
  readonly kind: RingKind;
  /** The alert, request or order it is about. */
  readonly about: string;
  readonly person: string;
  readonly title: string;
  readonly text: string;
  readonly atMs: number;
  readonly seenMs: number | null;
  readonly answeredMs: number | null;
  /** When nobody needed to come any more. */
  readonly quietMs: number | null;
}

export interface DutyStore {
  /** Entries that touch a span, by their beginning. */
  roster(span: Span): Promise<RosterEntry[]>;
  addEntry(entry: RosterEntry, act: Act): Promise<void>;
  /** Problem: not-found. */
  removeEntry(id: string, act: Act): Promise<Result<void>>;
  /** All that begins within the span makes way for these. */
  replaceEntries(span: Span, entries: readonly RosterEntry[], act: Act): Promise<void>;

  /** Begin a shift; another one of the same person ends, `replaced`. */
  startShift(shift: Shift, act: Act): Promise<void>;
  endShift(id: string, why: ShiftEnd, more: { readonly note: string; readonly handedTo: string | null }, act: Act): Promise<void>;
  /** Not ended, whether or not their time is over. */
  openShifts(): Promise<Shift[]>;
  /** Newest first. */
  shifts(limit: number): Promise<Shift[]>;
  /** Count one try of the PIN before it is looked at; answers how many there are. */
  takePinTry(id: string): Promise<number>;
  /** The PIN was right. */
  forgetPinTries(id: string): Promise<void>;

  factor(person: string): Promise<SecondFactor | undefined>;
  saveFactor(factor: SecondFactor, act: Act): Promise<void>;
  /** How far everybody's is who has one. */
  factorStates(): Promise<ReadonlyMap<string, SecondFactor['state']>>;
  /** What shall take the place of the factor in force, after its first code. */
  setNextFactor(person: string, next: NextFactor, act: Act): Promise<void>;
  /** That first code came, in this time step. Problem: wrong-code (nothing waits). */
  takeNextFactor(person: string, step: number, act: Act): Promise<Result<void>>;
  removeFactor(person: string, act: Act): Promise<Result<void>>;
  setPin(person: string, pinHash: string, act: Act): Promise<void>;
  /** Use a time step up, once; the factor is active from then on. Problem: wrong-code. */
  useStep(person: string, step: number, act: Act): Promise<Result<void>>;
  /** Other recovery codes take the place of all before. */
  setRecovery(person: string, recovery: readonly string[], act: Act): Promise<void>;
  /** Use a recovery code up, once. Problem: wrong-code. */
  useRecovery(person: string, hash: string, act: Act): Promise<Result<void>>;

  addRing(ring: StoredRing, act: Act): Promise<void>;
  /** Marks once; answers the ring. Problem: not-found (no such ring of this person). */
  markRing(id: string, person: string, what: 'seen' | 'answered', act: Act): Promise<Result<StoredRing>>;
  /** Rings about a thing need nobody any more; what somebody was told stays until it is read. */
  quietRings(about: string, atMs: number): Promise<void>;
  /** Neither answered nor quiet. */
  openRings(limit: number): Promise<StoredRing[]>;
  ringsAbout(about: string): Promise<StoredRing[]>;
}
