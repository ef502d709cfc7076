// What the centre says, told on as events of the document: whatever a page shows listens there.
import { pulseEvent } from '../../../schemas/events.ts';
import { SharedStream } from './shared-stream.ts';

/** Name of the document's event for a live event of the centre. */
export function eventName(name: string): string {
  return `loa-${name}`;
}

/** Open the stream, for as long as the page lives; it comes back by itself. `heard` at every word of the centre. */
export function openEvents(heard: () => void): SharedStream {
  const stream = new SharedStream(({ name, id }) => {
    heard();
    if (name !== pulseEvent) document.dispatchEvent(new CustomEvent(eventName(name), { detail: id }));
  });
  stream.start();
  return stream;
}
