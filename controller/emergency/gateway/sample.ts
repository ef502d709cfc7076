// A message nobody sent, for a process that warms up on it: all kinds of values, and a border of some length.
import type { AlertSource } from '../../../schemas/alerts.ts';
import type { CapAlert, LatLon } from '../cap/alert.ts';
import { writeAlert } from '../cap/write.ts';
import type { CheckAsk } from './check.ts';

const corners = 64;
const atMs = 1_795_000_000_000;

const source: AlertSource = {
  id: 'warm-up',
  title: 'warm-up',
  kind: 'folder',
  trust: 'manual',
  events: [],
  places: [
    { area: '08/1', groups: ['a'], codes: ['A=1'], outline: square(21, 105) },
    { area: '08/2', groups: ['b'], codes: ['A=2'], centre: [21, 105] },
  ],
  unknownPlaces: 'hold',
  perMinute: 1,
  senders: ['warm-up'],
  superiorTo: [],
  exercises: false,
  signature: 'optional',
  signers: [],
  otherSystems: [],
  elsewhere: [],
};

export function sampleAsk(number: number): CheckAsk {
  const bytes = Buffer.from(writeAlert(sample(number))).toString('base64');
  return { do: 'check', form: 'cap', bytes, source, nowMs: atMs + 1_000, canVerify: false };
}

function sample(number: number): CapAlert {
  const border = Array.from({ length: corners }, (_, i): LatLon => {
    const turn = (2 * Math.PI * i) / corners;
    return [21 + Math.sin(turn) / 10, 105 + Math.cos(turn) / 10];
  });
  const info: CapAlert['infos'][number] = {
    language: 'vi',
    categories: ['Met'],
    event: 'Lũ quét',
    responses: ['Evacuate'],
    urgency: 'Immediate',
    severity: 'Extreme',
    certainty: 'Likely',
    eventCodes: [{ name: 'A', value: '1' }],
    effectiveMs: atMs,
    expiresMs: atMs + 3600_000,
    headline: 'Lũ quét',
    description: 'Nước lên nhanh. '.repeat(40),
    parameters: [{ name: 'A', value: '1' }],
    resources: [],
    areas: [
      {
        description: 'Xã',
        polygons: [[...border, border[0] ?? [21, 105]]],
        circles: [{ centre: [21, 105], radiusKm: 5 }],
        geocodes: [{ name: 'A', value: '1' }],
      },
    ],
  };
  const name = { sender: 'warm-up', identifier: `w-${number}`, sent: '2026-11-18T18:06:40+07:00', sentMs: atMs };
  const infos = [info, { ...info, language: 'en' }];
  return { ...name, status: 'Actual', msgType: 'Alert', scope: 'Public', codes: [], references: [], infos };
}

function square(lat: number, lon: number): [number, number][] {
  return [
    [lat, lon],
    [lat, lon + 0.1],
    [lat + 0.1, lon + 0.1],
    [lat + 0.1, lon],
    [lat, lon],
  ];
}
