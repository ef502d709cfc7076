// What the local page shows, as plain JSON made from a snapshot of the box.

import type { NetworkDevice } from '../../hardware/network.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import type { Moment } from '../../schemas/time.ts';
import { serviceLeftMs } from '../core/at-horn.ts';
import { diskLowBytes } from '../core/limits.ts';
import type { OutputState, State, Voice } from '../core/model.ts';
import { type CheckLine, checklist, type Readings } from './checklist.ts';
import { type Sentence, whySilent } from './silence.ts';
import { suppliesOf } from './supply.ts';

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
  /** Loudspeakers with a microphone at their horn, and when it was calibrated; null: not yet. */
  readonly ears?: readonly { readonly output: string; readonly calibratedMs: number | null }[];
  readonly boardFrame: string | null;
  readonly mayAct: boolean;
  readonly pinSet: boolean;
  readonly simulatedBoard: boolean;
  /** False while the box belongs to no centre: it waits for its claim. */
  readonly enrolled: boolean;
  readonly rtc: boolean;
  /** What parts beside the core measured, for the checklist. */
  readonly measured: Partial<Pick<Readings, 'names' | 'certificate'>> & {
    readonly tone: Readings['tone'];
    readonly position: string | null;
    readonly photo: boolean;
  };
  /** Null where this box's networks are somebody else's matter. */
  readonly network: PageNetwork | null;
}

export interface PageNetwork {
  readonly devices: readonly NetworkDevice[];
  readonly trial: { readonly kind: string; readonly leftMs: number } | null;
  readonly hotspot: { readonly name: string; readonly address: string; readonly leftMs: number } | null;
  /** The box has a hotspot to open. */
  readonly canOpen: boolean;
  /** Its name on the LAN, where it answers to one. */
  readonly name: string | null;
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
  readonly check: readonly CheckLine[];
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
    silence: facts.enrolled ? whySilent(state, now, (ms) => clock.format(ms)) : nobodyYet,
    check: checklist(readingsOf(state, now, facts)),
    titles: titlesOf(state, facts.receipts),
  };
}

const nobodyYet: Sentence = {
  code: 'not-enrolled',
  vi: 'Hộp chưa được khai báo: nhập mã kích hoạt bên dưới.',
  en: 'The box is not enrolled: enter its claim below.',
};

function readingsOf({ live }: State, now: Moment, facts: PageFacts): Readings {
  const { tone, position, photo, ...measured } = facts.measured;
  const { enrolled, dev, centre, demo, area, link, rtc } = facts;
  const outputs = Object.values(live.outputs);
  return {
    ...measured,
    ...suppliesOf(live),
    nowMs: now.wallMs,
    mainsPresent: live.mains.present,
    disk: {
      freeBytes: live.telemetry.sample?.diskFreeBytes ?? null,
      lowBytes: diskLowBytes,
      writes: !live.faults.includes('store'),
    },
    clock: { quality: now.quality, rtc },
    enrolled: enrolled ? { dev, centre, demo } : null,
    ...(enrolled && { centre: { up: link.up, heartbeatAgeMs: link.heartbeatAgeMs, problem: link.problem } }),
    amplifiers: outputs
      .filter(({ kind }) => kind !== 'board')
      .map(({ id, amplifier, working }) => ({ output: id, is: working ? amplifier.is : 'failed' })),
    tone,
    screens: outputs
      .filter(({ kind }) => kind === 'board')
      .map(({ id, working }) => {
        const power = live.screens[id]?.power ?? 'none';
        return { output: id, working, power, behind: live.behind[id] !== undefined };
      }),
    place: { area: enrolled ? area : null, position, photo },
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
