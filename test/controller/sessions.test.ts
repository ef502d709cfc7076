// Sessions by REST: listed coarsely, ended by their owner or an administrator, ended by time.
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { pulseEveryMs } from '../../schemas/events.ts';
import { until } from '../wire/waiting.ts';
import { type Asker, accounts, type BuiltCentre, codeOf, makeCentre, password, seedOf } from './built-centre.ts';

const hourMs = 3600_000;
let built: BuiltCentre;
let [admin, hamlet, author]: Asker[] = [];

beforeEach(async () => {
  const hamletAdmin = { account: 'quan-tri-thon', title: 'Quản trị thôn 1', roles: ['administrator'], area: '08/02536/thon-1' };
  built = await makeCentre(seedOf({ accounts: [...accounts, hamletAdmin].map((account) => ({ ...account, password })) }));
  [admin, hamlet, author] = await Promise.all(['quan-tri', 'quan-tri-thon', 'tac-gia'].map(built.as));
});
afterEach(async () => {
  vi.useRealTimers();
  await built.stop();
});

const ask = (who: Asker | undefined): Asker => who as Asker;
const acts = async () => (await built.centre.store.audit.entries(0, 1_000)).map(({ actor, act, subject }) => `${actor} ${act} ${subject}`);

describe('sessions', () => {
  test('are listed with when, a coarse where and the browser, never a cookie; one or all others are ended', async () => {
    const phone = await built.enter('tac-gia', password, {
      address: '203.0.113.77',
      device: 'Mozilla/5.0 (Linux; Android 14) Firefox/130',
    });
    const away = await built.enter('tac-gia', password, { address: '2001:db8:1:2::9' });
    const own = await ask(author)('GET', '/account');
    expect(own.body).toMatchObject({ account: 'tac-gia', factor: 'none', recoveryCodesLeft: 0 });
    const sessions = own.body.sessions as { id: string; place: string; device: string; own: boolean }[];
    expect(sessions.map(({ place, device, own: mine }) => [place, device, mine])).toEqual(
      expect.arrayContaining([
        ['203.0.113.*', 'Firefox · Android', false],
        ['2001:db8:1:*', '', false],
        ['máy này', '', true],
      ]),
    );
    expect(JSON.stringify(own.body)).not.toMatch(/[0-9a-f]{32}/);
    const [first] = sessions.filter(({ place }) => place === '203.0.113.*');
    expect((await ask(author)('DELETE', `/account/sessions/${first?.id}`)).status).toBe(204);
    expect(codeOf(await phone.ask('GET', '/boxes'))).toBe('not-signed-in');
    expect((await away.ask('GET', '/boxes')).status).toBe(200);
    expect(codeOf(await ask(author)('DELETE', `/account/sessions/${first?.id}`))).toBe('not-found');
    expect((await ask(author)('DELETE', '/account/sessions')).status).toBe(204);
    expect(codeOf(await away.ask('GET', '/boxes'))).toBe('not-signed-in');
    expect((await ask(author)('GET', '/boxes')).status).toBe(200);
    expect(await acts()).toContain('tac-gia session.end-others tac-gia');
  });

  test('of others are seen and ended by an administrator of their area', async () => {
    expect((await ask(admin)('GET', '/accounts/tac-gia/sessions')).body).toMatchObject([{ place: 'máy này', own: false }]);
    expect(codeOf(await ask(hamlet)('GET', '/accounts/tac-gia/sessions'))).toBe('not-allowed');
    expect(codeOf(await ask(hamlet)('DELETE', '/accounts/tac-gia/sessions'))).toBe('not-allowed');
    expect((await ask(author)('GET', '/accounts/tac-gia/sessions')).status).toBe(403);
    expect((await ask(admin)('DELETE', '/accounts/tac-gia/sessions')).status).toBe(204);
    expect(codeOf(await ask(author)('GET', '/boxes'))).toBe('not-signed-in');
    expect(await acts()).toContain('quan-tri session.end-all tac-gia');
  });

  test('of administrators end after two hours without use; what a page asks by itself is no use', async () => {
    for (let i = 0; i < 4; i++) {
      built.clock.nowMs += hourMs;
      expect((await ask(admin)('GET', '/boxes')).status).toBe(200);
    }
    const itself = { 'x-loa-by-itself': '1' };
    built.clock.nowMs += hourMs;
    expect((await ask(admin)('GET', '/boxes', undefined, itself)).status).toBe(200);
    built.clock.nowMs += hourMs;
    expect((await ask(admin)('GET', '/boxes', undefined, itself)).body).toMatchObject({ code: 'not-signed-in' });
    expect((await ask(author)('GET', '/boxes')).status).toBe(200);
  });

  test('end after twelve hours, used or not', async () => {
    built.clock.nowMs += 12 * hourMs - 1;
    expect((await ask(author)('GET', '/boxes')).status).toBe(200);
    built.clock.nowMs += 1;
    expect(codeOf(await ask(author)('GET', '/boxes'))).toBe('not-signed-in');
  });

  test('write when they were seen at most once a minute', async () => {
    const seen = async () => (await built.centre.store.people.sessionsOf('tac-gia', built.clock.nowMs))[0]?.seenMs;
    const beganMs = built.clock.nowMs;
    built.clock.nowMs += 59_000;
    await ask(author)('GET', '/boxes');
    expect(await seen()).toBe(beganMs);
    built.clock.nowMs += 1_000;
    await ask(author)('GET', '/boxes');
    expect(await seen()).toBe(built.clock.nowMs);
  });
});

describe('what outlives a request', () => {
  test('an event stream ends at once with the session that opened it, and only then', async () => {
    const [gone, stays] = await Promise.all(['ky-thuat', 'duyet'].map((name) => built.enter(name, password)));
    const streams = await Promise.all(
      [gone, stays].map(async (who) => {
        const answer = await built.app.inject({ url: '/api/events', headers: { cookie: who?.cookie ?? '' }, payloadAsStream: true });
        return answer.stream().resume();
      }),
    );
    const ended = once(streams[0] ?? process.stdin, 'end');
    await ask(admin)('POST', '/accounts/ky-thuat/disable');
    await ended;
    expect(streams.map(({ readableEnded }) => readableEnded)).toEqual([true, false]);
  });

  test('an event stream that has nothing to tell says each 20 s that it is there', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { cookie } = await built.enter('tac-gia', password);
    const stream = (await built.app.inject({ url: '/api/events', headers: { cookie }, payloadAsStream: true })).stream();
    const told: string[] = [];
    stream.on('data', (piece: Buffer) => told.push(String(piece)));
    vi.advanceTimersByTime(pulseEveryMs - 1);
    built.centre.feed.tell('box', 'hop-1');
    await until('the change', () => told.join('').endsWith('event: box\ndata: {"id":"hop-1"}\n\n') || undefined);
    expect(told.join('')).not.toContain('pulse');
    vi.advanceTimersByTime(1);
    await until('the pulse', () => told.join('').endsWith('}\n\nevent: pulse\ndata: {}\n\n') || undefined);
  });

  test('one person cannot take all event streams there are; one that ends makes room', async () => {
    const [greedy, other] = [await built.enter('tac-gia', password), await built.enter('duyet', password)];
    const open = async ({ cookie }: { readonly cookie: string }) =>
      built.app.inject({ url: '/api/events', headers: { cookie }, payloadAsStream: true });
    const streams = await Promise.all(Array.from({ length: 30 }, () => open(greedy)));
    expect(streams.filter(({ statusCode }) => statusCode === 200).length).toBe(24);
    expect(streams.filter(({ statusCode }) => statusCode === 429).length).toBe(6);
    expect((await open(other)).statusCode).toBe(200);
    streams.find(({ statusCode }) => statusCode === 200)?.raw.res.emit('close');
    expect((await open(greedy)).statusCode).toBe(200);
  });

  test('a token’s event stream ends with the token', async () => {
    const expMs = built.clock.nowMs + hourMs;
    const made = await ask(author)('POST', '/tokens', { name: 'x', acts: ['read'], area: '08/02536', expMs, password });
    const headers = { authorization: `Bearer ${made.body.token}` };
    const stream = (await built.app.inject({ url: '/api/events', headers, payloadAsStream: true })).stream().resume();
    const ended = once(stream, 'end');
    await ask(author)('DELETE', `/tokens/${made.body.id}`);
    await ended;
    expect(stream.readableEnded).toBe(true);
  });

  test('live speech is cut off when the speaker is shut out', async () => {
    const officer = await built.enter('truc-ban', password);
    const opened = await officer.ask('POST', '/live', { title: 'Mời họp', groups: ['thon-1'], delayMs: 300 });
    const headers = { cookie: officer.cookie, host: 'localhost', origin: 'http://localhost' };
    const socket = await built.app.injectWS(`/api/live/${opened.body.id}/voice`, { headers });
    const first = once(socket, 'message');
    socket.send(JSON.stringify({ csrf: officer.body.csrf, form: 'frames' }));
    expect(JSON.parse(String((await first)[0]))).toMatchObject({ event: 'ready' });
    const closed = once(socket, 'close');
    await ask(admin)('POST', '/accounts/truc-ban/disable');
    expect((await closed)[0]).toBe(1008);
  });
});
