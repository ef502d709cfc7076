// The port through which people are called, and the bell every centre has: the pages of those who are signed in.
import type { BellAnswer } from '../../schemas/duty.ts';
import type { Feed } from '../feed.ts';
import type { StoredRing } from '../store/duty-store.ts';

export interface Bell {
  /** How this bell stands, as a named state. */
  state(): BellAnswer;
  /** Call a person. Returns at once; what fails is told by `state` and in the audit. */
  ring(ring: StoredRing): void;
  /** Nobody needs to come for this any more. */
  quiet(about: string): void;
  stop(): Promise<void>;
}

/** Pages hear that something rings and ask for what is theirs; the siren itself is in the page. */
export function pageBell(feed: Feed): Bell {
  return {
    state: () => ({ name: 'page', state: 'ready', detail: 'pages of people who are signed in' }),
    ring: ({ id }) => feed.tell('duty', id),
    quiet: (about) => feed.tell('duty', about),
    stop: async () => undefined,
  };
}
