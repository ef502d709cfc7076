// The centre's word that something changed, while the app is open and seen. Without the stream pages ask by themselves, more seldom.
import type { PublicEvent } from '../../../schemas/citizen-api.ts';

const names: readonly PublicEvent[] = ['alert', 'day', 'items', 'answers', 'polls'];

/** The event of the document that tells of a change of this kind. */
export function changeOf(name: PublicEvent): string {
  return `loa-dan-${name}`;
}

const againMs = 10_000;

/** Whatever is shown is asked for again. */
export function tellAll(): void {
  for (const name of names) document.dispatchEvent(new Event(changeOf(name)));
}

/** Listen while the page is seen: a phone in a pocket holds no line. */
export function followCentre(): void {
  const held: { stream?: EventSource } = {};
  const look = () => {
    if (document.visibilityState !== 'visible') {
      held.stream?.close();
      delete held.stream;
      return;
    }
    if (held.stream && held.stream.readyState !== EventSource.CLOSED) return;
    const stream = new EventSource('/api/public/events');
    held.stream = stream;
    // While there was no line anything may have changed.
    stream.addEventListener('open', tellAll);
    for (const name of names) stream.addEventListener(name, () => document.dispatchEvent(new Event(changeOf(name))));
  };
  // A message came by the browser's push service: what is shown may be older.
  navigator.serviceWorker?.addEventListener('message', tellAll);
  document.addEventListener('visibilitychange', look);
  addEventListener('online', look);
  // A browser gives a stream up that was refused.
  setInterval(look, againMs);
  look();
}
