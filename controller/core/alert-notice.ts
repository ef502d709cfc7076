// A webhook's few words as the CAP message it stands for, so that one set of rules judges all alerts.
import type { AlertNotice } from '../../schemas/alerts.ts';
import type { CapAlert } from '../emergency/cap/alert.ts';

const system = 'loa:area';

/** How a notice names a place: by its area path, to the letter. */
export function noticeCode(area: string): string {
  return `${system}=${area}`;
}

/** Measured and happening now; how grave it is follows from the declared risk level. */
export function capOfNotice(notice: AlertNotice, from: { readonly source: string; readonly holdsMs: number }, nowMs: number): CapAlert {
  const { id, hazard, area, riskLevel = 0, text } = notice;
  return {
    sender: from.source,
    identifier: id,
    sent: String(nowMs),
    sentMs: nowMs,
    status: 'Actual',
    msgType: 'Alert',
    scope: 'Public',
    codes: [],
    references: [],
    infos: [
      {
        language: 'vi',
        categories: ['Safety'],
        event: hazard,
        responses: [],
        urgency: 'Immediate',
        severity: riskLevel >= 4 ? 'Extreme' : 'Severe',
        certainty: 'Observed',
        eventCodes: [],
        expiresMs: nowMs + from.holdsMs,
        description: text,
        parameters: riskLevel > 0 ? [{ name: 'riskLevel', value: String(riskLevel) }] : [],
        resources: [],
        areas: [{ description: area, polygons: [], circles: [], geocodes: [{ name: system, value: area }] }],
      },
    ],
  };
}
