// Who may publish and read what: one pure function, the same rules for brokers we do not run.
import type { Id } from '../schemas/ids.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import { boxUp, parseTopic, type Topic, topicRoot } from '../schemas/topics.ts';
import type { Identity } from './identities.ts';

export type Verb = 'publish' | 'subscribe';

/**
 * May this identity do that? Deny by default. `owner` is the centre the broker belongs to: it alone speaks to boxes;
 * any other centre is a centre below and has only its own `u/{centre}` branch.
 * Problem: not-allowed.
 */
export function may(identity: Identity, verb: Verb, topic: string, owner?: Id): Result<void> {
  const parsed = parseTopic(topic);
  const allowed =
    identity.kind === 'guest'
      ? parsed !== undefined && guestMay(verb, parsed)
      : identity.kind === 'box'
        ? parsed !== undefined && boxMay(identity.id, verb, parsed)
        : identity.id === owner
          ? ownerMay(identity.id, verb, topic, parsed)
          : parsed !== undefined && centreBelowMay(identity.id, verb, parsed);
  return allowed ? ok(undefined) : bad('not-allowed', `${identity.kind} ${identity.id} may not ${verb} ${topic.slice(0, 120)}`);
}

/** Topics whose last message the broker keeps (DESIGN §4); on any other the retain flag is dropped. */
export function mayRetain(topic: Topic): boolean {
  switch (topic.word) {
    case 'on':
    case 'report':
    case 'want':
    case 'keys':
    case 'order':
    case 'drill':
      return true;
    default:
      return false;
  }
}

function boxMay(id: Id, verb: Verb, topic: Topic): boolean {
  if (topic.of === 'box') return topic.id === id && topic.direction === (verb === 'publish' ? 'up' : 'dn');
  return verb === 'subscribe' && isPublic(topic);
}

/** A box of a centre below reads orders, exercises and heartbeats, and says nothing. */
function guestMay(verb: Verb, topic: Topic): boolean {
  return verb === 'subscribe' && (topic.of === 'centre' || (topic.of === 'group' && topic.word !== 'cmd'));
}

/** To its parent a centre is what a box is, one letter apart. */
function centreBelowMay(id: Id, verb: Verb, topic: Topic): boolean {
  if (topic.of === 'centre-below') return topic.id === id && topic.direction === (verb === 'publish' ? 'up' : 'dn');
  return verb === 'subscribe' && isPublic(topic);
}

function ownerMay(id: Id, verb: Verb, text: string, topic: Topic | undefined): boolean {
  if (verb === 'subscribe' && upFilters.has(text)) return true;
  if (topic === undefined) return false;
  switch (topic.of) {
    case 'box':
    case 'centre-below':
      return topic.direction === (verb === 'publish' ? 'dn' : 'up');
    case 'group':
      return true;
    case 'centre':
      return verb === 'subscribe' || topic.id === id;
    default:
      return topic satisfies never;
  }
}

/** Orders, group commands and heartbeats are signed and hold no secret: any enrolled box of any group may read them. */
function isPublic(topic: Topic): boolean {
  return topic.of === 'group' || topic.of === 'centre';
}

/** The only wildcards: what all boxes and all centres below say, for the owner. */
export const upFilters: ReadonlySet<string> = new Set(
  ['d', 'u'].flatMap((branch) => ['+', ...boxUp].map((word) => `${topicRoot}/${branch}/+/up/${word}`)),
);
