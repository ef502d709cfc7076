// The live desk: who may open, when policy lets it, how many, what is announced, written down and recorded.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentFrame } from '../../controller/live/opus-frame.ts';
import { mayPullFrom } from '../../controller/relay/address.ts';
import { Pacer } from '../../controller/relay/pacer.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre, startMs, statementIn } from './built-centre.ts';

const wish = { title: 'Mời họp', groups: ['thon-1'], delayMs: 300, chime: true };

describe('the live desk', () => {
  let built: BuiltCentre;
  let duty: Asker;

  beforeEach(async () => {
    built = await makeCentre();
    duty = await built.as('truc-ban');
  });
  afterEach(() => built.stop());

  test('announces a session with a key of its own to each group, counters going on, and its end', async () => {
    const opened = await duty('POST', '/live', wish);
    expect(opened).toMatchObject({ status: 201, body: { state: 'open', by: 'truc-ban', delayMs: 300, groups: ['thon-1'] } });
    expect(opened.body.talkFromMs - opened.body.openMs).toBe(3_020);
    const closed = await duty('POST', `/live/${opened.body.id}/close`);
    expect(closed.body).toMatchObject({ state: 'closed', closedWhy: 'closed' });
    const said = built.published.filter(({ topic }) => topic === 'loa/1/g/thon-1/cmd');
    expect(said.every(({ retain }) => !retain)).toBe(true);
    const [open, end] = said.map(({ payload }) => statementIn(JSON.parse(payload.toString())));
    expect(open).toMatchObject({
      typ: 'live',
      aud: 'g/thon-1',
      body: { session: opened.body.id, state: 'open', source: 'microphone', level: 'commune' },
    });
    expect(end).toMatchObject({ typ: 'live', body: { session: opened.body.id, state: 'closed', publicKey: open.body.publicKey } });
    expect(end.ctr).toBeGreaterThan(open.ctr);
    const acts = (await built.centre.store.audit.entries(0, 1_000)).filter(({ subject }) => subject === opened.body.id);
    expect(acts.map(({ actor, act }) => `${actor} ${act}`)).toEqual(['truc-ban live.open', 'truc-ban live.close']);
    expect(await built.centre.store.audit.verify()).toBeUndefined();
  });

  test('is for duty officers and schedulers; closing also for leaders', async () => {
    for (const [account, status] of [
      ['duyet', 403],
      ['ky-thuat', 403],
      ['quan-tri', 403],
      ['tac-gia', 201],
    ] as const)
      expect([account, (await (await built.as(account))('POST', '/live', wish)).status]).toEqual([account, status]);
    expect(codeOf(await built.stranger('POST', '/live', wish))).toBe('not-signed-in');
    expect(codeOf(await duty('POST', '/live', { ...wish, groups: ['khong-co'] }))).toBe('not-found');
  });

  test('says so in quiet hours, and ends a session where they begin', async () => {
    built.clock.nowMs = startMs + 14.5 * 3600_000; // 22:30
    const night = await built.as('truc-ban');
    expect(codeOf(await night('POST', '/live', wish))).toBe('policy-breach');
    built.clock.nowMs = startMs + 13 * 3600_000 + 50 * 60_000; // 21:50
    const again = await built.as('truc-ban');
    const late = await again('POST', '/live', { ...wish, maxMs: 3_600_000 });
    expect(late.body.untilMs).toBeLessThanOrEqual(startMs + 14 * 3600_000);
    expect(late.body.untilMs).toBeGreaterThan(startMs + 14 * 3600_000 - 61_000);
  });

  test('keeps at most four open', async () => {
    const opened = [];
    for (let i = 0; i < 5; i++) opened.push(await duty('POST', '/live', wish));
    expect(opened.map(({ status }) => status)).toEqual([201, 201, 201, 201, 429]);
    await duty('POST', `/live/${opened[0]?.body.id}/close`);
    expect((await duty('POST', '/live', wish)).status).toBe(201);
  });

  test('closes what a restart cut off: the key is gone', async () => {
    const opened = await duty('POST', '/live', wish);
    const { store } = built.centre;
    const live = await store.live.session(opened.body.id);
    if (!live) throw new Error('not stored');
    const cut = { ...live, session: { ...live.session, session: 'live-cut' } };
    await store.live.addLive(cut, { atMs: 1, actor: 'x', act: 'live.open', subject: 'live-cut', sha256: '' });
    await built.centre.live.start();
    expect(await store.live.session('live-cut')).toMatchObject({ closedWhy: 'restart' });
  });

  test('without ffmpeg the recording is kept as it was spoken', async () => {
    const opened = await duty('POST', '/live', { ...wish, chime: false });
    const id = opened.body.id as string;
    for (let n = 0; n < 10; n++) built.centre.live.room(id)?.sound(silentFrame, opened.body.openMs + 100 + n * 20);
    await duty('POST', `/live/${id}/close`);
    await built.centre.live.stop();
    const answer = await duty('GET', `/live/${id}`);
    const medium = await built.centre.store.content.medium(answer.body.recording);
    expect(medium).toMatchObject({ source: `live ${id}`, author: 'truc-ban', item: { title: 'Mời họp', type: 'audio/ogg' } });
    expect(medium?.item.durationMs).toBeGreaterThanOrEqual(200);
    expect(await built.centre.blobs.size(answer.body.recording)).toBe(medium?.item.bytes);
  });
});

describe('a relay', () => {
  test('is never pulled from this machine or link-local addresses; private ones are for VPNs', () => {
    const refused = [
      '127.0.0.1',
      '127.9.9.9',
      '0.0.0.0',
      '169.254.169.254',
      '224.0.0.1',
      '::1',
      'fe80::1',
      '::',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
    ];
    for (const address of refused) expect([address, mayPullFrom(address, false).ok]).toEqual([address, false]);
    for (const address of ['10.8.0.1', '203.0.113.9', '2001:db8::1'])
      expect([address, mayPullFrom(address, false).ok]).toEqual([address, true]);
    expect(mayPullFrom('127.0.0.1', true).ok).toBe(true);
    expect(mayPullFrom('169.254.169.254', true).ok).toBe(false);
  });

  test('runs at our pace for hours although the station’s clock is 100 ppm off, and begins anew when it ran dry', () => {
    for (const ppm of [-100, 100]) {
      const pacer = new Pacer();
      let [sent, heard, before, worstMs] = [0, 0, 0, 0];
      const frameMs = 20 * (1 + ppm / 1e6);
      for (let ms = 0; ms < 2 * 3600_000; ms += 20) {
        // Two seconds at once, as servers send to who connects, then in real time.
        while (sent * frameMs <= ms + 2_000) {
          pacer.push(silentFrame);
          sent += 1;
        }
        for (const { capturedMs } of pacer.due(ms)) {
          if (heard > 0) worstMs = Math.max(worstMs, Math.abs(capturedMs - before - 20));
          before = capturedMs;
          heard += 1;
        }
      }
      expect(worstMs).toBeLessThan(0.011);
      expect([ppm, pacer.flows, pacer.dropped]).toEqual([ppm, true, 0]);
      expect(sent - heard).toBeLessThan(200);
    }
    const dry = new Pacer();
    for (let i = 0; i < 80; i++) dry.push(silentFrame);
    for (let ms = 0; ms < 3_000; ms += 20) dry.due(ms);
    expect(dry.flows).toBe(false);
    for (let i = 0; i < 80; i++) dry.push(silentFrame);
    expect(dry.due(3_020).length).toBeGreaterThan(0);
    for (let i = 0; i < 900; i++) dry.push(silentFrame);
    expect(dry.dropped).toBeGreaterThan(300);
  });
});
