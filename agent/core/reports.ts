// What the box says of itself: presence and report when they change, telemetry at its pace and when health changes.
import { localOrdersMax } from '../../schemas/local-orders.ts';
import type { Health, Presence, Report } from '../../schemas/report.ts';
import { unsettled } from './agenda.ts';
import { healthOf } from './health.ts';
import { displayOf } from './ledger.ts';
import { lookAheadMs, receiptsFirstMs, reportEveryMs } from './limits.ts';
import { missing } from './media.ts';
import type { OutputState, State, Voice } from './model.ts';
import { readingsOf } from './readings.ts';
import type { Turn } from './turn.ts';

/** Nothing is composed while nothing changed: an idle decision stays cheap. */
export function closeReports(turn: Turn): void {
  const worthTelling = changed(turn) || turn.live.told.report === '';
  if (receiptsFirst(turn)) {
    if (worthTelling && turn.live.told.report !== '') turn.be({ told: { ...turn.live.told, report: '' } });
    return;
  }
  if (turn.live.linkUp && worthTelling) {
    const health = healthOf(turn);
    tellPresence(turn);
    tellReport(turn, health);
    tellTelemetry(turn, health);
  } else if (turn.live.linkUp && telemetryDue(turn)) tellTelemetry(turn, healthOf(turn));
  const { toldAtMonoMs } = turn.live.telemetry;
  if (turn.live.linkUp && toldAtMonoMs !== null) turn.wakeAtMono(toldAtMonoMs + turn.settings.telemetryEveryMs);
}

/** An order was taken just now: on a thin line its receipts go before everything the box says of itself. */
function receiptsFirst(turn: Turn): boolean {
  const before = turn.before.kept.orders.active;
  const { active } = turn.kept.orders;
  if (active !== before && active.some(({ id }) => !before.some((one) => one.id === id)))
    turn.be({ hushedToMonoMs: turn.now.monoMs + receiptsFirstMs });
  turn.wakeAtMono(turn.live.hushedToMonoMs);
  return turn.now.monoMs < turn.live.hushedToMonoMs;
}

/** Whether anything that reports are made of is another thing than before this decision. */
function changed({ before, state, now }: Turn): boolean {
  if (now.quality !== state.live.told.clock) return true;
  return state !== before && sources(state).some((source, at) => source !== sources(before)[at]);
}

function sources({ kept, live }: State): readonly unknown[] {
  const { plan, outputs, cache, linkUp, rows, wantProblem, telemetry } = live;
  return [
    kept.want,
    kept.ledger.settled,
    kept.orders.counters,
    kept.muted,
    kept.service,
    live.mains,
    live.faults,
    live.screens,
    live.behind,
    plan,
    live.local.orders,
    live.local.refused,
    outputs,
    cache,
    linkUp,
    rows,
    wantProblem,
    telemetry.sample,
  ];
}

function tellPresence(turn: Turn): void {
  const { live, kept, now } = turn;
  const orders: Record<string, number> = {};
  for (const [key, { ctr }] of Object.entries(kept.orders.counters)) {
    const issuer = key.slice(0, key.indexOf('/'));
    orders[issuer] = Math.max(orders[issuer] ?? 0, ctr);
  }
  const wantRev = kept.want.applied?.rev ?? 0;
  const presence: Omit<Presence, 'conn' | 'on'> = { boot: live.boot, version: live.version, wantRev, orders, clock: now.quality };
  const text = JSON.stringify(presence);
  if (text === live.told.presence) {
    if (now.quality !== live.told.clock) turn.be({ told: { ...live.told, clock: now.quality } });
    return;
  }
  turn.be({ told: { ...live.told, presence: text, clock: now.quality } });
  turn.act({ do: 'publishPresence', presence });
}

function tellReport(turn: Turn, health: Health) {
  const { live, kept, now } = turn;
  let cacheBytes = 0;
  for (const bytes of live.cache.has.values()) cacheBytes += bytes;
  const content: Omit<Report, 'rev'> = {
    boot: live.boot,
    version: live.version,
    hardware: { ...live.hardware, display: displayOf(live) },
    wantRev: kept.want.applied?.rev ?? 0,
    offeredRev: kept.want.offered?.rev ?? 0,
    ...(live.wantProblem ? { wantProblem: live.wantProblem } : {}),
    clock: now.quality,
    outputs: Object.values(live.outputs).map((output) => ({
      id: output.id,
      sounding: output.player.is === 'playing' ? nameOf(output.player.voice) : null,
      amplifier: output.amplifier.is,
      ...screenOf(turn, output.id),
      next: nextOf(turn, output),
    })),
    cache: { bytes: cacheBytes, missing: missing(turn).length },
    ...localOf(turn),
    outbox: { epoch: live.rows.epoch, low: live.rows.acked, high: live.rows.acked },
    health,
  };
  const text = JSON.stringify(content);
  if (text === live.told.report) return;
  // Changes come in bursts around a play: one report says them all.
  const atMonoMs = live.reportAtMonoMs;
  if (atMonoMs !== null && now.monoMs < atMonoMs + reportEveryMs) {
    turn.be({ told: { ...turn.live.told, report: '' } });
    return turn.wakeAtMono(atMonoMs + reportEveryMs);
  }
  const rev = kept.counters.reportRev + 1;
  turn.keep({ counters: { ...kept.counters, reportRev: rev } });
  turn.be({ told: { ...turn.live.told, report: text }, reportAtMonoMs: now.monoMs });
  turn.act({ do: 'publishReport', report: { rev, ...content } });
}

/** What lies ready here, and what was refused a place; nothing said while there is neither. */
function localOf({ live }: Turn): Pick<Report, 'local'> {
  const { orders, refused } = live.local;
  const local = [...orders.map(({ offered }) => ({ id: offered.opened.id })), ...refused].slice(0, localOrdersMax);
  return local.length > 0 ? { local } : {};
}

function screenOf({ live }: Turn, id: string): Pick<Report['outputs'][number], 'screen'> {
  const state = live.screens[id];
  if (!state) return {};
  const { wish, page, power } = state;
  return { screen: { lit: wish.power && !wish.dark, page, power } };
}

function nameOf(voice: Voice): string {
  if (voice.kind === 'occurrence') return voice.occurrence.id;
  if (voice.kind === 'order') return voice.order;
  return voice.kind === 'live' ? voice.session : voice.id;
}

function nextOf(turn: Turn, output: OutputState): Report['outputs'][number]['next'] {
  const { wallMs } = turn.now;
  const near = unsettled(turn, wallMs + lookAheadMs);
  const next = near.find((one) => one.output === output.id && one.startMs > wallMs && one.refused === null);
  return next ? { occurrence: next.id, startMs: next.startMs } : null;
}

function telemetryDue(turn: Turn): boolean {
  const { sample, toldAtMonoMs } = turn.live.telemetry;
  return sample !== null && (toldAtMonoMs === null || turn.now.monoMs >= toldAtMonoMs + turn.settings.telemetryEveryMs);
}

function tellTelemetry(turn: Turn, health: Health): void {
  const { telemetry } = turn.live;
  const text = JSON.stringify(health);
  if (telemetry.sample === null || (text === telemetry.toldHealth && !telemetryDue(turn))) return;
  turn.be({ telemetry: { ...telemetry, toldAtMonoMs: turn.now.monoMs, toldHealth: text } });
  turn.act({
    do: 'publishTelemetry',
    telemetry: { atMs: Math.round(turn.now.wallMs), clock: turn.now.quality, ...telemetry.sample, ...readingsOf(turn), health },
  });
}
