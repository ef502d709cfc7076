// How an order stands on a box, as the centre knows it, and the totals of all boxes. Types only: boxes' own words are in `outbox`.

/** No word yet: sent while connected, away, or sent again in vain. Then what the box told, furthest last. */
export type BoxState =
  | 'sent'
  | 'offline'
  | 'unanswered'
  | 'refused'
  | 'accepted'
  | 'held'
  | 'sounding'
  | 'failed'
  | 'expired'
  | 'ended'
  | 'cleared'
  | 'heard';

/** Each box in exactly one: `received` holds those held back too, `ended` those cleared or run out. */
export type OrderCounts = Readonly<
  Record<'sent' | 'received' | 'refused' | 'sounding' | 'ended' | 'heard' | 'failed' | 'offline' | 'unanswered', number>
>;
