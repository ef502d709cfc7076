// CAP 1.2 out: an order or a clear as an alert that our own gate and parser read back to the letter.
import type { Order } from '../../../schemas/order.ts';
import type { CapAlert, CapInfo, CapPair } from './alert.ts';
import { field } from './field.ts';
import { writeDate } from './forms.ts';
import { plainText } from './texts.ts';

/** Vietnam's, all year. */
export const vietnamOffsetMinutes = 7 * 60;

interface Speaker {
  /** This message's own identifier, unique for the sender. */
  readonly id: string;
  readonly sender: string;
  readonly sentMs: number;
}

/** A message of ours that was exported before. */
export interface ExportedName {
  readonly id: string;
  readonly sentMs: number;
}

export interface OrderExport extends Speaker {
  readonly order: Order;
  readonly expiresMs: number;
  /** The place in words, e.g. Xã Sơn Dương, tỉnh Tuyên Quang. */
  readonly place: string;
  /** Official codes of the place, beside Loa's own path. */
  readonly geocodes?: readonly CapPair[];
  /** Orders whose place this one takes. */
  readonly updates?: readonly ExportedName[];
}

export interface ClearExport extends Speaker {
  readonly class: Order['class'];
  readonly clears: readonly ExportedName[];
  readonly reason: string;
}

const statuses = { actual: 'Actual', exercise: 'Exercise', test: 'Test' } as const satisfies Record<Order['class'], CapAlert['status']>;

type Category = CapInfo['categories'][number];
const hazards: Readonly<Record<Order['hazard'], readonly [category: Category, vi: string, en: string]>> = {
  'flash-flood': ['Met', 'Lũ quét', 'Flash flood'],
  landslide: ['Geo', 'Sạt lở đất', 'Landslide'],
  'river-flood': ['Met', 'Lũ sông', 'River flood'],
  'reservoir-release': ['Infra', 'Xả lũ hồ chứa', 'Reservoir release'],
  storm: ['Met', 'Bão', 'Storm'],
  thunderstorm: ['Met', 'Dông, lốc, mưa đá', 'Thunderstorm'],
  cold: ['Met', 'Rét hại', 'Severe cold'],
  'forest-fire': ['Fire', 'Cháy rừng', 'Forest fire'],
  'house-fire': ['Fire', 'Cháy khu dân cư', 'Fire in a residential area'],
  epidemic: ['Health', 'Dịch bệnh', 'Epidemic'],
  tsunami: ['Geo', 'Sóng thần', 'Tsunami'],
  earthquake: ['Geo', 'Động đất', 'Earthquake'],
  other: ['Other', 'Tình huống khẩn cấp', 'Emergency'],
  correction: ['Safety', 'Đính chính', 'Correction'],
  'all-clear': ['Safety', 'Báo yên', 'All clear'],
};

/** An order as an Alert, or an Update where it takes the place of others: one info block a language. */
export function alertOfOrder(wish: OrderExport): CapAlert {
  const { order, updates = [] } = wish;
  return {
    ...named(wish),
    status: statuses[order.class],
    msgType: updates.length > 0 ? 'Update' : 'Alert',
    scope: 'Public',
    codes: [],
    ...(order.class === 'exercise' && { note: `Diễn tập / exercise: ${plain(wish.place) ?? order.area}` }),
    references: updates.map((name) => referenceOf(wish.sender, name)),
    infos: order.speech.map((speech, i) => infoOf(wish, speech, i === 0)),
  };
}

/** The end of orders as a Cancel. */
export function alertOfClear(wish: ClearExport): CapAlert {
  return {
    ...named(wish),
    status: statuses[wish.class],
    msgType: 'Cancel',
    scope: 'Public',
    codes: [],
    ...field('note', plain(wish.reason)),
    references: wish.clears.map((name) => referenceOf(wish.sender, name)),
    infos: [],
  };
}

/** CAP knows whole seconds. */
function seconds(atMs: number): number {
  return Math.floor(atMs / 1000) * 1000;
}

function named({ id, sender, sentMs }: Speaker): Pick<CapAlert, 'identifier' | 'sender' | 'sent' | 'sentMs'> {
  const at = seconds(sentMs);
  return { identifier: id, sender, sent: writeDate(at, vietnamOffsetMinutes), sentMs: at };
}

function referenceOf(sender: string, { id, sentMs }: ExportedName): CapAlert['references'][number] {
  return named({ id, sender, sentMs });
}

/** Absent where nothing is left to read. */
function plain(text: string): string | undefined {
  const { text: left } = plainText(text);
  return left === '' ? undefined : left;
}

function infoOf(
  { order, expiresMs, sentMs, place, geocodes = [] }: OrderExport,
  speech: Order['speech'][number],
  isFirst: boolean,
): CapInfo {
  const [category, vi, en] = hazards[order.hazard];
  const parameter = (name: string, value: string | number | undefined): CapPair[] =>
    value === undefined ? [] : [{ name: `Loa:${name}`, value: String(value) }];
  return {
    language: speech.language,
    categories: [category],
    event: /^en(-|$)/i.test(speech.language) ? en : vi,
    responses: order.hazard === 'all-clear' ? ['AllClear'] : [],
    urgency: order.urgency,
    severity: order.severity,
    certainty: order.certainty,
    eventCodes: [{ name: 'Loa:hazard', value: order.hazard }],
    effectiveMs: seconds(sentMs),
    expiresMs: seconds(expiresMs),
    ...field('senderName', order.issuer === undefined ? undefined : plain(order.issuer)),
    // The screen speaks the first language.
    ...field('headline', isFirst ? plain(order.screen.title) : undefined),
    ...field('description', plain(speech.speak)),
    ...field('instruction', isFirst ? plain(order.screen.text) : undefined),
    parameters: [
      ...parameter('level', order.level),
      ...parameter('riskLevel', order.riskLevel),
      ...parameter('floodAlarm', order.floodAlarm),
    ],
    resources: [],
    areas: [
      {
        description: plain(place) ?? order.area,
        polygons: [],
        circles: [],
        geocodes: [{ name: 'Loa:area', value: order.area }, ...geocodes],
      },
    ],
  };
}
