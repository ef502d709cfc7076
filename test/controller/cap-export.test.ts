// CAP out: what we write, our own gate and parser read back to the letter.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  type CapAlert,
  type CapInfo,
  capCategories,
  capCertainties,
  capMessageTypes,
  capResponses,
  capSeverities,
  capStatuses,
  capUrgencies,
  type LatLon,
} from '../../controller/emergency/cap/alert.ts';
import { alertOfClear, alertOfOrder, type OrderExport } from '../../controller/emergency/cap/export.ts';
import { writeDate } from '../../controller/emergency/cap/forms.ts';
import { gate } from '../../controller/emergency/cap/gate.ts';
import { parse } from '../../controller/emergency/cap/parse.ts';
import { plainText } from '../../controller/emergency/cap/texts.ts';
import { writeAlert } from '../../controller/emergency/cap/write.ts';
import { Hazard, type Order } from '../../schemas/order.ts';
import { inTurn, nowMs } from './cap-messages.ts';

vi.setConfig({ testTimeout: 60_000 });

const order: Order = {
  class: 'actual',
  level: 'commune',
  area: '08/02536',
  hazard: 'flash-flood',
  severity: 'Extreme',
  urgency: 'Immediate',
  certainty: 'Observed',
  riskLevel: 3,
  issuer: 'Ban Chỉ huy Phòng thủ dân sự xã Sơn Dương',
  sirenMs: 12_000,
  times: 3,
  pauseMs: 4_000,
  speech: [
    { language: 'vi', speak: 'Lũ quét trên suối Trong. Rời khỏi ven suối ngay.' },
    { language: 'en', speak: 'Flash flood. Leave the banks <now> & go up.' },
  ],
  screen: { title: 'LŨ QUÉT – RỜI KHỎI VEN SUỐI NGAY', text: '→ NHÀ VĂN HÓA THÔN · 112' },
};
const wish: OrderExport = {
  id: 'order-0a1b2c3d4e5f6071',
  sender: 'loa@xa-02536.example',
  sentMs: nowMs - 123,
  expiresMs: nowMs + 3_600_000,
  place: 'Xã Sơn Dương, tỉnh Tuyên Quang',
  order,
};

function readBack(xml: string): CapAlert {
  const text = gate(Buffer.from(xml));
  if (!text.ok) throw new Error(text.verdict.reason);
  const message = parse(text.value);
  if (!message.ok) throw new Error(`${message.verdict.code}: ${message.verdict.reason}\n${xml}`);
  return message.value.alert;
}

/** What is read where something was left out is left out. */
function whole<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

describe('an order', () => {
  test('is an alert with a block for each language', () => {
    const alert = alertOfOrder(wish);
    expect(readBack(writeAlert(alert))).toEqual(alert);
    expect(alert).toMatchObject({ identifier: wish.id, status: 'Actual', msgType: 'Alert', scope: 'Public' });
    expect(alert.infos.map(({ language, event }) => [language, event])).toEqual([
      ['vi', 'Lũ quét'],
      ['en', 'Flash flood'],
    ]);
  });

  test('that is an exercise or a test says so', () => {
    expect(alertOfOrder({ ...wish, order: { ...order, class: 'exercise' } })).toMatchObject({
      status: 'Exercise',
      note: expect.stringContaining('Diễn tập'),
    });
    expect(alertOfOrder({ ...wish, order: { ...order, class: 'test' } }).status).toBe('Test');
  });

  test('is ended by its clear and replaced by what updates it, as our own gateway understands it', async () => {
    const update = { ...wish, id: 'order-2', sentMs: nowMs, updates: [{ id: wish.id, sentMs: wish.sentMs }] };
    const clear = {
      id: 'clear-1',
      sender: wish.sender,
      sentMs: nowMs + 1_000,
      class: 'actual',
      clears: [{ id: 'order-2', sentMs: nowMs }],
      reason: 'Nước đã rút',
    } as const;
    const messages = [alertOfOrder(wish), alertOfOrder(update), alertOfClear(clear)].map(writeAlert);
    expect(await inTurn(messages)).toEqual(['accept alert', 'accept update', 'accept cancel']);
    expect(readBack(messages[2] as string)).toEqual(alertOfClear(clear));
  });

  test('of any hazard, class, language and text is read back to the letter', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    const speech = fc.record({ language: fc.constantFrom('vi', 'en', 'tyz', 'hmn', 'zh-Hant'), speak: text.filter((one) => one !== '') });
    const orders = fc.record({
      hazard: fc.constantFrom(...Hazard.options),
      class: fc.constantFrom('actual' as const, 'exercise' as const, 'test' as const),
      urgency: fc.constantFrom(...capUrgencies),
      severity: fc.constantFrom(...capSeverities),
      certainty: fc.constantFrom(...capCertainties),
      issuer: text,
      speech: fc.array(speech, { minLength: 1, maxLength: 8 }),
      screen: fc.record({ title: text, text: fc.string({ unit: 'binary', maxLength: 60 }) }),
    });
    fc.assert(
      fc.property(orders, fc.integer({ min: 0, max: 4e12 }), text, (parts, sentMs, place) => {
        const alert = alertOfOrder({ ...wish, order: { ...order, ...parts }, sentMs, expiresMs: sentMs + 3_600_000, place });
        expect(readBack(writeAlert(alert))).toEqual(whole(alert));
      }),
      { numRuns: 100 },
    );
  });
});

/** Any alert whose texts are plain already. */
function alerts(): fc.Arbitrary<CapAlert> {
  const text = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 40 })
    .map((raw) => plainText(raw).text)
    .filter((one) => one !== '');
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .map((raw) => `n${raw.replace(/[\s,<&\p{Cc}\p{Cf}\p{Cs}]/gu, '')}`);
  const instant = fc.integer({ min: 0, max: 4e9 }).map((seconds) => seconds * 1_000);
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
  const pair = fc.record({ name: text, value: fc.oneof(text, fc.constant('')) });
  const degrees = (most: number) => fc.integer({ min: -most * 10_000, max: most * 10_000 }).map((whole) => whole / 10_000 + 0);
  const point: fc.Arbitrary<LatLon> = fc.tuple(degrees(90), degrees(180));
  const polygon = fc.array(point, { minLength: 3, maxLength: 8 }).map((points) => [...points, points[0] as LatLon]);
  const circle = fc.record({ centre: point, radiusKm: fc.integer({ min: 0, max: 20_000_000 }).map((metres) => metres / 1_000) });
  const area = fc.record({
    description: text,
    polygons: fc.array(polygon, { maxLength: 2 }),
    circles: fc.array(circle, { maxLength: 2 }),
    geocodes: fc.array(pair, { maxLength: 2 }),
    altitudeFt: maybe(fc.integer({ min: 0, max: 10_000 })),
  });
  const resource = fc.record({
    description: text,
    mimeType: fc.constantFrom('image/png', 'audio/mpeg'),
    uri: maybe(fc.constant('https://a.example/b?c=1&d=2')),
    sizeBytes: maybe(fc.nat()),
    digest: maybe(text),
  });
  const info: fc.Arbitrary<CapInfo> = fc.record({
    language: fc.constantFrom('vi', 'en-US', 'tyz'),
    categories: fc.array(fc.constantFrom(...capCategories), { minLength: 1, maxLength: 3 }),
    event: text,
    responses: fc.array(fc.constantFrom(...capResponses), { maxLength: 3 }),
    urgency: fc.constantFrom(...capUrgencies),
    severity: fc.constantFrom(...capSeverities),
    certainty: fc.constantFrom(...capCertainties),
    audience: maybe(text),
    eventCodes: fc.array(pair, { maxLength: 2 }),
    effectiveMs: maybe(instant),
    onsetMs: maybe(instant),
    expiresMs: maybe(instant),
    senderName: maybe(text),
    headline: maybe(text),
    description: maybe(text),
    instruction: maybe(text),
    web: maybe(text),
    contact: maybe(text),
    parameters: fc.array(pair, { maxLength: 2 }),
    resources: fc.array(resource, { maxLength: 2 }),
    areas: fc.array(area, { maxLength: 2 }),
  }) as fc.Arbitrary<CapInfo>;
  const named = fc.record({ sender: name, identifier: name, sentMs: instant }).map((one) => ({ ...one, sent: writeDate(one.sentMs, 420) }));
  const rest = fc.record({
    status: fc.constantFrom(...capStatuses),
    msgType: fc.constantFrom(...capMessageTypes),
    scope: fc.constant('Public' as const),
    source: maybe(text),
    restriction: maybe(text),
    addresses: maybe(text),
    codes: fc.array(text, { maxLength: 3 }),
    note: maybe(text),
    references: fc.array(named, { maxLength: 3 }),
    incidents: maybe(text),
    infos: fc.array(info, { maxLength: 3 }),
  });
  return fc.tuple(named, rest).map(([one, other]) => ({ ...one, ...other }) as CapAlert);
}

test('any alert is read back to the letter', () => {
  fc.assert(
    fc.property(alerts(), (alert) => {
      expect(readBack(writeAlert(alert))).toEqual(whole(alert));
    }),
    { numRuns: 200 },
  );
});
