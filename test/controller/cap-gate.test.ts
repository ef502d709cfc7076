// What stands at the gate: hostile bytes are refused by name and fast, large honest messages pass.
import { beforeAll, describe, expect, test } from 'vitest';
import { alertXml, area, codeOf, info, timed } from './cap-messages.ts';

const bait = (declarations: string, text: string) =>
  alertXml().replace('?>', `?>\n<!DOCTYPE alert [${declarations}]>`).replace('Nước lên nhanh.', text);

/** A closed ring of that many points around Tuyên Quang. */
function ring(points: number): string {
  const list = Array.from({ length: points }, (_, i) => {
    const angle = (2 * Math.PI * i) / points;
    return `${(21.7 + 0.5 * Math.sin(angle)).toFixed(5)},${(105.4 + 0.5 * Math.cos(angle)).toFixed(5)}`;
  });
  return [...list, list[0]].join(' ');
}

const long = (count: number, piece: string) => piece.repeat(count);

const hostile: Readonly<Record<string, [xml: string | Uint8Array, code: string]>> = {
  'external entity': [bait('<!ENTITY x SYSTEM "file:///etc/passwd">', '&x;'), 'doctype'],
  'external document type': [alertXml().replace('?>', '?><!DOCTYPE alert SYSTEM "http://127.0.0.1:1/x.dtd">'), 'doctype'],
  'billion laughs': [
    bait(Array.from({ length: 10 }, (_, i) => `<!ENTITY l${i + 1} "${long(10, `&l${i};`)}">`).join(''), '&l10;'),
    'doctype',
  ],
  'quadratic blow-up': [bait(`<!ENTITY a "${long(50_000, 'a')}">`, long(10_000, '&a;')), 'doctype'],
  'entity declared inside': [alertXml().replace('</alert>', '<!ENTITY x "y"></alert>'), 'doctype'],
  'lower-case doctype': [alertXml().replace('?>', '?><!doctype alert>'), 'doctype'],
  'undeclared entity': [alertXml({ note: '&nope;' }), 'not-well-formed'],
  'nested 20,000 deep': [
    `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">${long(20_000, '<a>')}${long(20_000, '</a>')}</alert>`,
    'too-deep',
  ],
  'nested 33 deep': [alertXml({}, `${long(32, '<x>')}${long(32, '</x>')}`), 'too-deep'],
  '6,000 elements': [alertXml({}, long(6_000, '<info/>')), 'too-many-elements'],
  'two roots': [`${alertXml()}${alertXml().slice(alertXml().indexOf('<alert'))}`, 'two-roots'],
  'text behind the root': [`${alertXml()}text`, 'not-well-formed'],
  truncated: [alertXml().slice(0, -40), 'truncated'],
  'truncated in a tag': [alertXml().slice(0, -2), 'truncated'],
  'comment without end': [alertXml().replace('</alert>', '<!-- </alert>'), 'truncated'],
  'comment with --': [alertXml().replace('</alert>', '<!-- <!-- --> --></alert>'), 'not-well-formed'],
  'CDATA without end': [alertXml({ note: '<![CDATA[' }), 'truncated'],
  'UTF-16 with mark': [Buffer.from(`\ufeff${alertXml()}`, 'utf16le'), 'other-encoding'],
  'UTF-16 without mark': [Buffer.from(alertXml().replace('UTF-8', 'UTF-16'), 'utf16le'), 'other-encoding'],
  'UTF-16 big-endian': [Buffer.from(`\ufeff${alertXml()}`, 'utf16le').swap16(), 'other-encoding'],
  'declared ISO 8859-1': [alertXml().replace('UTF-8', 'ISO-8859-1'), 'other-encoding'],
  'declared UTF-7': [alertXml().replace('UTF-8', 'UTF-7'), 'other-encoding'],
  'Latin letters in bytes': [Buffer.from(alertXml({ note: 'é' }), 'latin1'), 'not-utf8'],
  'overlong slash': [Buffer.concat([Buffer.from(alertXml()), Buffer.from([0xc0, 0xaf])]), 'not-utf8'],
  'surrogate in UTF-8': [Buffer.concat([Buffer.from(alertXml()), Buffer.from([0xed, 0xa0, 0x80])]), 'not-utf8'],
  'null character': [alertXml({ note: '\0' }), 'not-well-formed'],
  'reference to null': [alertXml({ note: '&#0;' }), 'not-well-formed'],
  'reference to half a character': [alertXml({ note: '&#xD800;' }), 'not-well-formed'],
  'reference beyond Unicode': [alertXml({ note: '&#x110000;' }), 'not-well-formed'],
  'XML 1.1': [alertXml().replace('version="1.0"', 'version="1.1"'), 'xml-version'],
  'space before the declaration': [` ${alertXml()}`, 'not-well-formed'],
  'instruction inside': [alertXml({ note: 'x<?php echo 1 ?>' }), 'instruction'],
  'huge attribute': [alertXml().replace('<info>', `<info x="${long(100_000, 'a')}">`), 'tag-too-large'],
  '10,000 attributes': [
    alertXml().replace('<info>', `<info ${Array.from({ length: 10_000 }, (_, i) => `a${i}="1"`).join(' ')}>`),
    'tag-too-large',
  ],
  'attribute twice': [alertXml().replace('<info>', '<info a="1" a="2">'), 'not-well-formed'],
  'attribute without quotes': [alertXml().replace('<info>', '<info a=1>'), 'not-well-formed'],
  'quote without end': [alertXml().replace('<info>', '<info a="1>'), 'truncated'],
  'unbound prefix': [alertXml({ note: undefined, 'x:note': 'y' }), 'not-well-formed'],
  'end tag of another': [alertXml().replace('</event>', '</evnt>'), 'not-well-formed'],
  '__proto__ element': [alertXml({ __proto__x: undefined }, '<__proto__><status>Actual</status></__proto__>'), 'element-unknown'],
  'constructor element': [alertXml({}, '<constructor/>'), 'element-unknown'],
  'empty file': ['', 'empty'],
  'white space': [' \n\t\r\n', 'empty'],
  'no XML': ['{"alert": 1}', 'not-well-formed'],
  'HTML page': ['<html><body>Not found</body></html>', 'not-cap'],
  'over 1 MiB': [alertXml({ note: long(1024 * 1024, 'a') }), 'too-large'],
  'a million open brackets': [long(1_000_000, '<'), 'tag-too-large'],
  'a million opened tags': [long(250_000, '<a b'), 'tag-too-large'],
  'a million quotes': [`<a ${long(500_000, '"\'')}`, 'tag-too-large'],
  'comments to the limit': [alertXml().replace('</alert>', `${long(100_000, '<!---->')}<x/></alert>`), 'element-unknown'],
  'half a million spaces around a date': [alertXml({ sent: `${long(500_000, ' ')}x${long(500_000, ' ')}` }), 'date-form'],
  'half a million spaces in references': [alertXml({ references: `a${long(900_000, ' ')}b` }), 'references-form'],
  'half a million spaces in a polygon': [alertXml({}, info({}, area({ polygon: `1,1${long(900_000, ' ')}x` }))), 'polygon-form'],
  'half a million spaces in base64': [
    alertXml(
      {},
      info(
        {},
        `<resource><resourceDesc>x</resourceDesc><mimeType>image/png</mimeType><derefUri>A${long(900_000, ' ')}</derefUri></resource>`,
      ),
    ),
    'base64-form',
  ],
  'markup wrapped in itself': [alertXml({ note: long(100_000, '&lt;b') + long(100_000, '&gt;'), sender: ',' }), 'name-form'],
  'entities wrapped in entities': [alertXml({ note: `&amp;${long(50_000, 'amp;')}`, sender: ',' }), 'name-form'],
};

/** An honest message as large as one may be: what the gate is for. */
const honest = alertXml({}, info({}, area({ polygon: ring(48_000) })));
let honestMs = 0;
beforeAll(async () => {
  honestMs = (await timed(honest))[1];
});

describe('the gate', () => {
  test.each(Object.entries(hostile))('%s is refused by name, and costs no more than three honest messages', async (_, [xml, code]) => {
    const [told, ms] = await timed(xml);
    expect(told).toBe(`reject ${code}`);
    expect(ms).toBeLessThan(3 * honestMs);
  });

  test('an honest message of 0.88 MiB passes', async () => {
    expect(Buffer.byteLength(honest)).toBeGreaterThan(860_000);
    expect(await codeOf(honest)).toBe('accept alert');
  });

  test('a polygon of 880 KB that is one long zigzag is held, not waited for', async () => {
    const zigzag = Array.from({ length: 60_000 }, (_, i) => `${i % 2 === 0 ? 10 : 20},${(100 + i / 10_000).toFixed(4)}`);
    const [told, ms] = await timed(alertXml({}, info({}, area({ polygon: [...zigzag, zigzag[0]].join(' ') }))));
    expect(told).toMatch(/^hold polygon-(crosses|too-fine)$/);
    expect(ms).toBeLessThan(3 * honestMs);
    const rows = Array.from({ length: 40_000 }, (_, i) => `${(10 + i / 10_000).toFixed(4)},${i % 2 === 0 ? 100 : 110}`);
    const [held, rowsMs] = await timed(alertXml({}, info({}, area({ polygon: [...rows, rows[0]].join(' ') }))));
    expect(held).toMatch(/^hold polygon-/);
    expect(rowsMs).toBeLessThan(3 * honestMs);
  });

  test('a byte order mark, single quotes, stylesheets and comments outside the root are forms of XML like others', async () => {
    const dressed = alertXml()
      .replace(
        '<?xml version="1.0" encoding="UTF-8"?>',
        `<?xml version = '1.0' encoding = 'utf-8' standalone = 'yes'?>\n<?xml-stylesheet href='http://127.0.0.1:1/cap.xsl' type='text/xsl'?>\n<!-- a -->`,
      )
      .concat('\n<!-- b -->\n');
    expect(await codeOf(Buffer.from(`\ufeff${dressed}`))).toBe('accept alert');
    expect(await codeOf(alertXml().replace(/<\?xml.*\?>\n/, ''))).toBe('accept alert');
  });
});
