// The rule of an update: which step it stands at and what is done next. Pure; the disk, the network and the clock are arguments.
import { misfit, type Release, rowLines, type UpdateFact, type UpdateReason } from '../../schemas/release.ts';
import type { WayBack } from './layout.ts';

export type Step =
  | 'idle'
  | 'offered'
  | 'downloading'
  | 'verified'
  | 'unpacked'
  | 'pending'
  | 'switched'
  | 'healthy'
  | 'committed'
  | 'rolled-back';

export interface Target {
  readonly version: string;
  readonly counter: number;
}

/** Survives power cuts, as one file. */
export interface UpdateKept {
  readonly step: Step;
  readonly target: Target | null;
  /** The highest counter that was confirmed here. */
  readonly counter: number;
  /** Counters that came and went back, newest last. */
  readonly failed: readonly number[];
  /** What was refused last, so that it is told once. */
  readonly refused: { readonly counter: number; readonly reason: UpdateReason } | null;
  /** Facts that the journal has not taken yet. */
  readonly untold: readonly UpdateFact[];
}

export interface UpdateState {
  readonly kept: UpdateKept;
  readonly running: string;
  readonly architecture: string;
  /** What is being done; one at a time. */
  readonly doing: Act | null;
  /** Failures in a row, and until when nothing is tried again (monotonic ms). */
  readonly tries: number;
  readonly restUntilMs: number;
}

/** `clear` takes back an unconfirmed switch that did not happen; `tidy` removes what nobody needs any more. */
export type Act = 'download' | 'unpack' | 'prepare' | 'switch' | 'restart' | 'commit' | 'clear' | 'tidy';

export interface Around {
  readonly nowMs: number;
  /** Nothing sounds or will within the minute, no order stands, nobody is at the horn. */
  readonly quiet: boolean;
  /** The hours of the release allow it and no order needs the line. */
  readonly mayFetch: boolean;
  /** The gate is open (health-gate). */
  readonly healthy: boolean;
}

/** What the disk says when a program begins. */
export interface DiskFacts {
  readonly current: string | null;
  readonly pending: Target | null;
  readonly wayBack: WayBack | null;
  readonly whole: readonly string[];
}

export type UpdateEvent =
  | { readonly is: 'began'; readonly disk: DiskFacts }
  | { readonly is: 'looked' }
  | { readonly is: 'offered'; readonly release: Release }
  /** Something was offered whose signature does not hold. */
  | { readonly is: 'unsigned'; readonly detail: string; readonly claimed: Target | undefined }
  | { readonly is: 'withdrawn' }
  | { readonly is: 'done'; readonly act: Act }
  /** `lasting`: trying again helps nothing. */
  | { readonly is: 'failed'; readonly act: Act; readonly reason: UpdateReason; readonly detail: string; readonly lasting: boolean }
  /** The journal has them. */
  | { readonly is: 'told'; readonly count: number };

export interface UpdateDecision {
  readonly state: UpdateState;
  /** After `state.kept` is on the disk. */
  readonly act?: Act;
  /** Stop what is being fetched; it goes on later where it stopped. */
  readonly stopFetching?: true;
}

const failedMax = 32;
const untoldMax = 32;
const firstRestMs = 30_000;
const longestRestMs = 3600_000;

export function blankUpdate(running: string, counter: number, architecture: string): UpdateState {
  const kept: UpdateKept = { step: 'idle', target: null, counter, failed: [], refused: null, untold: [] };
  return { kept, running, architecture, doing: null, tries: 0, restUntilMs: 0 };
}

/** Total: whatever happens in whichever state, at most one act, and never a second one beside it. */
export function decideUpdate(state: UpdateState, event: UpdateEvent, around: Around): UpdateDecision {
  const next = absorb(state, event, around);
  if (next.doing) return next.doing === 'download' && !around.mayFetch ? { state: next, stopFetching: true } : { state: next };
  const act = nextAct(next, around);
  if (!act) return { state: next };
  const step = act === 'download' ? 'downloading' : act === 'commit' ? 'healthy' : next.kept.step;
  return { state: { ...keep(next, { step }), doing: act }, act };
}

function nextAct({ kept, running, restUntilMs }: UpdateState, around: Around): Act | undefined {
  const { step, target } = kept;
  if (!target || around.nowMs < restUntilMs) return undefined;
  switch (step) {
    case 'offered':
    case 'downloading':
      return around.mayFetch ? 'download' : undefined;
    case 'verified':
      return 'unpack';
    case 'unpacked':
      return around.quiet ? 'prepare' : undefined;
    case 'pending':
      return around.quiet ? 'switch' : undefined;
    case 'switched':
      // What the next program would find untold it would tell again.
      if (running !== target.version) return around.quiet && kept.untold.length === 0 ? 'restart' : undefined;
      return around.healthy ? 'commit' : undefined;
    case 'healthy':
      return 'commit';
    case 'rolled-back':
      return 'clear';
    case 'committed':
      return 'tidy';
    case 'idle':
      return undefined;
    default:
      return step satisfies never;
  }
}

function absorb(state: UpdateState, event: UpdateEvent, around: Around): UpdateState {
  switch (event.is) {
    case 'looked':
      return state;
    case 'began':
      return begin(state, event.disk);
    case 'offered':
      return offer(state, event.release);
    case 'unsigned':
      return event.claimed ? refuse(state, event.claimed, 'signature', event.detail) : state;
    case 'withdrawn':
      return withdraw(state);
    case 'done':
      return done({ ...state, doing: null, tries: 0, restUntilMs: 0 }, event.act);
    case 'failed':
      return fail({ ...state, doing: null }, event, around);
    case 'told':
      return keep(state, { untold: state.kept.untold.slice(event.count) });
    default:
      return event satisfies never;
  }
}

/** The disk says what is so; what was kept says what it was for. */
function begin(state: UpdateState, disk: DiskFacts): UpdateState {
  const { current, pending, wayBack, whole } = disk;
  const { kept, running } = state;
  const { target, step } = kept;
  if (!target || step === 'idle' || step === 'committed' || step === 'rolled-back') return beginWithout(state, disk);
  if (wayBack?.counter === target.counter) return goneBack(state, target, wayBack);
  const standsSwitched = current === target.version;
  if (standsSwitched && running === target.version) {
    const switched = step === 'switched' || step === 'healthy' ? state : say(state, target, 'switched');
    return pending?.counter === target.counter ? keep(switched, { step: 'switched' }) : confirm(switched, target);
  }
  // The link was turned and this program began before, or goes on: only the restart is missing.
  if (standsSwitched && pending) return keep(step === 'switched' ? state : say(state, target, 'switched'), { step: 'switched' });
  const have = whole.includes(target.version);
  if (step === 'offered' || step === 'downloading' || step === 'verified') return state;
  return keep(state, { step: have ? 'unpacked' : 'offered' });
}

/** What was kept knows of no update: the card was changed, or its file is lost. */
function beginWithout(state: UpdateState, { current, pending, wayBack }: DiskFacts): UpdateState {
  const { kept, running } = state;
  if (wayBack && wayBack.counter === 0 && wayBack.version !== running)
    return keep(push(state, { version: versionOr(wayBack.version), counter: Math.max(1, kept.counter) }, 'rolled-back', wayBack), {
      step: 'rolled-back',
      target: { version: wayBack.version, counter: kept.counter },
    });
  if (!pending) return state;
  if (wayBack?.counter === pending.counter) return goneBack(state, pending, wayBack);
  return keep(state, { target: pending, step: current === pending.version ? 'switched' : 'rolled-back' });
}

function goneBack(state: UpdateState, target: Target, wayBack: WayBack): UpdateState {
  const failed = [...kept(state).failed.filter((one) => one !== target.counter), target.counter].slice(-failedMax);
  return keep(push(state, target, 'rolled-back', wayBack), { step: 'rolled-back', target, failed });
}

function confirm(state: UpdateState, target: Target): UpdateState {
  return keep(say(state, target, 'committed'), { step: 'committed', target, counter: Math.max(kept(state).counter, target.counter) });
}

function offer(state: UpdateState, release: Release): UpdateState {
  const { step, target, counter, failed } = state.kept;
  const inHand = step !== 'idle' && step !== 'committed' && step !== 'rolled-back';
  // Said already: it is here, it failed here, or it is being brought.
  if (release.counter === counter || failed.includes(release.counter) || (inHand && target?.counter === release.counter)) return state;
  // A switch is seen to its end; a newer release waits for it.
  if (state.doing || step === 'pending' || step === 'switched' || step === 'healthy' || step === 'rolled-back') return state;
  const { running: version, architecture } = state;
  const not = misfit(release, { version, architecture, counter, failed });
  if (not) return refuse(state, release, not.reason, not.detail);
  return {
    ...keep(state, { step: 'offered', target: { version: release.version, counter: release.counter }, refused: null }),
    tries: 0,
    restUntilMs: 0,
  };
}

function withdraw(state: UpdateState): UpdateState {
  const { step } = state.kept;
  if (state.doing || (step !== 'offered' && step !== 'downloading' && step !== 'verified' && step !== 'unpacked' && step !== 'pending'))
    return state;
  // Its marker may lie there already: taken back like a switch that failed, only without a fact.
  return keep(state, step === 'pending' ? { step: 'rolled-back' } : { step: 'idle', target: null });
}

function done(state: UpdateState, act: Act): UpdateState {
  const { target } = state.kept;
  if (!target) return state;
  switch (act) {
    case 'download':
      return keep(say(state, target, 'downloaded'), { step: 'verified' });
    case 'unpack':
      return keep(state, { step: 'unpacked' });
    case 'prepare':
      return keep(state, { step: 'pending' });
    case 'switch':
      return keep(say(state, target, 'switched'), { step: 'switched' });
    case 'commit':
      return confirm(state, target);
    case 'restart':
      return state;
    case 'clear':
    case 'tidy':
      return keep(state, { step: 'idle', target: null });
    default:
      return act satisfies never;
  }
}

function fail(state: UpdateState, event: UpdateEvent & { is: 'failed' }, { nowMs }: Around): UpdateState {
  const { target, step } = state.kept;
  const restMs = Math.min(longestRestMs, firstRestMs * 2 ** Math.min(state.tries, 10));
  const rested = { ...state, tries: state.tries + 1, restUntilMs: nowMs + restMs };
  if (!event.lasting || !target) return rested;
  const failed = [...state.kept.failed, target.counter].slice(-failedMax);
  const told = refuse(rested, target, event.reason, event.detail);
  return keep(told, step === 'pending' ? { step: 'rolled-back', failed } : { step: 'idle', target: null, failed });
}

function refuse(state: UpdateState, { version, counter }: Target, reason: UpdateReason, detail: string): UpdateState {
  const { refused, untold } = state.kept;
  if (refused?.counter === counter && refused.reason === reason) return state;
  const fact: UpdateFact = {
    kind: 'update',
    version,
    counter,
    state: 'refused',
    from: state.running,
    reason,
    detail: detail.slice(0, 300),
  };
  return keep(state, { refused: { counter, reason }, untold: [...untold, fact].slice(-untoldMax) });
}

function say(state: UpdateState, target: Target, what: 'downloaded' | 'switched' | 'committed'): UpdateState {
  const fact: UpdateFact = { kind: 'update', version: target.version, counter: target.counter, state: what, from: state.running };
  return keep(state, { untold: [...state.kept.untold, fact].slice(-untoldMax) });
}

function push(state: UpdateState, { version, counter }: Target, what: 'rolled-back', { reason, lines = [] }: WayBack): UpdateState {
  const fact: UpdateFact = { kind: 'update', version, counter, state: what, from: state.running, reason, lines: rowLines(lines) };
  return keep(state, { untold: [...state.kept.untold, fact].slice(-untoldMax) });
}

function keep(state: UpdateState, cells: Partial<UpdateKept>): UpdateState {
  const same = Object.entries(cells).every(([name, value]) => state.kept[name as keyof UpdateKept] === value);
  return same ? state : { ...state, kept: { ...state.kept, ...cells } };
}

const kept = (state: UpdateState): UpdateKept => state.kept;
const versionOr = (version: string): string => (/^\d/.test(version) ? version : '0.0.0');
