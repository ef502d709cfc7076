// The static lists of brokers we do not run say what `may()` says: each list is read back by its own broker's rules.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { may, upFilters, type Verb } from '../../broker/access.ts';
import { emqxAcl } from '../../broker/configure/emqx.ts';
import { mosquittoAcl } from '../../broker/configure/mosquitto.ts';
import { natsUsers } from '../../broker/configure/nats.ts';
import { rabbitmqDefinitions } from '../../broker/configure/rabbitmq.ts';
import { clientIdOf, type Identity } from '../../broker/identities.ts';
import { boxDown, boxUp, groupDown, parseTopic } from '../../schemas/topics.ts';

const owner = 'xa-1';
const registry = { boxes: ['b1', 'b2', 'up', 'd'], centres: ['xa-1', 'thon-9', 'b1'], owner };
const enrolled: Identity[] = [
  ...registry.boxes.map((id): Identity => ({ kind: 'box', id })),
  ...registry.centres.map((id): Identity => ({ kind: 'centre', id })),
];
const strangers: Identity[] = [
  { kind: 'box', id: 'b3' },
  { kind: 'centre', id: 'xa-2' },
];

/** Does the broker, by this list, let that client publish to the topic, or subscribe to the filter? */
type Reader = (identity: Identity, verb: Verb, topic: string) => boolean;

/** MQTT 3.1.1 §4.7: does the filter cover this topic, or every topic of this narrower filter? */
function covers(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && !filter.startsWith('$')) return false;
  const [wide, narrow] = [filter.split('/'), topic.split('/')];
  for (const [i, level] of wide.entries()) {
    if (level === '#') return true;
    if (narrow[i] === undefined || narrow[i] === '#' || (level !== '+' && level !== narrow[i])) return false;
  }
  return wide.length === narrow.length;
}

/** mosquitto.conf(5), acl_file: blocks by user; deny by default. A subscription is judged by what it could be given. */
function readMosquitto(text: string): Reader {
  const lists = new Map<string, { access: string; filter: string }[]>();
  let list: { access: string; filter: string }[] = [];
  for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    const [word, first = '', second = ''] = line.split(' ');
    if (word === 'user') {
      list = [];
      lists.set(first, list);
    } else if (word === 'topic') list.push({ access: first, filter: second });
    else throw new Error(`unknown line: ${line}`);
  }
  return (identity, verb, topic) =>
    (lists.get(clientIdOf(identity)) ?? []).some(
      ({ access, filter }) => (access === 'readwrite' || access === (verb === 'publish' ? 'write' : 'read')) && covers(filter, topic),
    );
}

/** Topic permissions of RabbitMQ: a regular expression over the routing key. */
function readRabbitmq(text: string): Reader {
  const { topic_permissions } = JSON.parse(text) as { topic_permissions: { user: string; write: string; read: string }[] };
  return (identity, verb, topic) => {
    const mine = topic_permissions.find(({ user }) => user === clientIdOf(identity));
    const key = topic.replaceAll('/', '.').replaceAll('+', '*');
    return mine !== undefined && new RegExp(verb === 'publish' ? mine.write : mine.read).test(key);
  };
}

/** NATS: subjects with `*` and `>`; a subscription is allowed when an allowed subject covers it. */
function readNats(text: string): Reader {
  const users = new Map<string, { publish: string[]; subscribe: string[] }>();
  const user = /\{ user: "CN=([^"]+)".*?publish: \{ allow: (\[.*?\]) \}\s+subscribe: \{ allow: (\[.*?\]) \}/gs;
  for (const [, name = '', publish = '', subscribe = ''] of text.matchAll(user))
    users.set(name, { publish: JSON.parse(publish), subscribe: JSON.parse(subscribe) });
  const asFilter = (subject: string) => subject.replaceAll('.', '/').replaceAll('*', '+').replace(/>$/, '#');
  return (identity, verb, topic) => (users.get(clientIdOf(identity))?.[verb] ?? []).some((subject) => covers(asFilter(subject), topic));
}

/** EMQX acl.conf: the first rule that fits the client, the action and a topic decides. */
function readEmqx(text: string): Reader {
  const rules = [...text.matchAll(/^\{(allow|deny), (.+?)(?:, (publish|subscribe|all), \[(.*)\])?\}\.$/gm)].map(
    ([, verdict, who = '', action = 'all', topics]) => ({
      allowed: verdict === 'allow',
      who: /\{re, "(.*)"\}/.exec(who)?.[1] ?? `^${/"(.*)"/.exec(who)?.[1] ?? '.*'}$`,
      action,
      topics:
        topics === undefined
          ? undefined
          : [...topics.matchAll(/(\{eq, )?"([^"]*)"/g)].map(([, eq, topic = '']) => ({ eq: eq !== undefined, topic })),
    }),
  );
  return (identity, verb, topic) => {
    const fits = rules.find(
      ({ who, action, topics }) =>
        new RegExp(who).test(clientIdOf(identity)) &&
        (action === 'all' || action === verb) &&
        (topics === undefined ||
          topics.some(({ eq, topic: filter }) => {
            const mine = filter.replaceAll(/\$\{client_attrs\.id\}/g, identity.id);
            return eq ? mine === topic : mine === '#' || covers(mine, topic);
          })),
    );
    return fits?.allowed ?? false;
  };
}

const readers: readonly [string, Reader, { byRegistry: boolean; anyWord: boolean }][] = [
  ['mosquitto', readMosquitto(mosquittoAcl(registry)), { byRegistry: true, anyWord: false }],
  ['rabbitmq', readRabbitmq(rabbitmqDefinitions(registry)), { byRegistry: true, anyWord: false }],
  ['nats', readNats(natsUsers(registry)), { byRegistry: true, anyWord: true }],
  ['emqx', readEmqx(emqxAcl(owner)), { byRegistry: false, anyWord: false }],
];

const id = fc.constantFrom('b1', 'b2', 'b3', 'xa-1', 'xa-2', 'thon-9', 'up', 'd', 'x'.repeat(32));
const word = fc.constantFrom(...boxUp, ...boxDown, ...groupDown, 'other');
/** Topics of the grammar and one step beside it. */
const nearTopic = fc.oneof(
  fc.tuple(fc.constantFrom('d', 'u'), id, fc.constantFrom('up', 'dn'), word).map((levels) => levels.join('/')),
  fc.tuple(fc.constantFrom('g', 'c'), id, word).map((levels) => levels.join('/')),
);
const identity = fc.constantFrom(...enrolled, ...strangers);
const verb = fc.constantFrom<Verb>('publish', 'subscribe');
const anyLevel = fc.constantFrom(
  'loa',
  '1',
  'd',
  'u',
  'g',
  'c',
  'b1',
  'b2',
  'xa-1',
  'thon-9',
  'up',
  'dn',
  'on',
  'want',
  'order',
  'B1',
  '+',
  '#',
  '',
  '$SYS',
  '$MQTT',
);

describe.each(readers)('the list for %s', (_name, reads, { byRegistry, anyWord }) => {
  const isEnrolled = (who: Identity) => !byRegistry || enrolled.some((one) => clientIdOf(one) === clientIdOf(who));
  const allowed = (who: Identity, what: Verb, topic: string) => isEnrolled(who) && may(who, what, topic, owner).ok;

  it('says what may() says of every topic there is', () => {
    fc.assert(
      fc.property(identity, verb, nearTopic, (who, what, rest) => {
        const topic = `loa/1/${rest}`;
        if (anyWord && parseTopic(topic) === undefined && who.id === owner) return;
        expect(reads(who, what, topic)).toBe(allowed(who, what, topic));
      }),
      { numRuns: 5000 },
    );
  });

  it('lets nobody but the owner publish anything else, whatever the string', () => {
    fc.assert(
      fc.property(fc.constantFrom(...enrolled, ...strangers), fc.array(anyLevel, { maxLength: 8 }), (who, levels) => {
        fc.pre(clientIdOf(who) !== `centre:${owner}`);
        const topic = levels.join('/');
        expect(reads(who, 'publish', topic)).toBe(allowed(who, 'publish', topic));
      }),
      { numRuns: 5000 },
    );
  });

  it('gives the owner its wildcards, and nobody a filter that covers what may() keeps from them', () => {
    for (const filter of upFilters) {
      const exact = filter.endsWith('+') ? boxUp.map((last) => filter.replace(/\+$/, last)) : [filter];
      for (const one of reads === readers[0]?.[1] ? exact : [filter])
        expect(reads({ kind: 'centre', id: owner }, 'subscribe', one)).toBe(true);
    }
    const said = registry.boxes.flatMap((box) => [
      ...boxUp.map((last) => `d/${box}/up/${last}`),
      ...boxDown.map((last) => `d/${box}/dn/${last}`),
    ]);
    const topics = [...said, ...said.map((topic) => topic.replace(/^d/, 'u')), 'g/g1/order', 'c/xa-1/on'].map((topic) => `loa/1/${topic}`);
    fc.assert(
      fc.property(identity, fc.array(anyLevel, { minLength: 1, maxLength: 7 }), fc.constantFrom(...topics), (who, levels, topic) => {
        const filters = [
          levels.join('/'),
          topic.replace(/\/[^/]+\/(up|dn)\//, '/+/$1/'),
          topic.replace(/[^/]+$/, '+'),
          topic.replace(/[^/]+$/, '#'),
        ];
        for (const filter of filters)
          if (reads(who, 'subscribe', filter) && covers(filter, topic)) expect(allowed(who, 'subscribe', topic)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });
});
