// The centre's rules as tables: wants, frames, orders, status, ranges.
import { describe, expect, test } from 'vitest';
import { type CentreContent, compileWants, policyAt, sameParts } from '../../controller/core/compile-want.ts';
import { newerPresence, silentAfterMs, statusOf } from '../../controller/core/fleet-status.ts';
import { attachmentsWithin, type FrameEntry, idsToClear, livingEntries, roomForOrder } from '../../controller/core/group-frame.ts';
import { planOrder } from '../../controller/core/order-plan.ts';
import { progressOf, toldByBox } from '../../controller/core/order-progress.ts';
import { playedBy } from '../../controller/core/schedule-part.ts';
import { standardTemplates } from '../../controller/emergency/templates.ts';
import { layOut } from '../../controller/media/bulletin.ts';
import { isLoopback, readSettings } from '../../controller/settings.ts';
import { checkBulletin } from '../../hardware/host/bulletin-check.ts';
import { sha256 } from '../../hardware/host/crypto.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { frameBytesMax } from '../../schemas/frame.ts';
import { Order } from '../../schemas/order.ts';
import { parse } from '../../schemas/parse.ts';
import type { Programme } from '../../schemas/programme.ts';
import { readRange } from '../../schemas/ranges.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import { openPolicy } from './built-centre.ts';

describe('wants', () => {
  const programme = (id: string): Programme => ({ id, title: id, form: 'audio', tier: 'normal', level: 'commune', centre: 'c', items: [] });
  const schedule = (id: string, of: string, holidays: Schedule['holidays'] = 'play') => ({ id, programme: of, holidays }) as Schedule;
  const content: CentreContent = {
    policy: openPolicy,
    programmes: [
      { programme: programme('p2'), state: 'approved' },
      { programme: programme('p1'), state: 'approved' },
      { programme: programme('p3'), state: 'submitted' },
      { programme: programme('p4'), state: 'withdrawn' },
    ],
    schedules: [
      { schedule: schedule('s3', 'p1'), groups: ['g1', 'g2'] },
      { schedule: schedule('s1', 'p2'), groups: ['g2'] },
      { schedule: schedule('s2', 'p3'), groups: ['g1'] },
      { schedule: schedule('s4', 'p4'), groups: ['g1'] },
    ],
    holidays: ['2027-02-06', '2026-09-02'],
    localOrder: ['p2', 'p1', 'p9'],
  };
  const box = (id: string, ...groups: string[]) => ({ id, area: '08/02536', groups, settings: defaultBoxSettings });

  test.each([
    [['g1'], ['s3'], ['p1'], ['p1']],
    [['g2'], ['s1', 's3'], ['p1', 'p2'], ['p2', 'p1']],
    [
      ['g1', 'g2'],
      ['s1', 's3'],
      ['p1', 'p2'],
      ['p2', 'p1'],
    ],
    [['g9'], [], [], []],
  ])('boxes in %s play %s', (groups, schedules, programmes, order) => {
    const part = playedBy(content)(groups);
    expect([part.schedules.map(({ id }) => id), part.programmes.map(({ id }) => id), part.localOrder]).toEqual([
      schedules,
      programmes,
      order,
    ]);
    expect(part.holidays).toEqual([]);
  });

  test('days left out are told where some schedule leaves them out', () => {
    const skipping = { ...content, schedules: [{ schedule: schedule('s3', 'p1', 'skip'), groups: ['g1'] }] };
    expect(playedBy(skipping)(['g1']).holidays).toEqual(['2026-09-02', '2027-02-06']);
    expect(playedBy(skipping)(['g2']).holidays).toEqual([]);
  });

  test('a box goes by the policy of the nearest area around it, others share the centre’s', () => {
    const strict = { ...openPolicy, id: 'strict' };
    const stricter = { ...openPolicy, id: 'stricter' };
    const packs = {
      ...content,
      areaPolicies: [
        { area: '08/02536/thon-1', policy: stricter },
        { area: '08/02536', policy: strict },
      ],
    };
    const at = (area: string) => policyAt(area, packs).policy.id;
    expect([at('08/02536/thon-1/nam'), at('08/02536/thon-10'), at('08/02536'), at('08/0253')]).toEqual([
      ...['stricter', 'strict', 'strict', openPolicy.id],
    ]);
    const { wants } = compileWants([box('a', 'g1'), box('b', 'g1'), { ...box('c', 'g1'), area: '08/02545' }], packs, sha256);
    const policyOf = (dev: string) => wants.get(dev)?.find(({ kind }) => kind === 'policy')?.sha256;
    expect(policyOf('a')).toBe(policyOf('b'));
    expect(policyOf('c')).not.toBe(policyOf('a'));
  });

  test('boxes of equal groups share every part, in whatever order the tables come', () => {
    const first = compileWants([box('a', 'g1', 'g2'), box('b', 'g2', 'g1'), box('c', 'g1')], content, sha256);
    const turned = { ...content, programmes: [...content.programmes].reverse(), schedules: [...content.schedules].reverse() };
    const second = compileWants([box('c', 'g1'), box('a', 'g2', 'g1')], turned, sha256);
    expect(first.wants.get('a')).toEqual(first.wants.get('b'));
    expect(second.wants.get('a')).toEqual(first.wants.get('a'));
    expect(second.wants.get('c')).toEqual(first.wants.get('c'));
    expect(first.texts.size).toBe(4);
    expect(sameParts(first.wants.get('a') ?? [], first.wants.get('c') ?? [])).toBe(false);
    for (const part of first.wants.get('a') ?? []) expect(first.texts.get(part.sha256)?.length).toBe(part.bytes);
  });

  test('a box with settings of its own has its own part', () => {
    const { wants } = compileWants(
      [box('a', 'g1'), { ...box('b', 'g1'), settings: { ...defaultBoxSettings, delayMs: 40 } }],
      content,
      sha256,
    );
    const differing = (wants.get('a') ?? []).filter((part, i) => part.sha256 !== wants.get('b')?.[i]?.sha256);
    expect(differing.map(({ kind }) => kind)).toEqual(['settings']);
  });

  test('canonical JSON sorts keys at every depth and leaves out what is undefined', () => {
    expect(canonicalJson({ b: [{ d: 1, c: undefined }], a: 'ế' })).toBe('{"a":"ế","b":[{"d":1}]}');
  });
});

describe('frames', () => {
  const entry = (ctr: number, changes: Partial<FrameEntry> = {}): FrameEntry => ({
    ctr,
    typ: 'order',
    orders: [`o${ctr}`],
    envelope: 'x'.repeat(500),
    audio: [],
    expMs: 1000,
    ...changes,
  });

  test('hold what lives, by counter, at most sixteen', () => {
    const entries = [entry(3), entry(1), entry(2, { expMs: 10 })];
    expect(livingEntries(entries, 10).map(({ ctr }) => ctr)).toEqual([1, 3]);
    const many = Array.from({ length: 20 }, (_, i) => entry(i));
    expect(livingEntries(many, 10).map(({ ctr }) => ctr)).toEqual(Array.from({ length: 16 }, (_, i) => i + 4));
    expect(roomForOrder(many.slice(0, 14), 10, false).ok).toBe(true);
    expect(roomForOrder(many.slice(0, 15), 10, false)).toMatchObject({ ok: false, problem: { code: 'conflict' } });
    // Exercises have a frame of their own, and large envelopes leave room for the clear.
    expect(roomForOrder(many.slice(0, 15), 10, true).ok).toBe(true);
    const large = many.slice(0, 8).map((one) => ({ ...one, envelope: 'x'.repeat(60_000) }));
    expect(roomForOrder(large, 10, false).ok).toBe(false);
  });

  test('a clear names what it ends first, then what earlier clears still hold', () => {
    const earlier = entry(5, { typ: 'clear', orders: ['a', 'b'] });
    expect(idsToClear(['c'], [earlier], 10)).toEqual(['c', 'a', 'b']);
    expect(idsToClear(['c'], [earlier], 1000)).toEqual(['c']);
    expect(
      idsToClear(
        Array.from({ length: 80 }, (_, i) => `x${i}`),
        [earlier],
        10,
      ),
    ).toHaveLength(64);
  });

  test('take main languages of newer orders first and stay within the limit', () => {
    const entries = Array.from({ length: 10 }, (_, i) => entry(i, { audio: [`vi${i}`, `tyz${i}`] }));
    const chosen = attachmentsWithin(entries, () => 64 * 1024);
    expect(chosen).toEqual(['vi9', 'vi8', 'vi7', 'vi6', 'vi5', 'vi4', 'vi3']);
    expect(chosen.length * 64 * 1024 + JSON.stringify(entries).length).toBeLessThan(frameBytesMax);
    expect(attachmentsWithin([entry(1, { audio: ['a'] }), entry(2, { audio: ['a'] })], () => 5)).toEqual(['a']);
    expect(attachmentsWithin([entry(1, { audio: ['gone'] })], () => undefined)).toEqual([]);
  });
});

describe('orders', () => {
  test('every standard template makes a valid order in every class', () => {
    for (const template of standardTemplates)
      for (const kind of ['actual', 'exercise', 'test'] as const) {
        const planned = planOrder({ template, class: kind, level: 'commune', area: '08/1', demo: false, audioOf: () => undefined });
        expect(planned.ok && parse(Order, planned.value).ok, `${template.id} ${kind}`).toBe(true);
      }
  });

  test('screens of templates have at most twelve words, voices at most forty seconds', () => {
    for (const { id, screen, speech } of standardTemplates) {
      expect([id, screen.text.split(/[\s·→]+/).filter(Boolean).length <= 12]).toEqual([id, true]);
      // 145 words a minute.
      expect([id, (speech[0]?.speak.split(/\s+/).length ?? 0) * (60 / 145) <= 40]).toEqual([id, true]);
    }
  });

  test('prepared voices ride along, bound to the very words', () => {
    const [template] = standardTemplates;
    if (!template) throw new Error('no template');
    const audio = { sha256: 'a'.repeat(64), bytes: 9, durationMs: 1 };
    const audioOf = ({ speak: words }: { readonly speak: string }) => (words.startsWith('Đây là diễn tập.') ? audio : undefined);
    const wish = { template, level: 'commune', area: '08', demo: false, audioOf } as const;
    const [exercise, actual] = [planOrder({ ...wish, class: 'exercise' }), planOrder({ ...wish, class: 'actual' })];
    expect(exercise.ok && exercise.value.speech[0]?.audio).toEqual(audio);
    expect(actual.ok && actual.value.speech[0]?.audio).toBeUndefined();
  });

  const told = (dev: string, state: string, voice: string | null = null) => ({ dev, state, atMs: 5, voice, problem: null });
  test.each([
    [[], true, 'sent'],
    [[], false, 'offline'],
    [[told('a', 'accepted')], true, 'accepted'],
    [[told('a', 'accepted'), told('a', 'sounding', 'inline')], false, 'sounding'],
    [[told('a', 'ended'), told('a', 'accepted'), told('a', 'sounding')], true, 'ended'],
    [[told('a', 'refused')], true, 'refused'],
    [[told('b', 'sounding')], true, 'sent'],
  ])('progress of %j while online=%s is %s', (facts, online, state) => {
    expect(progressOf(['a'], toldByBox(facts), () => (online ? 'sent' : 'offline'))[0]?.state).toBe(state);
  });
});

describe('status of boxes', () => {
  const health = { state: 'ok' as const, reasons: [] };
  const seen = {
    lastSeenMs: 1000,
    presence: { on: true, boot: 'b', conn: 1, version: '1', wantRev: 4, orders: {}, clock: 'signed' as const },
    report: null,
    telemetry: null,
  };

  test('a box that is away is unknown, whatever it said before', () => {
    const told = { ...seen, telemetry: { health } as never };
    expect(statusOf(told, true, 2000)).toEqual({ online: true, lastSeenMs: 1000, health, wantRev: 4 });
    expect(statusOf(told, false, 2000)).toMatchObject({ online: false, health: { state: 'unknown' }, wantRev: 4 });
    expect(statusOf(told, true, 1000 + silentAfterMs)).toMatchObject({ online: false, health: { state: 'unknown' } });
    expect(statusOf(undefined, false, 1)).toEqual({
      online: false,
      lastSeenMs: null,
      health: { state: 'unknown', reasons: [] },
      wantRev: 0,
    });
  });

  test('presences follow the connection counter', () => {
    const at = (conn: number, on: boolean) => ({ boot: 'b', conn, on });
    expect(newerPresence(at(3, true), at(2, false))).toEqual(at(3, true));
    expect(newerPresence(at(3, true), at(3, false))).toEqual(at(3, false));
    expect(newerPresence(null, at(1, true))).toEqual(at(1, true));
  });
});

describe('ranges, bulletins, settings', () => {
  test.each([
    ['bytes=0-', 10, { from: 0, to: 9 }],
    ['bytes=3-5', 10, { from: 3, to: 5 }],
    ['bytes=3-99', 10, { from: 3, to: 9 }],
    ['bytes=-4', 10, { from: 6, to: 9 }],
    ['bytes=-40', 10, { from: 0, to: 9 }],
    ['bytes=10-', 10, 'unsatisfiable'],
    ['bytes=-0', 10, 'unsatisfiable'],
    ['bytes=5-3', 10, undefined],
    ['bytes=0-1,3-4', 10, undefined],
    ['items=0-1', 10, undefined],
    [undefined, 10, undefined],
  ])('%s of %d bytes', (header, size, expected) => {
    expect(readRange(header, size)).toEqual(expected);
  });

  test('text laid out by us passes its own check and keeps brackets as text', () => {
    const html = layOut('Cắt <điện>', '1 < 2 & "x"\n\nhai');
    expect(checkBulletin(html).ok).toBe(true);
    expect(html).toContain('Cắt &lt;điện&gt;');
    expect(html.match(/<p>/g)).toHaveLength(2);
  });

  test('plain HTTP off loopback is refused with what to give', () => {
    const asked = readSettings(['--data', 'd', '--host', '0.0.0.0']);
    expect(asked).toMatchObject({ ok: false, problem: { detail: expect.stringContaining('--tls-cert') } });
    const secured = readSettings(['--data', 'd', '--host', '0.0.0.0', '--tls-cert', 'c', '--tls-key', 'k']);
    expect(secured).toMatchObject({ ok: true, value: { settings: { tls: { certFile: 'c' }, publicHost: '127.0.0.1' } } });
    expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '10.0.0.1', '128.0.0.1', '127.example.org', '::'].some(isLoopback)).toBe(false);
  });

  test('the door for machines is shut unless its port is said', () => {
    const portOf = (...words: string[]) => {
      const asked = readSettings(['--data', 'd', ...words]);
      return asked.ok && asked.value.do === 'run' ? asked.value.settings.gatewayPort : 'refused';
    };
    expect([portOf(), portOf('--gateway-port', '0'), portOf('--gateway-port', '8444')]).toEqual([undefined, 0, 8444]);
  });

  test.each([
    [['--data', 'd', '--port', '70000']],
    [['--port', '1']],
    [['--data', 'd', 'start']],
    [['--data', 'd', '--what']],
    [['--data', 'd', '--tls-cert', 'x']],
    [['--data', 'd', '--gateway-port', 'x']],
  ])('%j is refused with a reason', (argv) => expect(readSettings(argv)).toMatchObject({ ok: false, problem: { code: 'bad-input' } }));
});
