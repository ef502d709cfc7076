// Abuse by strangers, against a real centre with real ffmpeg: bombs, script in every field, guessed receipts and codes, stuffed votes.
import { execFileSync } from 'node:child_process';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeTries } from '../../controller/citizens/phone-desk.ts';
import { waitRules } from '../../controller/core/citizen-waits.ts';
import { redrawPhoto } from '../../controller/media/picture-fit.ts';
import { findAudioTools } from '../../hardware/host/audio-tools.ts';
import { citizenLimits } from '../../schemas/citizen.ts';
import { dayMs } from '../../schemas/zones.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre, seedOf } from './built-centre.ts';
import { communeUnits } from './register-rig.ts';

let built: BuiltCentre;
let author: Asker;
let count = 0;

const once = () => (++count).toString(16).padStart(32, '0');
/** From an address of one's own, so that one attack slows no other. */
const from = async (address: string): Promise<Asker> => (await built.enter('khong-co', 'x', { address, device: 'x' })).ask;
const newDevice = async () => (await built.stranger('POST', '/public/device', {})).body.device as string;
const send = async (ask: Asker, more: object) =>
  ask('POST', '/public/feedback', {
    once: once(),
    device: await newDevice(),
    kind: 'suggestion',
    unit: 'thon-1',
    text: `Lời thứ ${count}`,
    ...more,
  });
const acts = async () => (await built.centre.store.audit.entries(0, 5_000)).map(({ act, subject }) => `${act} ${subject}`);

beforeAll(async () => {
  built = await makeCentre(seedOf({ demo: true, units: communeUnits }), undefined, await findAudioTools());
  author = await built.as('tac-gia');
});
afterAll(() => built?.stop());

/** 30,000 × 30,000 dots in some hundred bytes: what a picture says of itself is looked at before it is drawn. */
function bombPng(): string {
  const chunk = (type: string, data: Buffer) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, data, Buffer.alloc(4)]);
  };
  const size = Buffer.alloc(13);
  size.writeUInt32BE(30_000);
  size.writeUInt32BE(30_000, 4);
  size.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return `data:image/png;base64,${Buffer.concat([signature, chunk('IHDR', size), chunk('IDAT', deflateSync(Buffer.alloc(1_000_000))), chunk('IEND', Buffer.alloc(0))]).toString('base64')}`;
}

test('bombs and files that are none are refused by their place, leave nothing on the disk, and slow who sends them [needs ffmpeg]', async () => {
  const ask = await from('10.1.0.1');
  const junk = Buffer.from('không phải tệp âm thanh'.repeat(100)).toString('base64');
  const files: [object, string, string][] = [
    [{ photos: [bombPng()] }, 'too-large', '/photos/0'],
    [{ photos: [`data:image/jpeg;base64,${junk}`] }, 'bad-input', '/photos/0'],
    [{ photos: ['data:image/svg+xml;base64,PHN2Zy8+'] }, 'bad-input', '/photos/0'],
    [{ sound: `data:audio/webm;base64,${junk}` }, 'media-unreadable', '/sound'],
    [{ sound: 'data:audio/webm;base64,%%%' }, 'bad-input', '/sound'],
  ];
  for (const [file, code, path] of files) {
    const { body } = await send(ask, file);
    expect([body.code, body.path]).toEqual([code, path]);
  }
  const more = { photos: ['data:image/png;base64,x', 'data:image/png;base64,x', 'data:image/png;base64,x', 'data:image/png;base64,x'] };
  expect(codeOf(await send(ask, more)), 'too many never reach a tool').toBe('bad-input');
  expect((await send(ask, { text: 'x'.repeat(14 * 1024 * 1024) })).status, 'a body too large is not read').toBe(413);
  for (let n = files.length; n <= waitRules.upload.free; n++) await send(ask, { photos: [`data:image/jpeg;base64,${junk}`] });
  expect(codeOf(await send(ask, { photos: [bombPng()] }))).toBe('too-many-requests');
  expect(await acts()).toContain('citizen.slowed upload');
  expect((await author('GET', '/feedback')).body, 'nothing of it was received').toEqual([]);
});

test('a photograph loses what the camera wrote into it, and a sound is encoded anew [needs ffmpeg]', async () => {
  const exif = Buffer.from('4578696600004d4d002a00000008000000000000', 'hex');
  const drawn = execFileSync('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'color=red:s=64x48',
    '-frames:v',
    '1',
    '-f',
    'image2pipe',
    '-c:v',
    'mjpeg',
    '-',
  ]);
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, exif.length + 2 + 9]), exif, Buffer.from('NHA-RIENG')]);
  const photo = Buffer.concat([drawn.subarray(0, 2), segment, drawn.subarray(2)]);
  const voice = execFileSync('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'sine=440:d=2',
    '-metadata',
    'title=NHA-RIENG',
    '-f',
    'wav',
    '-',
  ]);
  const files = {
    photos: [`data:image/jpeg;base64,${photo.toString('base64')}`],
    sound: `data:audio/wav;base64,${voice.toString('base64')}`,
  };
  expect(photo.includes('NHA-RIENG')).toBe(true);
  expect((await send(await from('10.1.0.2'), files)).status).toBe(201);
  const [one] = (await author('GET', '/feedback')).body;
  const attached = async (sha256: string) => author('GET', `/feedback/${one.id}/attached/${sha256}`);
  const [picture, sound] = [await attached(one.photos[0]), await attached(one.sound)];
  expect([picture.headers['content-type'], sound.headers['content-type']]).toEqual(['image/jpeg', 'audio/ogg']);
  for (const { body } of [picture, sound]) expect((body as Buffer).includes('NHA-RIENG')).toBe(false);
  expect(picture.headers['content-security-policy']).toContain('sandbox');
  expect(codeOf(await attached('a'.repeat(64)))).toBe('not-found');
});

test('a drawing loses the name in its colour profile [needs ffmpeg]', async () => {
  const { ffmpeg } = await findAudioTools();
  const drawn = execFileSync('ffmpeg', '-v error -f lavfi -i color=red:s=64x48 -frames:v 1 -f image2pipe -c:v png -'.split(' '));
  const profile = Buffer.concat([Buffer.from('NHA-RIENG\0\0', 'latin1'), deflateSync(Buffer.alloc(200))]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(profile.length);
  // Behind the header; readers do not ask for a sum.
  const photo = Buffer.concat([drawn.subarray(0, 33), head, Buffer.from('iCCP'), profile, Buffer.alloc(4), drawn.subarray(33)]);
  const made = await redrawPhoto(`data:image/png;base64,${photo.toString('base64')}`, ffmpeg);
  const bytes = Buffer.from(made.ok ? (made.value.split(',')[1] ?? '') : '', 'base64');
  expect(bytes.length).toBeGreaterThan(100);
  expect(bytes.includes('NHA-RIENG')).toBe(false);
});

test('script in every field comes back as the text it is, in JSON that no browser runs, or is refused by its place', async () => {
  const script = '<script>alert(1)</script><img src=x onerror=alert(2)>';
  const ask = await from('10.1.0.3');
  const { body, headers } = await send(ask, { text: script });
  expect(headers['content-type']).toContain('application/json');
  const looked = await ask('POST', '/public/feedback/look', { number: body.number, secret: body.secret });
  expect(looked.body.text).toBe(script);
  expect([looked.headers['content-type'], looked.headers['x-content-type-options']]).toEqual([
    'application/json; charset=utf-8',
    'nosniff',
  ]);
  const device = await newDevice();
  const asked: [string, object][] = [
    ['/public/feedback', { once: script, device, kind: script, unit: script, text: 'x' }],
    ['/public/feedback', { once: once(), device: script, kind: 'petition', unit: 'xa', text: 'xxx' }],
    ['/public/feedback/look', { number: script, secret: script }],
    ['/public/feedback/rate', { number: script, secret: script, stars: script }],
    ['/public/phone', { phone: script, device }],
    ['/public/phone/confirm', { challenge: script, code: script }],
    ['/public/ratings', { device, level: script, month: script, unit: script, stars: 1 }],
    ['/public/polls/x/ballots', { device, unit: script, answers: script }],
    [
      '/public/pushes',
      { device, subscription: { endpoint: script, keys: { p256dh: script, auth: script } }, units: [script], topics: [script] },
    ],
    ['/public/pushes/received', { message: script, tag: script }],
    ['/public/my-data', { device: script, phone: script }],
  ];
  for (const [path, wish] of asked) {
    const answer = await ask('POST', path, wish);
    expect([path, codeOf(answer)]).toEqual([path, 'bad-input']);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  }
  for (const path of [
    `/public/items?unit=thon-1&q=${encodeURIComponent(script)}`,
    `/public/answers?unit=thon-1&q=${encodeURIComponent(script)}`,
  ])
    expect((await ask('GET', path)).body).toEqual([]);
});

test('receipts cannot be counted through: a wrong number and a wrong secret are one answer, and guessing takes longer each time', async () => {
  const { number, secret } = (await send(await from('10.1.0.4'), {})).body;
  const ask = await from('10.1.0.5');
  const guess = (wish: object) => ask('POST', '/public/feedback/look', { number, secret, ...wish });
  const wrongSecret = await guess({ secret: 'C'.repeat(12) });
  const wrongNumber = await guess({ number: 'PA-CCCCCCCC' });
  expect(wrongSecret.body).toEqual(wrongNumber.body);
  expect(wrongSecret.status).toBe(404);
  const codes: string[] = [];
  for (let n = 0; n < waitRules.receipt.free + 3; n++) codes.push(codeOf(await guess({ secret: 'D'.repeat(12) })));
  expect(codes.at(-1)).toBe('too-many-requests');
  expect(codeOf(await guess({})), 'who guesses waits with the right one as well').toBe('too-many-requests');
  const neighbour = await from('10.1.0.6');
  expect((await neighbour('POST', '/public/feedback/look', { number, secret })).status, 'a neighbour does not').toBe(200);
  expect(await acts()).toContain('citizen.slowed receipt');
});

test('a code is guessed five times at most, its phone is rung seldom, and the audit knows of it', async () => {
  const device = await newDevice();
  const ask = await from('10.1.0.7');
  const { challenge, demoCode } = (await ask('POST', '/public/phone', { phone: '0911111111', device })).body;
  const wrong = demoCode === '000000' ? '000001' : '000000';
  const codes: string[] = [];
  for (let n = 0; n <= codeTries; n++) codes.push(codeOf(await ask('POST', '/public/phone/confirm', { challenge, code: wrong })));
  expect(codes).toEqual([...Array(codeTries).fill('wrong-code'), 'not-found']);
  expect(codeOf(await ask('POST', '/public/phone/confirm', { challenge, code: demoCode })), 'the right one comes too late').toBe(
    'not-found',
  );
  const asked: number[] = [];
  for (let n = 0; n < waitRules.phone.free + 2; n++)
    asked.push((await ask('POST', '/public/phone', { phone: '0911111111', device })).status);
  expect(asked.at(-1)).toBe(429);
  expect((await ask('POST', '/public/phone', { phone: '0922222222', device })).status, 'another phone is not kept out').toBe(200);
  const told = await acts();
  expect(told.some((act) => act.startsWith('citizen.code-guessed'))).toBe(true);
  expect(JSON.stringify(told)).not.toContain('0911111111');
});

test('votes are stuffed by neither phones, devices nor made-up words, and many at once are one', async () => {
  const approver = await built.as('duyet');
  const nowMs = built.clock.nowMs;
  const wish = {
    ...{ kind: 'poll', unit: 'xa', title: 'x', voter: 'phone', opensMs: nowMs, closesMs: nowMs + dayMs },
    questions: [{ type: 'one', text: 'x', options: ['a', 'b'] }],
  };
  const { id } = (await author('POST', '/polls', wish)).body;
  await approver('POST', `/polls/${id}/open`);
  const ask = await from('10.1.0.8');
  const prove = async (phone: string, device: string) => {
    const { challenge, demoCode } = (await ask('POST', '/public/phone', { phone, device })).body;
    return (await ask('POST', '/public/phone/confirm', { challenge, code: demoCode })).body.phone as string;
  };
  const devices = await Promise.all([newDevice(), newDevice(), newDevice()]);
  const [one = '', two = ''] = devices;
  const phone = await prove('0933333333', one);
  const vote = (device: string, proof: string | null) =>
    ask('POST', `/public/polls/${id}/ballots`, { device, phone: proof, unit: 'xa', answers: [[0]] });
  expect(codeOf(await vote(one, null)), 'a device alone has no vote here').toBe('wrong-code');
  const many = await Promise.all(Array.from({ length: 20 }, () => vote(one, phone)));
  expect(many.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(codeOf(await vote(two, phone)), 'the phone on another device').toBe('conflict');
  expect(codeOf(await vote(two, await prove('+84933333333', two))), 'proved anew, written otherwise').toBe('conflict');
  expect(codeOf(await vote(two, `${phone.slice(0, -4)}AAAA`)), 'a proof that nobody gave').toBe('wrong-code');
  built.clock.nowMs += 13 * 3600_000;
  expect(codeOf(await vote(two, phone)), 'a proof lasts some hours').toBe('expired');
  expect((await (await built.as('tac-gia'))('GET', '/polls')).body).toMatchObject([{ ballots: 1 }]);
  expect((await acts()).filter((act) => act === `poll.second-vote ${id}`).length).toBeGreaterThan(19);
});

test('new devices come only so fast from one address', async () => {
  const codes: number[] = [];
  const { waits } = built.centre.citizens;
  for (let n = 0; n < waitRules.device.free + 2; n++) codes.push((await waits.take('device', '10.1.0.9')).ok ? 201 : 429);
  expect(codes.indexOf(429)).toBe(waitRules.device.free + 1);
  expect(citizenLimits.feedbackPerDay).toBeLessThan(waitRules.device.free);
});
