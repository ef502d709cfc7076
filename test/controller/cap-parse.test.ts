// What CAP 1.2 allows and what it does not, element by element and value by value.
import { describe, expect, test } from 'vitest';
import * as words from '../../controller/emergency/cap/alert.ts';
import { readDate, writeDate } from '../../controller/emergency/cap/forms.ts';
import { plainText } from '../../controller/emergency/cap/texts.ts';
import { alertOf, alertXml, area, check, codeOf, info, minutes, nowMs, square, triple } from './cap-messages.ts';

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

describe('areas and resources', () => {
  test.each([
    ['1,1 2,2 3,1', 'polygon-short'],
    ['1,1 2,2 3,1 1,2', 'polygon-open'],
    ['1,1 2,2 3,1 1,1 91,1 1,1', 'coordinate-range'],
    ['1,181 2,2 3,1 1,181', 'coordinate-range'],
    ['1,1 2,2 3 1,1', 'polygon-form'],
    ['1,1 2,2 3,1, 1,1', 'polygon-form'],
    ['1 1 2 2 3 1 1 1', 'polygon-form'],
    ['1,1 2,2 3,1e0 1,1', 'polygon-form'],
    ['1,1 2,2 NaN,1 1,1', 'polygon-form'],
    ['1,1 2,2 Infinity,1 1,1', 'polygon-form'],
    ['1;1 2;2 3;1 1;1', 'polygon-form'],
  ])('polygon %s is refused: %s', async (polygon, code) => {
    expect(await codeOf(alertXml({}, info({}, area({ polygon }))))).toBe(`reject ${code}`);
  });

  test.each([
    ['1,1', 'circle-form'],
    ['1,1 -1', 'circle-form'],
    ['1,1 1 1', 'circle-form'],
    ['1,1 x', 'circle-form'],
    ['91,1 1', 'coordinate-range'],
    ['1 1', 'circle-form'],
    ['1,1 99999', 'circle-form'],
  ])('circle %s is refused: %s', async (circle, code) => {
    expect(await codeOf(alertXml({}, info({}, area({ circle }))))).toBe(`reject ${code}`);
  });

  test('signs, repeated points, a radius of 0 and an empty polygon beside a circle are legal', async () => {
    const polygon = '+21.66,+105.33 21.66,105.45 21.66,105.45 21.75,105.45 21.75,105.33 21.66,105.33';
    expect(await codeOf(alertXml({}, info({}, area({ polygon, circle: '38.820,-122.812 0.0' }))))).toBe('accept alert');
    expect(await codeOf(alertXml({}, info({}, area({ polygon: '', circle: '21.7,105.4 5' }))))).toBe('accept alert');
  });

  test('altitude stands alone, ceiling only above it', async () => {
    expect(await codeOf(alertXml({}, info({}, area({ altitude: '100.5', ceiling: '200' }))))).toBe('accept alert');
    expect(await codeOf(alertXml({}, info({}, area({ ceiling: '200' }))))).toBe('reject ceiling-alone');
    expect(await codeOf(alertXml({}, info({}, area({ altitude: '300', ceiling: '200' }))))).toBe('reject ceiling-alone');
    expect(await codeOf(alertXml({}, info({}, area({ altitude: 'high' }))))).toBe('reject number-form');
  });

  const resource = (mimeType: string, rest: string) =>
    alertXml({}, info({}, `<resource><resourceDesc>x</resourceDesc><mimeType>${mimeType}</mimeType>${rest}</resource>${area()}`));

  test.each(['image/png', 'audio/x-ipaws-audio-mp3', 'text/html; charset=utf-8', 'application/vnd.google-earth.kml+xml', 'AUDIO/MPEG'])(
    'mimeType %s is legal',
    async (type) => {
      expect(await codeOf(resource(type, '<uri>https://a.example/b</uri>'))).toBe('accept alert');
    },
  );

  test.each(['', 'png', 'img/png', 'image/', '/png', 'image png', 'x-audio/mp3'])('mimeType "%s" is refused', async (type) => {
    expect(await codeOf(resource(type, ''))).toBe('reject mime-type-form');
  });

  test('inline bytes are canonical base64, and only they allow a relative uri', async () => {
    expect(await codeOf(resource('image/png', '<uri>map.png</uri><derefUri>QUJD\n  REVG</derefUri>'))).toBe('accept alert');
    const read = (await alertOf(resource('image/png', '<size>6</size><uri>map.png</uri><derefUri>QUJDREVG</derefUri>'))).infos[0]
      ?.resources[0];
    expect(read).toMatchObject({ sizeBytes: 6, inlineBytes: 6 });
    for (const wrong of ['QUJDREV', 'QUJD=REVG', 'QUI', 'QUJ=', 'QQ==QQ==', 'QR==', 'QUJ-', 'Q*=='])
      expect(await codeOf(resource('image/png', `<derefUri>${wrong}</derefUri>`)), wrong).toBe('reject base64-form');
    expect(await codeOf(resource('image/png', '<uri>map.png</uri>'))).toBe('reject uri-relative');
    expect(await codeOf(resource('image/png', '<size>-1</size>'))).toBe('reject number-form');
  });

  test('inline bytes are part of what the message says', async () => {
    const [one, other] = await Promise.all(
      ['QUJD', 'QUJE'].map((bytes) => alertOf(resource('image/png', `<derefUri>${bytes}</derefUri>`))),
    );
    expect(one).not.toEqual(other);
  });

  test('signature values are canonical base64 too', async () => {
    const signed = (value: string) =>
      alertXml(
        {},
        `${info()}<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`,
      );
    expect(await codeOf(signed('QUJD\nQQ=='))).toBe('accept alert');
    expect(await codeOf(signed('QUJDQR=='))).toBe('reject base64-form');
  });
});

describe('texts', () => {
  test('a missing language is en-US and said', async () => {
    const { alert, notes } = await check(alertXml({}, info({ language: undefined })));
    expect(alert?.infos[0]?.language).toBe('en-US');
    expect(notes.map(({ code }) => code)).toContain('language-assumed');
    for (const wrong of ['', 'en_US', 'tiếng-việt', 'v!'])
      expect(await codeOf(alertXml({}, info({ language: wrong })))).toBe('reject language-form');
  });

  test.each([
    ['Mức 1&lt;br /&gt;Mức 2', 'Mức 1 Mức 2'],
    ['&lt;script&gt;alert(1)&lt;/script&gt;Lũ', 'alert(1) Lũ'],
    ['&lt;img src=x onerror=alert(1)&gt;', ''],
    ['A&amp;nbsp;B &amp;amp; C', 'A B & C'],
    ['gió &lt; 20 và &gt; 10', 'gió < 20 và > 10'],
    ['&amp;lt;b&amp;gt;đậm&amp;lt;/b&amp;gt;', 'đậm'],
    ['\u202eđảo\u202c \u200bngầm\u00ad\ufeff', 'đảo ngầm'],
    ['dòng 1\r\ndòng 2\u0085dòng 3', 'dòng 1\ndòng 2\ndòng 3'],
    ['<![CDATA[<b>đậm</b>]]>', 'đậm'],
  ])('%s is read as %s', async (written, read) => {
    const alert = await alertOf(alertXml({}, info({ description: written })));
    expect(alert.infos[0]?.description ?? '').toBe(read);
  });

  test('what was taken out is said', async () => {
    const { notes } = await check(alertXml({}, info({ headline: '&lt;b&gt;Lũ&lt;/b&gt;\u202e' })));
    expect(notes.map(({ code }) => code)).toEqual(expect.arrayContaining(['markup-stripped', 'unseen-stripped']));
  });

  test('made plain twice is made plain once', () => {
    const pieces = ['<', '>', '&', 'amp;', 'lt;', 'b', ' ', '\n', '/', '&#60;', '\u202e', '\t', '\u00a0', '--', '!'];
    for (let seed = 0; seed < 3_000; seed++) {
      const raw = Array.from({ length: 12 }, (_, i) => pieces[(seed * (i + 7) * 2654435761) % pieces.length]).join('');
      expect(plainText(plainText(raw).text).text).toBe(plainText(raw).text);
    }
  });
});

test('a message of every element is read whole', async () => {
  const every = alertXml(
    { source: 'nguồn', code: 'mã', note: 'ghi chú', references: triple('a-0', -20), incidents: 'sự-cố' },
    info(
      {
        category: 'Met</category><category>Geo',
        responseType: 'Evacuate</responseType><responseType>Avoid',
        audience: 'mọi người',
        eventCode: '<valueName>SAME</valueName><value>FFW</value>',
        effective: minutes(-5),
        onset: minutes(10),
        senderName: 'Ban Chỉ huy',
        instruction: 'Rời đi.',
        web: 'https://a.example/?a=1&amp;b=2',
        contact: '112',
        parameter: '<valueName>VTEC</valueName><value></value>',
      },
      `<resource>${'<resourceDesc>bản đồ</resourceDesc><mimeType>image/png</mimeType><size>10</size><uri>https://a.example/b.png</uri><digest>ab</digest>'}</resource>${area(
        { circle: '21.7,105.4 3.5', geocode: '<valueName>VN-xa</valueName><value>02536</value>', altitude: '0', ceiling: '10' },
      )}`,
    ),
  );
  expect(await alertOf(every)).toMatchObject({
    source: 'nguồn',
    codes: ['mã'],
    incidents: 'sự-cố',
    infos: [
      {
        categories: ['Met', 'Geo'],
        responses: ['Evacuate', 'Avoid'],
        eventCodes: [{ name: 'SAME', value: 'FFW' }],
        effectiveMs: nowMs - 300_000,
        onsetMs: nowMs + 600_000,
        web: 'https://a.example/?a=1&b=2',
        parameters: [{ name: 'VTEC', value: '' }],
        resources: [{ mimeType: 'image/png', sizeBytes: 10, digest: 'ab' }],
        areas: [
          {
            circles: [{ centre: [21.7, 105.4], radiusKm: 3.5 }],
            altitudeFt: 0,
            ceilingFt: 10,
            geocodes: [{ name: 'VN-xa', value: '02536' }],
          },
        ],
      },
    ],
  });
  expect((await alertOf(every)).infos[0]?.areas[0]?.polygons[0]).toHaveLength(square.split(' ').length);
});
