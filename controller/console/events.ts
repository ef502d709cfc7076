// One event stream for the whole page, told on as events of the document: a browser has six lines to a centre, not one per card.
import type { LiveEvent } from '../../schemas/api.ts';

/** All of them, so that a new one is not forgotten here. */
const names: Readonly<Record<LiveEvent, true>> = {
  box: true,
  directive: true,
  ticket: true,
  receipt: true,
  order: true,
  log: true,
  programme: true,
  schedule: true,
  live: true,
  work: true,
  duty: true,
  alert: true,
  fault: true,
  unit: true,
  source: true,
  notice: true,
};

/** Name of the document's event for a live event of the centre. */
export function eventName(name: string): string {
  return `loa-${name}`;
}

/** Open the stream, for as long as the page lives; it comes back by itself when the line is cut. */
export function openEvents(): void {
  const source = new EventSource('/api/events');
  for (const name of Object.keys(names))
    source.addEventListener(name, () => {
      document.dispatchEvent(new Event(eventName(name)));
    });
}
