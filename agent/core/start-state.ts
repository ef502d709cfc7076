// What a box is before anything happened: kept state of a new box, live state of every boot.
import { quietLine } from './missed-orders.ts';
import type { Kept, Live, OutputState } from './model.ts';
import { blankWired } from './wired.ts';

/** Kept state of a box that never ran. */
export function blankKept(): Kept {
  return {
    want: { applied: null, appliedAtMs: 0, offered: null },
    ledger: { settledToMs: 0, settled: [], paused: [] },
    playing: {},
    orders: { counters: {}, active: [], latched: [] },
    counters: { seen: {}, commands: [], reportRev: 0, connections: 0 },
    muted: false,
    blanked: false,
    retiring: false,
    service: null,
    sessions: { open: [], latched: [] },
    screens: { serial: 0, open: [], tallies: [] },
    bulletins: null,
    meter: null,
    trial: null,
  };
}

/** Live state at every boot; mirrors of the outside are re-stated by their adapters. */
export function blankLive(): Live {
  return {
    boot: 'unbooted',
    version: '',
    hardware: { audioOut: 'none', board: 'none', display: 'none' },
    ownOutputs: [],
    bootedAt: null,
    trustedSince: null,
    plan: null,
    agenda: null,
    pending: null,
    linkUp: false,
    local: { orders: [], contacts: [], refused: [], switches: {} },
    watch: { own: quietLine, upper: quietLine, seen: {} },
    cache: { known: false, has: new Map(), freeBytes: 0 },
    fetches: {},
    lacking: null,
    loading: null,
    wantProblem: null,
    unsure: [],
    refusals: { sinceMonoMs: 0, names: [] },
    outputs: {},
    streams: {},
    screens: {},
    picture: null,
    mains: { present: true, said: true, sinceMonoMs: 0 },
    atHorn: { asked: null, buttonMonoMs: null, countedMonoMs: null, countdown: false },
    heldOrders: [],
    faults: [],
    trialCountedMonoMs: null,
    keysUntilMs: null,
    nextAttempt: 1,
    prepared: [],
    behind: {},
    beacon: 'off',
    wired: blankWired,
    telemetry: { sample: null, toldAtMonoMs: null, toldHealth: '' },
    told: { report: '', presence: '', clock: null },
    reportAtMonoMs: null,
    hushedToMonoMs: 0,
    rows: { epoch: 'none', acked: 0 },
  };
}

/** An output as it stands after boot: quiet, amplifier off. */
export function quietOutput(id: string, kind: OutputState['kind'], monoMs: number): OutputState {
  return {
    id,
    kind,
    working: true,
    amplifier: kind === 'board' ? { is: 'none' } : { is: 'off', atMonoMs: monoMs },
    player: { is: 'idle', quietSinceMonoMs: monoMs },
    leaving: [],
    lastOrder: null,
    tone: null,
    failures: 0,
  };
}
