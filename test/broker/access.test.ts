// Who may publish and read what, as a table.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { may, mayRetain, type Verb } from '../../broker/access.ts';
import { type Identity, parseCommonName } from '../../broker/identities.ts';
import { boxDown, boxFilters, boxUp, groupDown, parseTopic } from '../../schemas/topics.ts';

const box: Identity = { kind: 'box', id: 'b1' };
/** A box of the centre below, under a name that a box of this centre has too. */
const guest: Identity = { kind: 'guest', id: 'b1', centre: 'thon-9' };
const owner: Identity = { kind: 'centre', id: 'xa-1' };
const below: Identity = { kind: 'centre', id: 'thon-9' };

const table: readonly [Identity, Verb, string, boolean][] = [
  ...boxUp.map((word): [Identity, Verb, string, boolean] => [box, 'publish', `loa/1/d/b1/up/${word}`, true]),
  ...boxDown.map((word): [Identity, Verb, string, boolean] => [box, 'subscribe', `loa/1/d/b1/dn/${word}`, true]),
  ...groupDown.map((word): [Identity, Verb, string, boolean] => [box, 'subscribe', `loa/1/g/any-group/${word}`, true]),
  [box, 'subscribe', 'loa/1/c/xa-1/on', true],
  [box, 'subscribe', 'loa/1/c/tinh-8/on', true],
  [box, 'publish', 'loa/1/d/b2/up/on', false],
  [box, 'publish', 'loa/1/d/b1/up/other', false],
  [box, 'publish', 'loa/1/d/b1/up', false],
  [box, 'publish', 'loa/1/d/b1/up/on/x', false],
  [box, 'publish', 'loa/1/d/b1/dn/want', false],
  [box, 'publish', 'loa/1/g/g1/order', false],
  [box, 'publish', 'loa/1/c/xa-1/on', false],
  [box, 'publish', 'loa/1/u/b1/up/on', false],
  [box, 'publish', 'loa/2/d/b1/up/on', false],
  [box, 'publish', '$SYS/x', false],
  [box, 'subscribe', 'loa/1/d/b1/up/on', false],
  [box, 'subscribe', 'loa/1/d/b2/dn/want', false],
  [box, 'subscribe', 'loa/1/d/b1/dn/+', false],
  [box, 'subscribe', 'loa/1/d/+/dn/want', false],
  [box, 'subscribe', 'loa/1/g/+/order', false],
  [box, 'subscribe', 'loa/1/g/g1/#', false],
  [box, 'subscribe', 'loa/1/c/+/on', false],
  [box, 'subscribe', 'loa/1/u/b1/dn/want', false],
  [box, 'subscribe', '#', false],
  [box, 'subscribe', '$SYS/#', false],
  [guest, 'subscribe', 'loa/1/g/any-group/order', true],
  [guest, 'subscribe', 'loa/1/g/any-group/drill', true],
  [guest, 'subscribe', 'loa/1/c/xa-1/on', true],
  [guest, 'subscribe', 'loa/1/g/any-group/cmd', false],
  [guest, 'subscribe', 'loa/1/d/b1/dn/want', false],
  [guest, 'subscribe', 'loa/1/d/b1/dn/keys', false],
  ...boxUp.map((word): [Identity, Verb, string, boolean] => [guest, 'publish', `loa/1/d/b1/up/${word}`, false]),
  [guest, 'publish', 'loa/1/g/any-group/order', false],
  [owner, 'publish', 'loa/1/d/b1/dn/want', true],
  [owner, 'publish', 'loa/1/d/b2/dn/ack', true],
  [owner, 'publish', 'loa/1/g/g1/order', true],
  [owner, 'publish', 'loa/1/c/xa-1/on', true],
  [owner, 'publish', 'loa/1/u/thon-9/dn/want', true],
  [owner, 'publish', 'loa/1/c/xa-2/on', false],
  [owner, 'publish', 'loa/1/d/b1/up/on', false],
  [owner, 'publish', 'loa/1/u/thon-9/up/on', false],
  [owner, 'subscribe', 'loa/1/d/+/up/+', true],
  [owner, 'subscribe', 'loa/1/d/+/up/log', true],
  [owner, 'subscribe', 'loa/1/u/+/up/report', true],
  [owner, 'subscribe', 'loa/1/d/b1/up/on', true],
  [owner, 'subscribe', 'loa/1/c/xa-1/on', true],
  [owner, 'subscribe', 'loa/1/d/#', false],
  [owner, 'subscribe', 'loa/1/d/+/dn/want', false],
  [owner, 'subscribe', 'loa/1/d/+/up/secret', false],
  [below, 'publish', 'loa/1/u/thon-9/up/report', true],
  [below, 'subscribe', 'loa/1/u/thon-9/dn/want', true],
  [below, 'subscribe', 'loa/1/g/g1/order', true],
  [below, 'subscribe', 'loa/1/c/xa-1/on', true],
  [below, 'publish', 'loa/1/d/b1/dn/want', false],
  [below, 'publish', 'loa/1/g/g1/order', false],
  [below, 'publish', 'loa/1/c/thon-9/on', false],
  [below, 'publish', 'loa/1/u/thon-8/up/report', false],
  [below, 'subscribe', 'loa/1/u/thon-8/dn/want', false],
  [below, 'subscribe', 'loa/1/d/+/up/+', false],
];

describe('access', () => {
  it.each(table)('%o may %s %s: %s', (identity, verb, topic, expected) => {
    expect(may(identity, verb, topic, 'xa-1').ok).toBe(expected);
  });

  it('gives a box every filter it needs, and no centre rights over boxes when the broker has no owner', () => {
    for (const filter of boxFilters('b1', ['g1', 'g2'], 'xa-1'))
      expect(may(box, 'subscribe', filter)).toEqual({ ok: true, value: undefined });
    expect(may(owner, 'publish', 'loa/1/d/b1/dn/want').ok).toBe(false);
  });

  it('never lets a box publish anything but its own up topics, whatever the string', () => {
    const level = fc.constantFrom(
      'loa',
      '1',
      'd',
      'u',
      'g',
      'c',
      'b1',
      'b2',
      'up',
      'dn',
      'on',
      'log',
      'want',
      'order',
      '+',
      '#',
      '',
      '$SYS',
    );
    fc.assert(
      fc.property(fc.array(level, { maxLength: 8 }), (levels) => {
        const topic = levels.join('/');
        if (!may(box, 'publish', topic, 'xa-1').ok) return true;
        return /^loa\/1\/d\/b1\/up\/(on|log)$/.test(topic);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps the last message only where the topic table says so', () => {
    const kept = ['d/b1/up/on', 'd/b1/up/report', 'd/b1/dn/want', 'd/b1/dn/keys', 'g/g1/order', 'c/xa-1/on'];
    const passing = ['d/b1/up/log', 'd/b1/up/tm', 'd/b1/up/ask', 'd/b1/dn/cmd', 'd/b1/dn/ack', 'd/b1/dn/answer', 'g/g1/cmd'];
    const retains = (topic: string) => {
      const parsed = parseTopic(`loa/1/${topic}`);
      return parsed && mayRetain(parsed);
    };
    expect(kept.map(retains)).toEqual(kept.map(() => true));
    expect(passing.map(retains)).toEqual(passing.map(() => false));
  });
});

describe('identities', () => {
  it('reads a common name of the two kinds and refuses everything else', () => {
    expect(parseCommonName('box:b1')).toEqual({ ok: true, value: { kind: 'box', id: 'b1' } });
    expect(parseCommonName('centre:xa-1')).toEqual({ ok: true, value: { kind: 'centre', id: 'xa-1' } });
    for (const wrong of [
      'b1',
      'box:',
      'box:B1',
      'box:b1 ',
      'box:b1\n',
      ' box:b1',
      'root:b1',
      'box:b1/x',
      `box:${'a'.repeat(33)}`,
      ['box:b1'],
      undefined,
      {},
    ])
      expect(parseCommonName(wrong).ok).toBe(false);
  });
});
