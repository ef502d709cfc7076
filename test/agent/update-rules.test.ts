// The rules of an update, each as a table: what may replace what, what is done when, what the launcher starts.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Around, blankUpdate, decideUpdate, type UpdateState } from '../../agent/update/decide.ts';
import { inFetchHours } from '../../agent/update/fetch-hours.ts';
import { type HealthSeen, lacking } from '../../agent/update/health-gate.ts';
import { decideStart, type LauncherSeen } from '../../agent/update/start-rule.ts';
import { cryptography, sha256 } from '../../hardware/host/crypto.ts';
import { packArchive, unpackArchive } from '../../hardware/host/release-archive.ts';
import { centreRing } from '../../schemas/centre-ring.ts';
import { seal } from '../../schemas/envelope.ts';
import { compareVersions, misfit, openRelease, type Release } from '../../schemas/release.ts';
import { delegate, listed, makeKey, rootOf, statement } from '../schemas/signing.ts';

const release: Release = {
  ...{ version: '1.1.0', counter: 5, architectures: ['arm64'], notes: { vi: 'Sửa lỗi', en: '' } },
  ...{ parts: [{ name: 'app', sha256: 'a'.repeat(64), bytes: 10 }], limits: { unpackedBytes: 100, files: 3 } },
};
const here = { version: '1.0.0', architecture: 'arm64', counter: 4, failed: [] };
const calm: Around = { nowMs: 0, quiet: true, mayFetch: true, healthy: false };

describe('what may replace what runs', () => {
  test.each([
    ['1.0.0', '1.0.1', -1],
    ['1.10.0', '1.9.9', 1],
    ['2.0.0-rc.1', '2.0.0', -1],
    ['2.0.0-a', '2.0.0-b', -1],
    ['3.0.0', '3.0.0', 0],
  ])('%s beside %s', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
    expect(Math.sign(compareVersions(b, a))).toBe(sign === 0 ? 0 : -sign);
  });

  test.each<[string, Partial<Release>, Partial<typeof here>, string | undefined]>([
    ['a newer one', {}, {}, undefined],
    ['a counter that was passed', { counter: 4 }, {}, 'older'],
    ['an older version', {}, { version: '1.2.0' }, 'older'],
    ['an older version that says so', { downgrade: true }, { version: '1.2.0' }, undefined],
    ['the same version again', { downgrade: true }, { version: '1.1.0' }, 'older'],
    ['another machine', {}, { architecture: 'x64' }, 'architecture'],
    ['one too old to be replaced', { minVersion: '1.0.5' }, {}, 'min-version'],
    ['one that failed here', {}, { failed: [5] as never }, 'failed-before'],
  ])('%s', (_, changed, at, reason) => {
    expect(misfit({ ...release, ...changed }, { ...here, ...at })?.reason).toBe(reason);
  });
});

describe('a signed release', () => {
  const [root, province, commune, stranger] = [makeKey(), makeKey(), makeKey(), makeKey()];
  const chain = [
    delegate({ centre: 'tinh', area: '08', level: 'province', keys: [listed(province, ['release', 'root'])] }, [root]),
    delegate({ centre: 'xa', area: '08/1', level: 'commune', keys: [listed(commune, ['want'])] }, [province]),
  ];
  const ring = centreRing({ root: rootOf([root], 1), chain }, 'xa', cryptography);
  const signed = (by: ReturnType<typeof makeKey>, change: object) =>
    seal(statement('release', release, { iss: 'tinh', aud: 'c/tinh', ...change }), [by.signer]);

  test.each<[string, ReturnType<typeof makeKey>, object, string]>([
    ['by the centre above', province, {}, 'ok'],
    ['by a key without the role', commune, { iss: 'xa', aud: 'c/xa' }, 'role-missing'],
    ['by a stranger', stranger, {}, 'key-unknown'],
    ['in another epoch', province, { epoch: 'e0' }, 'replayed'],
    ['for another centre', province, { aud: 'c/huyen' }, 'wrong-audience'],
    ['in the name of another', province, { iss: 'xa', aud: 'c/xa' }, 'role-missing'],
  ])('%s', (_, by, change, code) => {
    if (!ring.ok) throw new Error(ring.problem.detail);
    const opened = openRelease(signed(by, change), ring.value, cryptography);
    expect(opened.ok ? 'ok' : opened.problem.code).toBe(code);
  });
});

describe('the steps', () => {
  const at = (step: UpdateState['kept']['step'], running = '1.0.0'): UpdateState => {
    const blank = blankUpdate(running, 4, 'arm64');
    return { ...blank, kept: { ...blank.kept, step, target: { version: '1.1.0', counter: 5 } } };
  };

  test.each<[UpdateState['kept']['step'], string, Partial<Around>, string | undefined]>([
    ['offered', '1.0.0', {}, 'download'],
    ['offered', '1.0.0', { mayFetch: false }, undefined],
    ['verified', '1.0.0', { quiet: false, mayFetch: false }, 'unpack'],
    ['unpacked', '1.0.0', {}, 'prepare'],
    ['unpacked', '1.0.0', { quiet: false }, undefined],
    ['pending', '1.0.0', {}, 'switch'],
    ['pending', '1.0.0', { quiet: false }, undefined],
    ['switched', '1.0.0', {}, 'restart'],
    ['switched', '1.0.0', { quiet: false }, undefined],
    ['switched', '1.1.0', {}, undefined],
    ['switched', '1.1.0', { healthy: true }, 'commit'],
    ['rolled-back', '1.0.0', { quiet: false }, 'clear'],
    ['committed', '1.1.0', { quiet: false }, 'tidy'],
    ['idle', '1.0.0', {}, undefined],
  ])('at %s with %s running and %o: %s', (step, running, around, act) => {
    expect(decideUpdate(at(step, running), { is: 'looked' }, { ...calm, ...around }).act).toBe(act);
  });

  test('a download is stopped when the line is needed, and nothing is begun beside an act', () => {
    const doing = decideUpdate(at('offered'), { is: 'looked' }, calm).state;
    expect(decideUpdate(doing, { is: 'looked' }, { ...calm, mayFetch: false })).toMatchObject({ stopFetching: true });
    expect(decideUpdate(doing, { is: 'looked' }, calm).act).toBeUndefined();
  });

  test('what failed rests longer and longer; content that cannot be right is given up and told', () => {
    const fail = { is: 'failed', act: 'download', reason: 'disk', detail: 'offline', lasting: false } as const;
    const once = decideUpdate({ ...at('downloading'), doing: 'download' }, fail, calm).state;
    const twice = decideUpdate({ ...once, doing: 'download' }, fail, calm).state;
    expect(twice.restUntilMs).toBe(2 * once.restUntilMs);
    const over = decideUpdate(
      { ...at('verified'), doing: 'unpack' },
      { ...fail, act: 'unpack', reason: 'content', lasting: true },
      calm,
    ).state;
    expect(over.kept).toMatchObject({ step: 'idle', target: null, failed: [5] });
    expect(over.kept.untold).toMatchObject([{ state: 'refused', reason: 'content' }]);
    expect(decideUpdate(over, { is: 'offered', release }, calm).state.kept).toBe(over.kept);
  });

  test('what is refused is told once; what was taken back is dropped while nothing is switched', () => {
    const wrong = { ...release, counter: 4 - 1 };
    const once = decideUpdate(blankUpdate('1.0.0', 4, 'arm64'), { is: 'offered', release: wrong }, calm).state;
    expect(once.kept.untold).toMatchObject([{ state: 'refused', reason: 'older' }]);
    expect(decideUpdate(once, { is: 'offered', release: wrong }, calm).state.kept).toBe(once.kept);
    expect(decideUpdate(at('unpacked'), { is: 'withdrawn' }, calm).state.kept.step).toBe('idle');
    expect(decideUpdate(at('switched', '1.1.0'), { is: 'withdrawn' }, calm).state.kept.step).toBe('switched');
  });
});

describe('what the launcher starts', () => {
  const pending = { version: '1.1.0', counter: 5, previous: '1.0.0', before: { connected: true, plan: true, outputs: [] } };
  const both = ['1.0.0', '1.1.0'];
  const none = { previous: '1.0.0', pending: null, starts: null, wayBack: null, whole: both };

  test.each<[string, LauncherSeen, boolean, object]>([
    ['a confirmed version', { ...none, current: '1.1.0' }, false, { run: '1.1.0', point: false, unconfirmed: false }],
    ['an unconfirmed one, counted', { ...none, current: '1.1.0', pending }, false, { run: '1.1.0', starts: { counter: 5, count: 1 } }],
    [
      'the third time, too',
      { ...none, current: '1.1.0', pending, starts: { counter: 5, count: 2 } },
      false,
      { run: '1.1.0', starts: { counter: 5, count: 3 }, unconfirmed: true },
    ],
    [
      'the one before after three starts',
      { ...none, current: '1.1.0', pending, starts: { counter: 5, count: 3 } },
      false,
      { run: '1.0.0', point: true, wayBack: { version: '1.1.0', counter: 5, reason: 'starts' } },
    ],
    [
      'the one before when its time is over',
      { ...none, current: '1.1.0', pending },
      true,
      { run: '1.0.0', wayBack: { reason: 'too-long' } },
    ],
    [
      'the one before when its files are broken',
      { ...none, current: '1.1.0', pending, whole: ['1.0.0'] },
      false,
      { run: '1.0.0', wayBack: { reason: 'broken' } },
    ],
    ['the one before where `current` is missing', { ...none, current: null }, false, { run: '1.0.0', point: true }],
    ['the newest whole one where nothing is named', { ...none, current: null, previous: null }, false, { run: '1.1.0', point: true }],
    [
      'again the one before where only the link was left to turn',
      { ...none, current: '1.1.0', pending, wayBack: { version: '1.1.0', counter: 5, to: '1.0.0', reason: 'starts', lines: [] } },
      false,
      { run: '1.0.0', point: true },
    ],
    [
      'an unconfirmed one where there is no other',
      { ...none, current: '1.1.0', pending, starts: { counter: 5, count: 3 }, whole: ['1.1.0'] },
      false,
      { run: '1.1.0' },
    ],
    ['nothing where nothing is whole', { ...none, current: '1.1.0', whole: [] }, false, { run: null }],
  ])('%s', (_, seen, late, start) => {
    expect(decideStart(seen, late)).toMatchObject(start);
  });
});

describe('the gate', () => {
  const well: HealthSeen = {
    ...{ journalOpen: true, keysLoaded: true, outputs: ['main'], planLoaded: true, pageAnswers: true, watchdogFed: true },
    ...{ connected: true, lineUp: true },
  };
  const before = { connected: true, plan: true, outputs: ['main'] };

  test.each<[string, Partial<HealthSeen>, Partial<typeof before>, string[]]>([
    ['all is well', {}, {}, []],
    ['the journal refuses', { journalOpen: false }, {}, ['journal']],
    ['the sound is gone', { outputs: [] }, {}, ['audio']],
    ['there was no sound before either', { outputs: [] }, { outputs: [] }, []],
    ['no plan', { planLoaded: false }, {}, ['plan']],
    ['the page is silent', { pageAnswers: false }, {}, ['page']],
    ['nobody feeds the watchdog', { watchdogFed: false }, {}, ['watchdog']],
    ['the centre is not reached any more', { connected: false }, {}, ['network']],
    ['the centre was away before', { connected: false }, { connected: false }, []],
    ['the cable is out', { connected: false, lineUp: false }, {}, []],
  ])('%s', (_, seen, was, what) => {
    expect(lacking({ ...well, ...seen }, { ...before, ...was })).toEqual(what);
  });
});

describe('the hours of fetching', () => {
  const at = (time: string) => Date.parse(`2026-11-28T${time}:00+07:00`);
  const night = [{ from: '23:00', to: '04:30' }];
  test.each<[Release['fetchHours'], string, boolean, boolean]>([
    [undefined, '12:00', false, true],
    [night, '23:30', true, true],
    [night, '02:00', true, true],
    [night, '04:30', true, false],
    [night, '12:00', true, false],
    [night, '02:00', false, false],
  ])('%o at %s', (hours, time, known, open) => {
    expect(inFetchHours(hours, 'Asia/Ho_Chi_Minh', at(time), known)).toBe(open);
  });
});

describe('an archive', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loa-archive-'));
  const files = [
    { path: 'guard.js', content: Buffer.from('guard') },
    { path: 'bin/node', content: Buffer.from('node'), run: true },
  ];
  const limits = { unpackedBytes: 1000, files: 5 };
  async function unpack(bytes: Uint8Array, within = limits) {
    const path = join(folder, sha256(bytes));
    writeFileSync(path, bytes);
    const put: Record<string, string> = {};
    const result = await unpackArchive(path, within, async ({ path: name }, content) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of content) chunks.push(chunk);
      put[name] = Buffer.concat(chunks).toString();
    });
    return { result: result.ok ? 'ok' : result.problem.code, put };
  }
  /** An archive of any index, whatever it says. */
  const forged = (index: object, content = 'x') => {
    const text = Buffer.from(JSON.stringify(index));
    return gzipSync(
      Buffer.concat([Buffer.from(`LOA-RELEASE-1\n${text.length.toString(16).padStart(8, '0')}\n`), text, Buffer.from(content)]),
    );
  };
  const one = (path: string, more: object = {}) => ({ files: [{ path, bytes: 1, sha256: sha256(Buffer.from('x')), ...more }] });

  test('comes out as it went in, with equal bytes for equal files', async () => {
    const packed = packArchive(files);
    expect(sha256(packArchive([...files].reverse()))).toBe(sha256(packed));
    expect(await unpack(packed)).toEqual({ result: 'ok', put: { 'guard.js': 'guard', 'bin/node': 'node' } });
  });

  test.each<[string, Uint8Array, string]>([
    ['a path that climbs', forged(one('../etc/passwd')), 'bad-input'],
    ['a path from the root', forged(one('/etc/passwd')), 'bad-input'],
    ['a hidden step', forged(one('a/./b')), 'bad-input'],
    ['a path with a backslash', forged(one('a\\b')), 'bad-input'],
    ['a path twice', forged({ files: [...one('a').files, ...one('a').files] }, 'xx'), 'bad-input'],
    ['a file that is a folder', forged({ files: [...one('a').files, ...one('a/b').files] }, 'xx'), 'bad-input'],
    ['another content', forged(one('a', { sha256: '0'.repeat(64) })), 'hash-mismatch'],
    ['too much', forged(one('a', { bytes: 5000 }), 'x'.repeat(5000)), 'too-large'],
    ['an end too early', forged(one('a', { bytes: 9 })), 'bad-input'],
    ['bytes behind the last file', forged(one('a'), 'xy'), 'bad-input'],
    ['no archive', gzipSync('hello'), 'bad-input'],
    ['nothing packed', Buffer.from('hello'), 'bad-input'],
    ['half of it', packArchive(files).subarray(0, 60), 'bad-input'],
  ])('with %s is refused', async (_, bytes, code) => {
    expect((await unpack(bytes)).result).toBe(code);
  });

  test('a bomb costs no more than the release says', async () => {
    const bomb = forged(one('a', { bytes: 300_000_000 }), 'x'.repeat(1_000_000));
    expect((await unpack(bomb)).result).toBe('too-large');
    rmSync(folder, { recursive: true, force: true });
  });
});
