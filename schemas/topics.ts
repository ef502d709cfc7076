// MQTT topics: the one place where they are built and parsed, both ways (DESIGN §4).
import type { Id } from './ids.ts';

export const topicRoot = 'loa/1';

export const boxUp = ['on', 'report', 'log', 'tm', 'ask'] as const;
export const boxDown = ['want', 'keys', 'cmd', 'ack', 'answer'] as const;
export const groupDown = ['order', 'drill', 'cmd'] as const;

/** A parsed topic. `u` is a centre seen by its parent, with the box's own up/dn words. */
export type Topic =
  | { readonly of: 'box' | 'centre-below'; readonly id: Id; readonly direction: 'up'; readonly word: (typeof boxUp)[number] }
  | { readonly of: 'box' | 'centre-below'; readonly id: Id; readonly direction: 'dn'; readonly word: (typeof boxDown)[number] }
  | { readonly of: 'group'; readonly id: Id; readonly word: (typeof groupDown)[number] }
  | { readonly of: 'centre'; readonly id: Id; readonly word: 'on' };

const idPattern = /^[a-z0-9-]{1,32}$/;

export function buildTopic(topic: Topic): string {
  switch (topic.of) {
    case 'box':
      return `${topicRoot}/d/${topic.id}/${topic.direction}/${topic.word}`;
    case 'centre-below':
      return `${topicRoot}/u/${topic.id}/${topic.direction}/${topic.word}`;
    case 'group':
      return `${topicRoot}/g/${topic.id}/${topic.word}`;
    case 'centre':
      return `${topicRoot}/c/${topic.id}/${topic.word}`;
    default:
      return topic satisfies never;
  }
}

/** The topic's meaning, or undefined for any string that `buildTopic` cannot make. */
export function parseTopic(text: string): Topic | undefined {
  const [loa, version, kind, id, ...rest] = text.split('/');
  if (`${loa}/${version}` !== topicRoot || id === undefined || !idPattern.test(id)) return undefined;
  if (kind === 'g' && rest.length === 1) {
    const word = groupDown.find((known) => known === rest[0]);
    return word && { of: 'group', id, word };
  }
  if (kind === 'c' && rest.length === 1) return rest[0] === 'on' ? { of: 'centre', id, word: 'on' } : undefined;
  if ((kind !== 'd' && kind !== 'u') || rest.length !== 2) return undefined;
  const of = kind === 'd' ? 'box' : 'centre-below';
  if (rest[0] === 'up') {
    const word = boxUp.find((known) => known === rest[1]);
    return word && { of, id, direction: 'up', word };
  }
  if (rest[0] === 'dn') {
    const word = boxDown.find((known) => known === rest[1]);
    return word && { of, id, direction: 'dn', word };
  }
  return undefined;
}

/** The exact filters a box subscribes to; no wildcard, so any broker can serve it. */
export function boxFilters(dev: Id, groups: readonly Id[], centre: Id): string[] {
  return [
    ...boxDown.map((word) => buildTopic({ of: 'box', id: dev, direction: 'dn', word })),
    ...groups.flatMap((id) => groupDown.map((word) => buildTopic({ of: 'group', id, word }))),
    buildTopic({ of: 'centre', id: centre, word: 'on' }),
  ];
}
