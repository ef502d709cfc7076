// Areas, resources and texts of CAP messages: what is legal, what is refused, what is taken out.
import { describe, expect, test } from 'vitest';
import { plainText } from '../../controller/emergency/cap/texts.ts';
import { alertOf, alertXml, area, check, codeOf, info, minutes, nowMs, square, triple } from './cap-messages.ts';

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
