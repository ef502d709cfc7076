// Positions within a session: items in a row, the whole repeated with gaps.
import { sounds } from '../../schemas/settings.ts';
import { showingsIn } from '../../schemas/showings.ts';
import type { Occurrence } from './model.ts';

type Session = Pick<Occurrence, 'items' | 'repeat' | 'lastsMs'>;
type Planned = Session & Pick<Occurrence, 'kind' | 'startMs' | 'endMs'>;

/** Length of the session with its gaps, ms. */
export function lengthMs({ items, repeat, lastsMs }: Session): number {
  if (lastsMs !== undefined) return lastsMs;
  return onceMs(items) * repeat.times + repeat.gapMs * (repeat.times - 1);
}

/** Sound in the session, without gaps, ms; of bulletins what is to be seen of them, without what is not valid then. */
export function soundMs(session: Planned): number {
  const { items, repeat, startMs, endMs } = session;
  if (!sounds(session.kind))
    return showingsIn(session, startMs, endMs).reduce((sum, one) => sum + (one.item ? one.untilMs - one.fromMs : 0), 0);
  return onceMs(items) * repeat.times;
}

/** Where a play stands that began at `offsetMs` and has been heard for `audibleMs`: gaps between are passed over. */
export function positionAfter(session: Session, offsetMs: number, audibleMs: number): number {
  if (session.lastsMs !== undefined) return Math.min(session.lastsMs, offsetMs + audibleMs);
  const once = onceMs(session.items);
  const period = once + session.repeat.gapMs;
  const heardBefore = Math.floor(offsetMs / period) * once + Math.min(offsetMs % period, once);
  const heard = heardBefore + audibleMs;
  const rounds = Math.floor(heard / once);
  return Math.min(lengthMs(session), rounds * period + (heard - rounds * once));
}

function onceMs(items: Session['items']): number {
  return items.reduce((sum, item) => sum + item.durationMs, 0);
}
