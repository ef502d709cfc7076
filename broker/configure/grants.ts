// What `may()` says, as a finite list: the form in which brokers we do not run can keep it.
import type { Id } from '../../schemas/ids.ts';
import { boxDown, boxUp, groupDown, topicRoot } from '../../schemas/topics.ts';
import { upFilters } from '../access.ts';
import type { Identity } from '../identities.ts';

/** Topic filters in MQTT's own words (MQTT 3.1.1 §4.7); `+` stands for any id. */
export interface Grants {
  readonly publish: readonly string[];
  /** Topics that may be read one by one. */
  readonly read: readonly string[];
  /** Filters with wildcards that may be subscribed to as they stand: the owner's only. */
  readonly wildcards: readonly string[];
}

/** The grants of an enrolled identity at the broker of `owner`; a guest has none, for only its own centre's authority knows it. */
export function grantsOf(identity: Identity, owner: Id): Grants {
  const { kind, id } = identity;
  if (kind === 'guest') return { publish: [], read: [], wildcards: [] };
  if (kind === 'centre' && id === owner) return ownerGrants(owner);
  const branch = `${topicRoot}/${kind === 'box' ? 'd' : 'u'}/${id}`;
  return {
    publish: boxUp.map((word) => `${branch}/up/${word}`),
    read: [...boxDown.map((word) => `${branch}/dn/${word}`), ...publicFilters],
    wildcards: [],
  };
}

/** Everybody enrolled, the owner first. */
export function enrolled(registry: { readonly boxes: readonly Id[]; readonly centres: readonly Id[] }, owner: Id): Identity[] {
  const below = new Set(registry.centres);
  below.delete(owner);
  return [
    { kind: 'centre', id: owner },
    ...[...below].map((id): Identity => ({ kind: 'centre', id })),
    ...[...new Set(registry.boxes)].map((id): Identity => ({ kind: 'box', id })),
  ];
}

const groupFilters = groupDown.map((word) => `${topicRoot}/g/+/${word}`);
const publicFilters = [...groupFilters, `${topicRoot}/c/+/on`];

function ownerGrants(owner: Id): Grants {
  const both = (direction: 'up' | 'dn', words: readonly string[]) =>
    ['d', 'u'].flatMap((branch) => words.map((word) => `${topicRoot}/${branch}/+/${direction}/${word}`));
  return {
    publish: [...both('dn', boxDown), ...groupFilters, `${topicRoot}/c/${owner}/on`],
    read: [...both('up', boxUp), ...publicFilters],
    wildcards: [...upFilters],
  };
}
