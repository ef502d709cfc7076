// The lines of the source form and the source they mean; what the form does not show stays as it was.
import type { AlertSourceAnswer } from '../../../../schemas/alerts.ts';

export interface SourceLines {
  readonly id: string;
  readonly title: string;
  readonly kind: AlertSourceAnswer['kind'];
  readonly trust: AlertSourceAnswer['trust'];
  readonly senders: string;
  readonly url: string;
  readonly secret: string;
  readonly fingerprints: string;
  /** `Lũ quét = lu-quet`, one a line. */
  readonly events: string;
  /** `08/02536 = xa-son-duong ; VN-xa=02536`, one a line. */
  readonly places: string;
}

const empty: SourceLines = {
  ...{ id: '', title: '', kind: 'folder', trust: 'manual', senders: '', url: '', secret: '', fingerprints: '', events: '', places: '' },
};

export function linesOf(source: AlertSourceAnswer | undefined): SourceLines {
  if (!source) return empty;
  const { id, title, kind, trust } = source;
  return {
    ...empty,
    ...{ id, title, kind, trust },
    ...(kind !== 'webhook' && { senders: source.senders.join('\n') }),
    ...(kind === 'feed' && { url: source.url }),
    ...(kind === 'post' && { fingerprints: source.fingerprints.join('\n') }),
    events: source.events.flatMap(({ event, template }) => (event === undefined ? [] : [`${event} = ${template}`])).join('\n'),
    places: source.places
      .map(({ area, groups, codes }) => `${area} = ${groups.join(', ')}${codes.length > 0 ? ` ; ${codes.join(', ')}` : ''}`)
      .join('\n'),
  };
}

/** What is sent; the centre checks it. */
export function sourceOf(lines: SourceLines, before: AlertSourceAnswer | undefined): Record<string, unknown> {
  const { secretSet: _, ...kept } = before ?? { secretSet: false };
  const { id, title, kind, trust } = lines;
  const own =
    kind === 'webhook'
      ? { ...(lines.secret !== '' && { secret: lines.secret }) }
      : {
          senders: rows(lines.senders),
          ...(kind === 'feed' && { url: lines.url.trim() }),
          ...(kind === 'post' && { fingerprints: rows(lines.fingerprints).map((one) => one.replaceAll(':', '').toLowerCase()) }),
        };
  return { ...kept, ...{ id, title, kind, trust }, ...own, events: eventsOf(lines.events, before), places: placesOf(lines.places, before) };
}

/** Rules that a line cannot say (a code, a least severity) stay, before the others, as they were. */
function eventsOf(text: string, before: AlertSourceAnswer | undefined): object[] {
  const known = before?.events ?? [];
  const written = rows(text).map((row) => {
    const at = row.lastIndexOf('=');
    const [event, template] = [row.slice(0, at).trim(), row.slice(at + 1).trim()];
    return { ...known.find((one) => one.event === event), event, template };
  });
  return [...known.filter(({ event }) => event === undefined), ...written];
}

function placesOf(text: string, before: AlertSourceAnswer | undefined): object[] {
  return rows(text).map((row) => {
    const [place = '', codes = ''] = row.split(';');
    const [area = '', groups = ''] = place.split('=').map((part) => part.trim());
    return { ...before?.places.find((one) => one.area === area), area, groups: parts(groups), codes: parts(codes) };
  });
}

const rows = (text: string) =>
  text
    .split('\n')
    .map((row) => row.trim())
    .filter((row) => row !== '');
const parts = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
