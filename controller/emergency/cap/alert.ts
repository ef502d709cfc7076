// A Common Alerting Protocol message (OASIS CAP 1.2) as plain data, and the verdict on it. XML ends before this page.

/** The triple that names a message for good (§3.2.1 `references`). `sent` as written, its instant beside it. */
export interface CapName {
  readonly sender: string;
  readonly identifier: string;
  readonly sent: string;
  readonly sentMs: number;
}

export const capStatuses = ['Actual', 'Exercise', 'System', 'Test', 'Draft'] as const;
export const capMessageTypes = ['Alert', 'Update', 'Cancel', 'Ack', 'Error'] as const;
export const capScopes = ['Public', 'Restricted', 'Private'] as const;
export const capCategories = [
  'Geo',
  'Met',
  'Safety',
  'Security',
  'Rescue',
  'Fire',
  'Health',
  'Env',
  'Transport',
  'Infra',
  'CBRNE',
  'Other',
] as const;
export const capResponses = ['Shelter', 'Evacuate', 'Prepare', 'Execute', 'Avoid', 'Monitor', 'Assess', 'AllClear', 'None'] as const;
export const capUrgencies = ['Immediate', 'Expected', 'Future', 'Past', 'Unknown'] as const;
export const capSeverities = ['Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown'] as const;
export const capCertainties = ['Observed', 'Likely', 'Possible', 'Unlikely', 'Unknown'] as const;

export interface CapAlert extends CapName {
  readonly status: (typeof capStatuses)[number];
  readonly msgType: (typeof capMessageTypes)[number];
  readonly scope: (typeof capScopes)[number];
  readonly source?: string;
  readonly restriction?: string;
  readonly addresses?: string;
  readonly codes: readonly string[];
  readonly note?: string;
  readonly references: readonly CapName[];
  readonly incidents?: string;
  readonly infos: readonly CapInfo[];
}

/** A pair of `valueName` and `value`. */
export interface CapPair {
  readonly name: string;
  readonly value: string;
}

export interface CapInfo {
  /** `en-US` where the message names none (§3.2.2). */
  readonly language: string;
  readonly categories: readonly (typeof capCategories)[number][];
  readonly event: string;
  readonly responses: readonly (typeof capResponses)[number][];
  readonly urgency: (typeof capUrgencies)[number];
  readonly severity: (typeof capSeverities)[number];
  readonly certainty: (typeof capCertainties)[number];
  readonly audience?: string;
  readonly eventCodes: readonly CapPair[];
  readonly effectiveMs?: number;
  readonly onsetMs?: number;
  readonly expiresMs?: number;
  readonly senderName?: string;
  readonly headline?: string;
  readonly description?: string;
  readonly instruction?: string;
  readonly web?: string;
  readonly contact?: string;
  readonly parameters: readonly CapPair[];
  readonly resources: readonly CapResource[];
  readonly areas: readonly CapArea[];
}

export interface CapResource {
  readonly description: string;
  readonly mimeType: string;
  readonly uri?: string;
  readonly sizeBytes?: number;
  /** Length and SHA-256 of `derefUri` once decoded; the bytes themselves are not kept. */
  readonly inlineBytes?: number;
  readonly inlineSha256?: string;
  /** As the message says it (SHA-1 by §3.2.3): kept, never relied on. */
  readonly digest?: string;
}

/** WGS 84 degrees. */
export type LatLon = readonly [lat: number, lon: number];

export interface CapArea {
  readonly description: string;
  readonly polygons: readonly (readonly LatLon[])[];
  readonly circles: readonly { readonly centre: LatLon; readonly radiusKm: number }[];
  readonly geocodes: readonly CapPair[];
  /** Feet above mean sea level; with `ceilingFt` the lower end of a range. */
  readonly altitudeFt?: number;
  readonly ceilingFt?: number;
}

/**
 * `accept`: may be acted on; `hold`: a person decides; `ignore`: understood, nothing to do; `reject`: not a message to be believed.
 * `code` is stable, in kebab-case and one of `verdict-codes`; `reason` is one line of English.
 */
export interface CapVerdict {
  readonly is: 'accept' | 'hold' | 'reject' | 'ignore';
  readonly code: string;
  readonly reason: string;
  /** Someone may be forging or altering messages: tell a person, whatever else happens. */
  readonly alarm?: true;
}

/** Something a person may want to know of a message that was read all the same. */
export interface CapNote {
  readonly code: string;
  readonly detail: string;
}

/** A step's outcome: its value, or the verdict that ends the way of the message. */
export type CapRead<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly verdict: CapVerdict };
