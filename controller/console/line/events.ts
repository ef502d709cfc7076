// One event stream for the whole page, told on as events of the document: a browser has six lines to a centre, not one per card.
import { type LiveEvent, pulseEvent } from '../../../schemas/events.ts';

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

/** Open the stream, for as long as the page lives; it comes back by itself when the line is cut. `heard` at every word of the centre. */
export function openEvents(heard: () => void): EventSource {
  const source = new EventSource('/api/events');
  source.addEventListener('open', heard);
  source.addEventListener(pulseEvent, heard);
  for (const name of Object.keys(names))
    source.addEventListener(name, ({ data }: MessageEvent<string>) => {
      heard();
      document.dispatchEvent(new CustomEvent(eventName(name), { detail: idOf(data) }));
    });
  return source;
}

function idOf(text: string): string {
  const { id } = JSON.parse(text) as { readonly id?: unknown };
  return typeof id === 'string' ? id : '';
}
