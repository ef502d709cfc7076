// Hostile CAP messages by the thousand: honest ones, cut, spliced, repeated, bent and stuffed. Generators of fast-check.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';

/** The six demo messages, and small ones with what those do not have. */
export function seedMessages(folder: string): readonly string[] {
  const demo = readdirSync(folder)
    .filter((name) => name.endsWith('.xml'))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
  const [first = ''] = demo;
  const signature =
    '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:Reference URI=""><ds:DigestValue>QUJD</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>QUJD</ds:SignatureValue></ds:Signature>';
  const resource =
    '<resource><resourceDesc>map</resourceDesc><mimeType>image/png</mimeType><size>3</size><uri>a.png</uri><derefUri>QUJD</derefUri></resource>';
  return [
    ...demo,
    first.replace('</alert>', `${signature}</alert>`),
    first.replace('<area>', `${resource}<area>`),
    first.replaceAll(/<(\/?)([a-z])/gi, '<$1cap:$2').replace('xmlns=', 'xmlns:cap='),
    first.replaceAll('</polygon>', '</polygon><circle>21.7,105.4 0.0</circle>'),
  ];
}

/** What is put in where it does not belong. */
const pieces = [
  ...['<', '>', '&', '"', "'", '/', '=', ' ', '\n', '\0', '\ufeff', '\u202e', '\u200b', '\ud800', ']]>', '-->', '?>'],
  ...[
    '<!--',
    '<![CDATA[',
    '<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!ENTITY x "y">',
    '<?xml version="1.1"?>',
    '<?php ?>',
  ],
  ...[
    '&x;',
    '&#0;',
    '&#x110000;',
    '&amp;lt;b&amp;gt;',
    '&lt;script&gt;',
    '</alert>',
    '<alert>',
    '<info>',
    '</info>',
    '<status>Test</status>',
  ],
  ...['__proto__', '<__proto__>', 'constructor', '1e999', 'NaN', '-0', '00123e4', ' xmlns:x="urn:x"', ' xmlns=""', ' a="1" a="1"'],
  ...['2026-02-30T00:00:00+07:00', '2026-11-23T05:30:00Z', '9999-12-31T23:59:59-14:00', '0,0 1,1 1,0 0,1 0,0', '91,181', 'QUJ=', 'a,b,c'],
];

const step = fc.oneof(
  fc.record({
    do: fc.constant('put' as const),
    at: fc.nat(),
    piece: fc.constantFrom(...pieces),
    times: fc.constantFrom(1, 1, 1, 2, 40, 3_000),
  }),
  fc.record({ do: fc.constant('cut' as const), at: fc.nat(), length: fc.oneof(fc.nat(8), fc.nat(400)) }),
  fc.record({ do: fc.constant('repeat' as const), at: fc.nat(), length: fc.nat(300), times: fc.constantFrom(2, 2, 3, 200) }),
  fc.record({ do: fc.constant('move' as const), at: fc.nat(), length: fc.nat(300), to: fc.nat() }),
  fc.record({ do: fc.constant('byte' as const), at: fc.nat(), byte: fc.nat(255) }),
  fc.record({
    do: fc.constant('swap' as const),
    from: fc.constantFrom('Actual', 'Alert', 'Public', 'vi', '+07:00', '2026', ',', 'loa-demo'),
    to: fc.constantFrom(...pieces, 'Cancel', 'Update', 'Draft', '-00:00', ''),
  }),
);

/** Bytes of one hostile message. */
export function hostileMessages(seeds: readonly string[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(step, { minLength: 0, maxLength: 6 }))
    .map(([seed, steps]) => steps.reduce(bend, Buffer.from(seed)));
}

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const bytesMax = 1_500_000;

function bend(bytes: Buffer, how: Step): Buffer {
  if (bytes.length > bytesMax) return bytes;
  const place = (at: number) => at % (bytes.length + 1);
  switch (how.do) {
    case 'put':
      return splice(bytes, place(how.at), 0, Buffer.from(how.piece.repeat(how.times)));
    case 'cut':
      return splice(bytes, place(how.at), how.length, Buffer.alloc(0));
    case 'repeat': {
      const part = bytes.subarray(place(how.at), place(how.at) + how.length);
      return splice(bytes, place(how.at), 0, Buffer.concat(Array.from({ length: how.times }, () => part)));
    }
    case 'move': {
      const part = bytes.subarray(place(how.at), place(how.at) + how.length);
      return splice(bytes, place(how.to), 0, part);
    }
    case 'byte':
      return splice(bytes, place(how.at), 1, Buffer.from([how.byte]));
    case 'swap':
      return Buffer.from(bytes.toString('latin1').replaceAll(how.from, Buffer.from(how.to).toString('latin1')), 'latin1');
    default:
      return how satisfies never;
  }
}

function splice(bytes: Buffer, at: number, gone: number, put: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + gone)]);
}
