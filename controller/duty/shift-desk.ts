// Shifts: begun with proof of the person, proved again by PIN for each order, handed over or ended.
import { verify } from '@node-rs/argon2';
import { randomHex } from '../../hardware/host/crypto.ts';
import type { DutyState } from '../../schemas/duty.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { CentreCard } from '../centre.ts';
import {
  dutyState,
  placeOf,
  type RosterEntry,
  running,
  type Shift,
  type ShiftEnd,
  shiftMsMax,
  weakPin,
  wrongPinsMax,
} from '../core/duty.ts';
import type { Feed } from '../feed.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { Act } from '../store/store.ts';
import type { SecondFactors } from './second-factor.ts';

export interface ShiftDeskOptions {
  readonly store: DutyStore;
  readonly factors: SecondFactors;
  readonly card: Pick<CentreCard, 'demo'>;
  readonly feed: Feed;
  readonly nowMs: () => number;
  readonly audit: (act: Act) => Promise<void>;
  readonly act: (actor: string, act: string, subject: string, content?: unknown) => Act;
}

export interface ShiftWish {
  readonly person: string;
  readonly password: string;
  readonly code: string;
  readonly pin?: string | undefined;
}

/** The roster around now: wide enough for the longest entry. */
const aroundMs = 72 * 3600_000;

export class ShiftDesk {
  readonly #options: ShiftDeskOptions;

  constructor(options: ShiftDeskOptions) {
    this.#options = options;
  }

  /** Problems: those of the second factor, bad-input (PIN missing or too easy). */
  async start({ person, password, code, pin }: ShiftWish): Promise<Result<Shift>> {
    const { store, factors, nowMs, act } = this.#options;
    const kept = await store.factor(person);
    // Asked before a code is used up.
    if (pin === undefined && !kept?.pinHash) return bad('bad-input', 'choose a PIN of six digits', '/pin');
    if (pin !== undefined && weakPin(pin)) return bad('bad-input', 'choose a PIN that is not one digit or a row', '/pin');
    const proved = await factors.prove(person, password, code);
    if (!proved.ok) return proved;
    if (pin !== undefined) await factors.setPin(person, pin);
    const startedMs = nowMs();
    const place = placeOf(person, await this.rosterAround(), await store.openShifts(), startedMs);
    const ends = { endedMs: null, endedWhy: null, handedTo: null, note: '', wrongPins: 0 };
    const shift: Shift = { id: `shift-${randomHex(6)}`, person, place, startedMs, untilMs: startedMs + shiftMsMax, ...ends };
    await store.startShift(shift, act(person, 'duty.shift-start', shift.id, shift));
    this.#tell(shift.id);
    return ok(shift);
  }

  /** The running shift of a person. Problem: no-shift. */
  async shiftOf(person: string): Promise<Result<Shift>> {
    const nowMs = this.#options.nowMs();
    const mine = (await this.#options.store.openShifts()).find((shift) => shift.person === person && running(shift, nowMs));
    return mine ? ok(mine) : bad('no-shift', 'start a shift with password and code first');
  }

  /** The person again, for one order: a console left open must not sound a siren. Problems: no-shift, wrong-code. */
  async provePin(person: string, pin: string | undefined): Promise<Result<Shift>> {
    const { store, act, audit } = this.#options;
    const shift = await this.shiftOf(person);
    if (!shift.ok) return shift;
    if (pin === undefined) return bad('wrong-code', 'the PIN of the shift is needed', '/pin');
    // Counted before it is looked at: a thousand guesses at once are a thousand guesses.
    const tries = await store.takePinTry(shift.value.id);
    if (tries > wrongPinsMax) return bad('no-shift', 'the shift is locked');
    const kept = await store.factor(person);
    const right = kept?.pinHash ? await verify(kept.pinHash, pin).catch(() => false) : false;
    if (right) {
      await store.forgetPinTries(shift.value.id);
      return shift;
    }
    if (tries < wrongPinsMax) {
      await audit(act(person, 'duty.pin-wrong', shift.value.id));
      return bad('wrong-code', `the PIN is wrong; ${wrongPinsMax - tries} tries are left`, '/pin');
    }
    await this.#close(shift.value, 'locked', { note: '', handedTo: null }, person);
    return bad('no-shift', `${wrongPinsMax} wrong PINs locked the shift; start one again with password and code`, '/pin');
  }

  /** Give duty to somebody whose own shift runs, so that no gap is left. Problems: no-shift (of either), wrong-code, bad-input. */
  async handOver(person: string, wish: { readonly to: string; readonly pin: string; readonly note: string }): Promise<Result<Shift>> {
    if (wish.to === person) return bad('bad-input', 'hand over to another person', '/to');
    const proved = await this.provePin(person, wish.pin);
    if (!proved.ok) return proved;
    const taken = await this.shiftOf(wish.to);
    if (!taken.ok) return bad('no-shift', `${wish.to} starts a shift first, then you hand over`, '/to');
    return ok(await this.#close(proved.value, 'handed-over', { note: wish.note, handedTo: wish.to }, person));
  }

  /** Problem: no-shift. */
  async end(person: string, note: string): Promise<Result<Shift>> {
    const shift = await this.shiftOf(person);
    return shift.ok ? ok(await this.#close(shift.value, 'ended', { note, handedTo: null }, person)) : shift;
  }

  async state(): Promise<DutyState> {
    const { store, nowMs, card } = this.#options;
    return dutyState(await this.rosterAround(), await store.openShifts(), nowMs(), card.demo);
  }

  rosterAround(): Promise<RosterEntry[]> {
    const nowMs = this.#options.nowMs();
    return this.#options.store.roster({ fromMs: nowMs - 1, toMs: nowMs + aroundMs });
  }

  async #close(
    shift: Shift,
    why: Exclude<ShiftEnd, 'replaced'>,
    more: { readonly note: string; readonly handedTo: string | null },
    by: string,
  ): Promise<Shift> {
    const { store, act } = this.#options;
    const closing = act(by, shiftActs[why], more.handedTo === null ? shift.id : `${shift.id} ${more.handedTo}`, more);
    await store.endShift(shift.id, why, more, closing);
    this.#tell(shift.id);
    return { ...shift, endedMs: closing.atMs, endedWhy: why, ...more };
  }

  #tell(id: string): void {
    this.#options.feed.tell('duty', id);
  }
}

const shiftActs = { ended: 'duty.shift-end', 'handed-over': 'duty.hand-over', locked: 'duty.shift-locked' } as const;
