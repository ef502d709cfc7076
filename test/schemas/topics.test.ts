// Topics are built and parsed in one place; the two agree both ways, whatever a broker delivers.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boxDown, boxFilters, boxUp, buildTopic, groupDown, parseTopic, type Topic } from '../../schemas/topics.ts';

const id = fc.stringMatching(/^[a-z0-9-]{1,32}$/);
const topic: fc.Arbitrary<Topic> = fc.oneof(
  fc.record({
    of: fc.constantFrom('box' as const, 'centre-below' as const),
    id,
    direction: fc.constant('up' as const),
    word: fc.constantFrom(...boxUp),
  }),
  fc.record({
    of: fc.constantFrom('box' as const, 'centre-below' as const),
    id,
    direction: fc.constant('dn' as const),
    word: fc.constantFrom(...boxDown),
  }),
  fc.record({ of: fc.constant('group' as const), id, word: fc.constantFrom(...groupDown) }),
  fc.record({ of: fc.constant('centre' as const), id, word: fc.constant('on' as const) }),
);

test('what is built is parsed back', () => {
  fc.assert(
    fc.property(topic, (one) => {
      expect(parseTopic(buildTopic(one))).toEqual(one);
    }),
  );
});

test('what is parsed is what would have been built; every other string means nothing', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'loa',
      '1',
      'd',
      'u',
      'g',
      'c',
      'up',
      'dn',
      'on',
      'want',
      'order',
      'log',
      'cmd',
      '',
      '+',
      '#',
      '__proto__',
      'constructor',
    ),
    id,
    fc.string({ maxLength: 40 }),
  );
  const text = fc.oneof(
    fc.array(word, { maxLength: 7 }).map((words) => words.join('/')),
    topic.chain((one) =>
      fc
        .tuple(fc.nat(40), fc.string({ maxLength: 2 }))
        .map(([at, more]) => `${buildTopic(one).slice(0, at)}${more}${buildTopic(one).slice(at)}`),
    ),
  );
  let understood = 0;
  fc.assert(
    fc.property(text, (one) => {
      const parsed = parseTopic(one);
      if (!parsed) return;
      understood++;
      expect(buildTopic(parsed)).toBe(one);
    }),
    { numRuns: 3000, seed: 2 },
  );
  expect(understood).toBeGreaterThan(20);
});

test.each([
  '',
  '/',
  'loa/1',
  'loa/1/d',
  'loa/1/d/b1',
  'loa/1/d/b1/up',
  'loa/1/d/B1/up/on',
  'loa/1/d/+/up/on',
  'loa/1/d/b1/up/want',
  'loa/1/d/b1/dn/on',
  'loa/1/d/b1/up/on/',
  '/loa/1/d/b1/up/on',
  'loa/2/d/b1/up/on',
  'loa/1/g/x/on',
  'loa/1/c/x/order',
  `loa/1/g/${'a'.repeat(33)}/order`,
  'loa/1/d/b1/up/toString',
])('%j is no topic', (text) => {
  expect(parseTopic(text)).toBeUndefined();
});

test('a box subscribes to exact topics only, each of which parses', () => {
  const filters = boxFilters('b1', ['g1', 'g2'], 'xa');
  expect(filters).toHaveLength(boxDown.length + 2 * groupDown.length + 1);
  expect(new Set(filters).size).toBe(filters.length);
  for (const filter of filters) {
    expect(filter).not.toMatch(/[+#]/);
    expect(parseTopic(filter)).toBeDefined();
  }
});
