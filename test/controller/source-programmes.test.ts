// Programmes that name source items: boxes get what is in force, and nothing of what was withdrawn or has ended.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveAll, resolveProgramme } from '../../controller/core/source-programmes.ts';
import { ValidityWatch } from '../../controller/sources/validity-watch.ts';
import type { Programme } from '../../schemas/programme.ts';
import { schedule as planOf } from '../schemas/documents.ts';
import { codeOf } from './built-centre.ts';
import { addBox, content, makeProvince, type Province, page, plannedFor, schedule, sound, source, version } from './source-rig.ts';

const inForce = (
  id: string,
  letter: string,
  change: Parameters<typeof content>[0] = {},
  play: ReturnType<typeof sound> | ReturnType<typeof page> = sound(letter),
) => {
  const latest = version({
    state: 'published',
    content: content({ kind: play.type === 'text/html' ? 'bulletin' : 'audio', title: id, body: '', ...change }),
    play,
  });
  return source({ id, latest, published: latest });
};
const knownOf = (...items: ReturnType<typeof source>[]) => new Map(items.map((item) => [item.id, item]));
const programme = (form: Programme['form'], ...items: Programme['items']): Programme => ({
  ...{ id: 'ct', title: 'x', form, tier: 'normal', level: 'commune', centre: 'xa', items },
});
const never = () => false;

describe('a programme', () => {
  test('gets what is in force under the name: new sound, new title, new length', () => {
    const stored = { programme: programme('audio', sound('a'), sound('x')), sources: ['tin-1', null] };
    const { programme: now } = resolveProgramme(stored, knownOf(inForce('tin-1', 'b')), never, 10);
    expect(now?.items).toEqual([{ ...sound('b'), title: 'tin-1' }, sound('x')]);
  });

  test('keeps for a page how long and how often it stands, and gives it its validity', () => {
    const stored = { programme: programme('bulletin', { ...page('a'), durationMs: 9_000, share: 3 }), sources: ['tin-1'] };
    const item = inForce('tin-1', 'b', { validFromMs: 50, validUntilMs: 90 }, page('b'));
    const { programme: now } = resolveProgramme(stored, knownOf(item), never, 10);
    expect(now?.items).toEqual([{ ...page('b'), title: 'tin-1', durationMs: 9_000, share: 3, validFromMs: 50, validUntilMs: 90 }]);
    expect(resolveProgramme(stored, knownOf(item), never, 90).programme).toBeUndefined();
  });

  test.each([
    ['withdrawn', source({ id: 'tin-1', latest: version({ state: 'withdrawn' }) }), never, 'withdrawn'],
    ['gone', source({ id: 'tin-2' }), never, 'withdrawn'],
    ['taken back from this programme', inForce('tin-1', 'a'), (id: string, item: string) => id === 'ct' && item === 'tin-1', 'withdrawn'],
    ['over', inForce('tin-1', 'a', { validUntilMs: 10 }), never, 'no-more-valid'],
    ['not begun', inForce('tin-1', 'a', { validFromMs: 11 }), never, 'not-yet-valid'],
    ['a page now', inForce('tin-1', 'a', {}, page('a')), never, 'nothing-to-play'],
  ] as const)('leaves out what is %s, says why, and is none when nothing is left', (_what, item, revoked, why) => {
    const stored = { programme: programme('audio', sound('a'), sound('x')), sources: ['tin-1', null] };
    const { programme: now, fates } = resolveProgramme(stored, knownOf(item), revoked, 10);
    expect(now?.items).toEqual([sound('x')]);
    expect(fates).toMatchObject([{ sha256: sound('a').sha256, why }]);
    const alone = { programme: programme('audio', sound('a')), sources: ['tin-1'] };
    expect(resolveProgramme(alone, knownOf(item), revoked, 10).programme).toBeUndefined();
  });

  test('a copy falls with what it was copied from, however far above', () => {
    const copy = (id: string, from: string) => ({ ...inForce(id, 'a'), from: { item: from, version: 1 } });
    const stored = { programme: programme('audio', sound('a')), sources: ['c'] };
    const chain = (top: ReturnType<typeof source>) => knownOf(copy('c', 'b'), copy('b', 'goc'), top);
    expect(resolveProgramme(stored, chain(inForce('goc', 'z')), never, 10).programme).toBeDefined();
    const withdrawn = source({ id: 'goc', latest: version({ state: 'withdrawn' }) });
    expect(resolveProgramme(stored, chain(withdrawn), never, 10).programme).toBeUndefined();
    expect(resolveProgramme(stored, knownOf(copy('c', 'c')), never, 10).programme, 'its own origin: no endless walk').toBeDefined();
  });

  test('whose sound all ends has no start after the end, wherever the box is by then', () => {
    const known = knownOf(
      inForce('tin-1', 'a', { validUntilMs: 700 }),
      inForce('tin-2', 'b', { validUntilMs: 900 }),
      inForce('tin-3', 'c'),
    );
    const until = (...sources: string[]) => {
      const stored = { programme: programme('audio', ...sources.map(() => sound('a'))), sources };
      return resolveAll({ programmes: [stored], schedules: [{ schedule: planOf({ programme: 'ct' }) }] }, known, never, 10).schedules[0]
        ?.schedule.validUntilMs;
    };
    expect([until('tin-1'), until('tin-1', 'tin-2'), until('tin-1', 'tin-3'), until('tin-3')]).toEqual([700, 900, undefined, undefined]);
  });

  test('law: what plays is in force and valid at that instant, and what names no source item is left as it was', () => {
    const window = fc.tuple(fc.nat(50), fc.nat(50)).map(([from, length]) => ({ validFromMs: from, validUntilMs: from + length + 1 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(window, fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 8 }), fc.nat(120), (all, atMs) => {
        const items = all.map(([validity, live], at) => (live ? inForce(`tin-${at}`, 'b', validity) : source({ id: `tin-${at}` })));
        const sources = all.map(([, , sourced], at) => (sourced ? `tin-${at}` : null));
        const stored = { programme: programme('audio', ...all.map(() => sound('a'))), sources };
        const now = resolveProgramme(stored, knownOf(...items), never, atMs).programme?.items ?? [];
        const due = all.filter(
          ([{ validFromMs, validUntilMs }, live, sourced]) => sourced && live && validFromMs <= atMs && atMs < validUntilMs,
        );
        expect(now.filter(({ sha256 }) => sha256 === sound('b').sha256)).toHaveLength(due.length);
        expect(now.filter(({ sha256 }) => sha256 === sound('a').sha256)).toHaveLength(sources.filter((id) => id === null).length);
      }),
    );
  });
});

describe('on a real centre', () => {
  let province: Province;
  beforeAll(async () => {
    province = await makeProvince();
    await addBox(province, 'loa-a', '08/00001', ['xa-a']);
    for (const letter of 'abcde') await province.upload(sound(letter));
  });
  afterAll(() => province.built.stop());
  const heard = async () => (await plannedFor(province, 'loa-a')).programmes.flatMap(({ items }) => items.map(({ sha256 }) => sha256[0]));

  test('new sound under the same item reaches every programme that names it, and its withdrawal takes it out of the wants', async () => {
    const { publish, correct, ask } = province;
    const id = await publish({ kind: 'audio', media: sound('a').sha256, body: 'Lời.' });
    const made = await schedule(province, 'bien-tap-lich', [{ source: id }, sound('b').sha256], ['xa-a']);
    expect(await heard()).toEqual(['a', 'b']);
    expect((await (await ask('bien-tap'))('GET', `/programmes/${made.programme}`)).body.sources).toEqual([id, null]);
    await correct(id, { media: sound('c').sha256 });
    expect(await heard()).toEqual(['c', 'b']);
    const [item] = (await plannedFor(province, 'loa-a')).programmes[0]?.items ?? [];
    expect(item).toMatchObject({ title: 'Lịch tiêm phòng', speak: 'Lời.' });
    await (await ask('duyet-tinh'))('POST', `/source-items/${id}/withdraw`, { version: 2 });
    expect(await heard()).toEqual(['b']);
  });

  test('what has ended is not offered, not taken into programmes, named in previews, and leaves the wants by itself', async () => {
    const { publish, ask, built } = province;
    const author = await ask('bien-tap-lich');
    const validUntilMs = built.clock.nowMs + 6 * 3600_000;
    const id = await publish({ kind: 'audio', media: sound('d').sha256, title: 'Hội chợ', validUntilMs });
    const made = await schedule(province, 'bien-tap-lich', [{ source: id }, sound('e').sha256], ['xa-a']);
    const wish = { programme: made.programme, groups: ['xa-a'], start: '20261124T180000', zone: 'Asia/Ho_Chi_Minh', rrule: 'FREQ=DAILY' };
    const preview = async () => (await author('POST', '/schedules/preview', wish)).body.unplayable;
    expect(await preview()).toEqual([{ sha256: sound('d').sha256, title: 'Hội chợ', why: 'no-more-valid' }]);
    expect(await heard()).toContain('d');
    const watch = new ValidityWatch({
      sources: built.centre.store.sources,
      changed: () => built.centre.dispatch.changed(),
      journal: built.centre.journal,
      nowMs: () => built.clock.nowMs,
    });
    watch.start();
    const count = built.published.length;
    await watch.look();
    expect(built.published.length, 'nothing ended yet').toBe(count);
    built.clock.nowMs = validUntilMs;
    await watch.look();
    watch.stop();
    expect(await heard()).not.toContain('d');
    expect(await heard()).toContain('e');
    const offered = (await author('GET', '/source-items?offered=1')).body as { id: string }[];
    expect(offered.map((one) => one.id)).not.toContain(id);
    expect(codeOf(await author('POST', '/programmes', { title: 'x', form: 'audio', tier: 'normal', items: [{ source: id }] }))).toBe(
      'conflict',
    );
    expect(await preview()).toMatchObject([{ title: 'Hội chợ', why: 'no-more-valid' }]);
  });

  test('a programme names only what is in force and fits its form; one with nothing left is not scheduled', async () => {
    const { publish, ask } = province;
    const author = await ask('bien-tap-lich');
    const items = (wish: object) => author('POST', '/programmes', { title: 'x', form: 'audio', tier: 'normal', items: [wish] });
    expect((await items({ source: 'khong-co' })).body).toMatchObject({ code: 'not-found', path: '/items/0' });
    const draft = (await author('POST', '/source-items', { unit: 'tinh', content: content() })).body.id;
    expect(codeOf(await items({ source: draft }))).toBe('not-found');
    const notice = await publish({ title: 'Chỉ có chữ' });
    expect((await items({ source: notice })).body).toMatchObject({ code: 'conflict', detail: expect.stringContaining('nothing-to-play') });
    const id = await publish({ kind: 'audio', media: sound('a').sha256 });
    expect((await items({ source: id, share: 2 })).body).toMatchObject({ code: 'bad-input', path: '/items/0' });
    const made = await items({ source: id });
    await (await ask('duyet-tinh'))('POST', `/source-items/${id}/withdraw`, { version: 1 });
    const wish = { programme: made.body.id, groups: ['xa-a'], start: '20270101T170000', zone: 'Asia/Ho_Chi_Minh' };
    expect((await author('POST', '/schedules', wish)).body).toMatchObject({ code: 'conflict', path: '/programme' });
    expect((await author('POST', '/schedules/preview', wish)).body.unplayable).toMatchObject([{ why: 'withdrawn' }]);
  });
});
