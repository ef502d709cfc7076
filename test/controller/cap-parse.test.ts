// What CAP 1.2 allows and what it does not, element by element and value by value.
import { describe, expect, test } from 'vitest';
import * as words from '../../controller/emergency/cap/alert.ts';
import { readDate, writeDate } from '../../controller/emergency/cap/forms.ts';
import { alertOf, alertXml, area, check, codeOf, info, minutes, triple } from './cap-messages.ts';

const infoLists = {
  category: words.capCategories,
  responseType: words.capResponses,
  urgency: words.capUrgencies,
  severity: words.capSeverities,
  certainty: words.capCertainties,
} as const;
const alertLists = { status: words.capStatuses, msgType: words.capMessageTypes, scope: words.capScopes } as const;
const alertValues = Object.entries(alertLists).flatMap(([name, list]) => list.map((value) => [name, value] as const));
const infoValues = Object.entries(infoLists).flatMap(([name, list]) => list.map((value) => [name, value] as const));
const kebab: Readonly<Record<string, string>> = { msgType: 'msg-type', responseType: 'response-type' };

function withAlertValue(name: string, value: string): string {
  return alertXml({ restriction: 'trực ban', addresses: 'a@b', references: triple('a-0', -20), [name]: value });
}

describe('lists of values', () => {
  test.each(alertValues)('%s %s is read', async (name, value) => {
    const { alert } = await check(withAlertValue(name, value));
    expect(alert?.[name as keyof typeof alertLists]).toBe(value);
  });

  test.each(infoValues)('%s %s is read', async (name, value) => {
    expect(await codeOf(alertXml({}, info({ [name]: value })))).toBe('accept alert');
    const [read] = (await alertOf(alertXml({}, info({ [name]: value })))).infos;
    expect(JSON.stringify(read)).toContain(`"${value}"`);
  });

  test.each([...Object.keys(alertLists), ...Object.keys(infoLists)])(
    '%s of another case, padded, empty or unknown is refused',
    async (name) => {
      const [first = ''] = { ...alertLists, ...infoLists }[name as 'status'];
      for (const value of [first.toLowerCase(), ` ${first}`, `${first} `, '', 'Nope', `${first}${first}`]) {
        const xml = name in alertLists ? withAlertValue(name, value) : alertXml({}, info({ [name]: value }));
        expect(await codeOf(xml), `${name} "${value}"`).toBe(`reject ${kebab[name] ?? name}-unknown`);
      }
    },
  );

  test('"Very Likely" of CAP 1.0 is read as Likely and said', async () => {
    const { alert, notes } = await check(alertXml({}, info({ certainty: 'Very Likely' })));
    expect(alert?.infos[0]?.certainty).toBe('Likely');
    expect(notes.map(({ code }) => code)).toContain('very-likely');
  });
});

describe('structure', () => {
  const swapped = (xml: string, a: string, b: string) => {
    const [one, other] = [a, b].map((name) => new RegExp(`<${name}>.*?</${name}>`).exec(xml)?.[0] ?? '');
    return xml
      .replace(one as string, '§')
      .replace(other as string, one as string)
      .replace('§', other as string);
  };

  test.each([
    ['identifier', 'sender'],
    ['status', 'msgType'],
    ['category', 'event'],
    ['urgency', 'severity'],
    ['headline', 'description'],
    ['areaDesc', 'polygon'],
  ])('%s and %s in the wrong order are refused', async (a, b) => {
    expect(await codeOf(swapped(alertXml(), a, b))).toBe('reject element-order');
  });

  test.each(['identifier', 'sender', 'sent', 'status', 'msgType', 'scope'])(
    'an alert without %s, or with two, is refused',
    async (name) => {
      expect(await codeOf(alertXml({ [name]: undefined }))).toBe('reject element-missing');
      expect(await codeOf(alertXml().replace(new RegExp(`<${name}>.*?</${name}>`), '$&$&'))).toBe('reject element-repeated');
    },
  );

  test('status twice, Test and then Actual, is refused', async () => {
    expect(await codeOf(alertXml().replace('<status>', '<status>Test</status><status>'))).toBe('reject element-repeated');
  });

  test.each(['event', 'urgency', 'severity', 'certainty', 'headline', 'expires'])(
    'an info block with two of %s is refused',
    async (name) => {
      expect(await codeOf(alertXml().replace(new RegExp(`<${name}>.*?</${name}>`), '$&$&'))).toBe('reject element-repeated');
    },
  );

  test('unknown elements, elements of other namespaces, text between elements and unknown attributes are refused', async () => {
    expect(await codeOf(alertXml({}, `${info()}<extra/>`))).toBe('reject element-unknown');
    expect(await codeOf(alertXml({}, info({}, `${area()}<x:y xmlns:x="urn:x"/>`)))).toBe('reject element-unknown');
    expect(await codeOf(alertXml({ note: 'a<b/>c' }))).toBe('reject element-unknown');
    expect(await codeOf(alertXml({}, `words${info()}`))).toBe('reject text-misplaced');
    expect(await codeOf(alertXml().replace('<status>', '<status value="Test">'))).toBe('reject attribute-unknown');
    expect(await codeOf(alertXml({}, `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>${info()}`))).toBe('reject element-unknown');
  });

  test('CAP 1.1 and 1.0 are refused by name, other roots as no CAP', async () => {
    expect(await codeOf(alertXml().replace('cap:1.2', 'cap:1.1'))).toBe('reject cap-1-1');
    expect(await codeOf(alertXml().replace('urn:oasis:names:tc:emergency:cap:1.2', 'http://www.incident.com/cap/1.0'))).toBe(
      'reject cap-1-0',
    );
    expect(await codeOf(alertXml().replace('cap:1.2', 'cap:1.3'))).toBe('reject not-cap');
    expect(await codeOf('<alert><identifier>x</identifier></alert>')).toBe('reject not-cap');
    expect(await codeOf('<feed xmlns="http://www.w3.org/2005/Atom"/>')).toBe('reject not-cap');
  });

  test('any prefix, layout, CDATA, comments, references to characters and empty optional elements are legal', async () => {
    const dressed = alertXml({ source: '', code: 'profile', note: '', incidents: '' }, info({ audience: '' }))
      .replace(/<(\/?)([a-z]\w*)/gi, '<$1cap:$2')
      .replace('xmlns=', 'xmlns:cap=')
      .replaceAll('><', '>\n   <')
      .replace('Lũ quét</cap:headline>', '<![CDATA[L]]>&#361;<!-- a --> qu&#xE9;t</cap:headline>')
      .replace('<cap:info>', '<cap:info xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b" xml:lang="vi">');
    expect(await codeOf(dressed)).toBe('accept alert');
    expect(await alertOf(dressed)).toEqual(await alertOf(alertXml({ code: 'profile' })));
  });
});

describe('names, dates, references', () => {
  test.each(['', 'a b', ' a', 'a,b', 'a&lt;b', 'a&amp;b', 'a\tb', 'a\u200bb', 'a\u202eb', 'x'.repeat(513)])(
    '"%s" is no identifier and no sender',
    async (name) => {
      expect(await codeOf(alertXml({ identifier: name }))).toBe('reject name-form');
      expect(await codeOf(alertXml({ sender: name }))).toBe('reject name-form');
    },
  );

  test.each(['00123e4', '1e5', '0x1F', '0', 'null', 'true', '__proto__', 'urn:oid:2.49.0.1.124', 'tag:a.example,2026'.replace(',', ':')])(
    'identifier %s stays as it is written',
    async (identifier) => {
      expect((await alertOf(alertXml({ identifier }))).identifier).toBe(identifier);
    },
  );

  test.each([
    ['2026-11-23T05:30:00+07:00', '2026-11-22T22:30:00.000Z'],
    ['2026-11-22T22:30:00-00:00', '2026-11-22T22:30:00.000Z'],
    ['2026-11-22T22:30:00+00:00', '2026-11-22T22:30:00.000Z'],
    ['2026-11-22T12:00:00-10:30', '2026-11-22T22:30:00.000Z'],
    ['2024-02-29T00:00:00+07:00', '2024-02-28T17:00:00.000Z'],
    ['2000-02-29T24:00:00-00:00', '2000-03-01T00:00:00.000Z'],
  ])('%s is %s', (text, instant) => {
    expect(new Date(readDate(text) ?? 0).toISOString()).toBe(instant);
    expect(readDate(writeDate(readDate(text) ?? 0, 420))).toBe(readDate(text));
  });

  test.each([
    '2026-11-23T05:30:00Z',
    '2026-11-23T05:30:00',
    '2026-11-23T05:30:00.000+07:00',
    '2026-11-23 05:30:00+07:00',
    '2026-11-23T05:30+07:00',
    '2026-02-29T05:30:00+07:00',
    '2100-02-29T05:30:00+07:00',
    '2026-04-31T05:30:00+07:00',
    '2026-13-01T05:30:00+07:00',
    '2026-00-01T05:30:00+07:00',
    '2026-11-23T25:00:00+07:00',
    '2026-11-23T24:00:01+07:00',
    '2026-11-23T05:60:00+07:00',
    '2026-11-23T05:30:60+07:00',
    '2026-11-23T05:30:00+15:00',
    '2026-11-23T05:30:00+0700',
    '2026-11-23T05:30:00,07:00',
    '20261123T053000+0700',
    '٢٠٢٦-11-23T05:30:00+07:00',
    '1763850600000',
    '',
  ])('"%s" is no CAP date, wherever it stands', async (date) => {
    expect(await codeOf(alertXml({ sent: date }))).toBe('reject date-form');
    for (const name of ['effective', 'onset', 'expires'])
      expect(await codeOf(alertXml({}, info({ [name]: date })))).toBe('reject date-form');
    expect(await codeOf(alertXml({ references: `a@b,c,${date}` }))).toBe('reject references-form');
  });

  test('references are triples; empty ones are none', async () => {
    const names = (await alertOf(alertXml({ references: `\n ${triple('a')}\n  ${triple('b')} ` }))).references;
    expect(names.map(({ identifier }) => identifier)).toEqual(['a', 'b']);
    expect(await codeOf(alertXml({ references: '' }))).toBe('accept alert');
    for (const wrong of ['a', 'a,b', `a,b,${minutes(0)},c`, `,b,${minutes(0)}`, `a,,${minutes(0)}`])
      expect(await codeOf(alertXml({ references: wrong })), wrong).toBe('reject references-form');
    expect(await codeOf(alertXml({ references: `${triple('a')} `.repeat(1_001) }))).toBe('reject references-too-many');
  });

  test('Restricted needs its restriction, Private its addresses', async () => {
    expect(await codeOf(alertXml({ scope: 'Restricted' }))).toBe('reject restriction-missing');
    expect(await codeOf(alertXml({ scope: 'Private' }))).toBe('reject addresses-missing');
    expect(await codeOf(alertXml({ scope: 'Private', addresses: '' }))).toBe('reject addresses-missing');
  });
});
