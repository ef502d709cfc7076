// What a page that watches is told: server-sent events on `/api/events`, by name. Pages then ask for what they show.

/** Each carries the id of what changed. */
export type LiveEvent =
  | 'box'
  | 'directive'
  | 'ticket'
  | 'receipt'
  | 'order'
  | 'log'
  | 'programme'
  | 'schedule'
  | 'live'
  | 'work'
  | 'duty'
  | 'alert'
  | 'fault'
  | 'unit'
  | 'source'
  | 'notice'
  | 'feedback'
  | 'poll'
  | 'release';

/** Told while nothing changes as well, with `{}`: a page that hears none of them watches a line that is dead. */
export const pulseEvent = 'pulse';
export const pulseEveryMs = 20_000;
