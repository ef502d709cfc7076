// What the local page shows, as plain JSON made from a snapshot of the box.

import type { Receipt } from '../../schemas/receipt.ts';
import type { Moment } from '../../schemas/time.ts';
import { serviceLeftMs } from '../core/at-horn.ts';
import type { OutputState, State, Voice } from '../core/model.ts';
import { type Sentence, whySilent } from './silence.ts';

const standardZone = 'Asia/Ho_Chi_Minh';
const nextMax = 3;

export interface PageFacts {
  readonly dev: string;
  readonly demo: boolean;
  readonly centre: string;
  readonly area: string;
  readonly version: string;
  readonly link: {
    readonly up: boolean;
    readonly heartbeatAgeMs: number | null;
    readonly waitingRows: number;
    readonly problem: string | null;
  };
  /** The order-only line to a centre above, where one is configured. */
  readonly upper: { readonly centre: string; readonly up: boolean; readonly problem: string | null } | null;
  readonly receipts: readonly Receipt[];
  readonly levels: Readonly<Record<string, number | null>>;
  readonly relays: Readonly<Record<string, { readonly relay1: boolean; readonly relay2: boolean }>>;
  readonly boardFrame: string | null;
  readonly mayAct: boolean;
  readonly pinSet: boolean;
  readonly simulatedBoard: boolean;
}

export interface PageState extends PageFacts {
  readonly zone: string;
  readonly now: Moment;
  readonly boot: string;
  readonly muted: boolean;
  /** A person is at the horn; `waiting`: the PIN was given, the button not yet. */
  readonly service: { readonly is: 'off' | 'waiting' | 'on' | 'ending'; readonly leftMs: number };
  readonly mains: boolean;
  /** Loudspeakers that a person may speak through here. */
  readonly talk: readonly { readonly output: string; readonly on: boolean }[];
  /** Orders that lie ready here. */
  readonly local: readonly { readonly id: string; readonly title: string; readonly on: boolean }[];
  /** Orders or heartbeats that stay away, or a disk that takes no writes. */
  readonly missed: readonly ('orders-missed' | 'heartbeat-missed' | 'store' | 'not-heard' | 'ear-missing')[];
  readonly wantRev: number;
  readonly outputs: readonly {
    readonly id: string;
    readonly kind: OutputState['kind'];
    readonly working: boolean;
    readonly amplifier: string;
    readonly sounding: { readonly title: string; readonly kind: Voice['kind'] } | null;
    readonly levelDb: number | null;
  }[];
  readonly next: readonly {
    readonly id: string;
    readonly title: string;
    readonly output: string;
    readonly class: string;
    readonly startMs: number;
    readonly endMs: number;
  }[];
  readonly silence: Sentence | null;
  /** Title by schedule, so that receipts can be read. */
  readonly titles: Readonly<Record<string, string>>;
}

/** Pure: the page's whole content. */
export function viewOf(state: State, now: Moment, facts: PageFacts): PageState {
  const { kept, live } = state;
  const zone = live.plan?.policy.zone ?? standardZone;
  const settled = new Set(kept.ledger.settled);
  const next = (live.agenda?.occurrences ?? [])
    .filter(({ id, startMs, refused }) => startMs > now.wallMs && refused === null && !settled.has(id))
    .slice(0, nextMax)
    .map(({ id, title, output, class: rank, startMs, endMs }) => ({ id, title, output, class: rank, startMs, endMs }));
  const clock = new Intl.DateTimeFormat('vi-VN', { timeZone: zone, hour: '2-digit', minute: '2-digit', day: '2-digit', month: '2-digit' });
  return {
    ...facts,
    zone,
    now,
    boot: live.boot,
    muted: kept.muted,
    service: serviceOf(state, now),
    mains: live.mains.present,
    talk: (live.plan?.settings.localLive ?? []).map(({ output }) => ({
      output,
      on: kept.sessions.open.some((one) => one.output === output && one.over === null),
    })),
    local: live.local.orders.map(({ offered: { opened, order } }) => ({
      id: opened.id,
      title: order.class === 'actual' ? order.screen.title : `${order.screen.title} (diễn tập)`,
      on: kept.orders.active.some(({ here }) => here?.base === opened.id),
    })),
    missed: [
      ...(['orders-missed', 'heartbeat-missed', 'store'] as const).filter((one) => live.faults.includes(one)),
      ...(live.faults.some((fault) => fault.startsWith('unheard-')) ? (['not-heard'] as const) : []),
      ...(live.faults.some((fault) => fault.startsWith('ear-')) ? (['ear-missing'] as const) : []),
    ],
    wantRev: kept.want.applied?.rev ?? 0,
    outputs: Object.values(live.outputs).map((output) => ({
      id: output.id,
      kind: output.kind,
      working: output.working,
      amplifier: output.amplifier.is,
      sounding: soundingOf(state, output),
      levelDb: facts.levels[output.id] ?? null,
    })),
    next,
    silence: whySilent(state, now, (ms) => clock.format(ms)),
    titles: titlesOf(state, facts.receipts),
  };
}

function serviceOf({ kept, live }: State, now: Moment): PageState['service'] {
  const leftMs = serviceLeftMs({ kept, live, now });
  if (!kept.service || leftMs === null) return { is: live.atHorn.asked ? 'waiting' : 'off', leftMs: 0 };
  return { is: kept.service.ending ? 'ending' : 'on', leftMs };
}

function soundingOf({ kept }: State, { player }: OutputState): { title: string; kind: Voice['kind'] } | null {
  if (player.is !== 'playing') return null;
  const { voice } = player;
  switch (voice.kind) {
    case 'occurrence':
      return { title: voice.occurrence.title, kind: voice.kind };
    case 'order': {
      const order = kept.orders.active.find(({ id }) => id === voice.order)?.order;
      return { title: order?.screen.title ?? voice.order, kind: voice.kind };
    }
    case 'live': {
      const title = kept.sessions.open.find(({ session }) => session.session === voice.session)?.session.title;
      return { title: title ?? 'Phát trực tiếp', kind: voice.kind };
    }
    case 'tone':
      return { title: voice.countdown ? 'Đếm ngược, sắp có tiếng' : 'Âm thử 440 Hz', kind: voice.kind };
    default:
      return voice satisfies never;
  }
}

function titlesOf({ live }: State, receipts: readonly Receipt[]): Record<string, string> {
  const programmes = new Map((live.plan?.schedules.programmes ?? []).map(({ id, title }) => [id, title]));
  return Object.fromEntries(
    receipts.flatMap(({ programme }) => {
      const title = programme === undefined ? undefined : programmes.get(programme);
      return programme !== undefined && title !== undefined ? [[programme, title]] : [];
    }),
  );
}
