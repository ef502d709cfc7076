// CAP messages for tests, made from a few words: written by the exporter, read by whoever is tested.
import type { CapAlert, CapName } from '../../controller/emergency/cap/alert.ts';
import { writeDate } from '../../controller/emergency/cap/forms.ts';
import { writeAlert } from '../../controller/emergency/cap/write.ts';

export const capSender = 'canh-bao@tinh.example';

export interface CapWish {
  readonly identifier: string;
  readonly sentMs: number;
  readonly sender?: string;
  readonly status?: CapAlert['status'];
  readonly msgType?: CapAlert['msgType'];
  readonly references?: readonly CapName[];
  readonly event?: string;
  readonly severity?: 'Extreme' | 'Severe' | 'Moderate' | 'Minor';
  readonly codes?: readonly string[];
  readonly expiresMs?: number;
  readonly description?: string;
}

export function capAlert(wish: CapWish): CapAlert {
  const { identifier, sentMs: atMs, sender = capSender, status = 'Actual', msgType = 'Alert', references = [] } = wish;
  const sentMs = Math.floor(atMs / 1000) * 1000;
  const { event = 'Lũ quét', severity = 'Extreme', codes = ['02536'], expiresMs = sentMs + 3600_000, description = '' } = wish;
  const info: CapAlert['infos'][number] = {
    language: 'vi',
    categories: ['Met'],
    event,
    responses: [],
    urgency: 'Immediate',
    severity,
    certainty: 'Observed',
    eventCodes: [],
    expiresMs,
    headline: `${event} tại xã`,
    ...(description && { description }),
    parameters: [],
    resources: [],
    areas: [{ description: 'Xã', polygons: [], circles: [], geocodes: codes.map((value) => ({ name: 'VN-xa', value })) }],
  };
  const sent = writeDate(sentMs, 7 * 60);
  const infos = msgType === 'Cancel' ? [] : [info];
  return { sender, identifier, sent, sentMs, status, msgType, scope: 'Public', codes: [], references, infos };
}

export function capBytes(wish: CapWish | CapAlert): Buffer {
  return Buffer.from(writeAlert('infos' in wish ? wish : capAlert(wish)));
}

export function nameOf({ sender, identifier, sent, sentMs }: CapAlert): CapName {
  return { sender, identifier, sent, sentMs };
}
