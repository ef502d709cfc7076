// The life of a source item: who may take which step from where, what a correction changes, what is still missing.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Grant } from '../../controller/core/roles.ts';
import { differences, itemOf, type SourceItem } from '../../controller/core/source-item.ts';
import { judgeNew, judgeRevision, judgeSourceStep, sourceLife } from '../../controller/core/source-life.ts';
import type { AccountRole } from '../../schemas/api.ts';
import { type SourceState, type SourceStep, sourceStates, sourceSteps } from '../../schemas/source.ts';
import { must } from './built-centre.ts';
import { content, page, sound, source, version } from './source-rig.ts';

const area = '08/02536';
const asker = (account: string, ...roles: AccountRole[]) => {
  const grants: Grant[] = roles.map((role) => ({ role, area }));
  return { account, grants, area, atMs: 100 };
};
const codeOf = (judged: { ok: boolean; problem?: { code: string } }) => (judged.ok ? 'ok' : judged.problem?.code);

describe('a step', () => {
  test.each([
    ['submit', 'draft', 'an', ['author'], 'submitted'],
    ['submit', 'rejected', 'an', ['author'], 'submitted'],
    ['submit', 'published', 'an', ['author'], 'conflict'],
    ['submit', 'draft', 'an', ['approver'], 'not-allowed'],
    ['approve', 'submitted', 'binh', ['approver'], 'approved'],
    ['approve', 'submitted', 'an', ['author', 'approver'], 'own-work'],
    ['approve', 'draft', 'binh', ['approver'], 'conflict'],
    ['approve', 'approved', 'binh', ['approver'], 'conflict'],
    ['reject', 'submitted', 'binh', ['approver'], 'rejected'],
    ['reject', 'submitted', 'an', ['approver'], 'own-work'],
    ['publish', 'approved', 'an', ['author'], 'published'],
    ['publish', 'approved', 'binh', ['approver'], 'published'],
    ['publish', 'submitted', 'binh', ['approver'], 'conflict'],
    ['publish', 'approved', 'an', ['scheduler'], 'not-allowed'],
    ['withdraw', 'published', 'an', ['author'], 'withdrawn'],
    ['withdraw', 'published', 'chi', ['author'], 'not-allowed'],
    ['withdraw', 'published', 'binh', ['approver'], 'withdrawn'],
    ['withdraw', 'withdrawn', 'an', ['author'], 'conflict'],
  ] as [SourceStep, SourceState, string, AccountRole[], string][])(
    '%s of what is %s by %s as %s: %s',
    (step, state, who, roles, outcome) => {
      const judged = judgeSourceStep(step, source({ latest: version({ state }) }), { version: 1, note: 'vì' }, asker(who, ...roles));
      expect(judged.ok ? judged.value.item.latest.state : judged.problem.code).toBe(outcome);
    },
  );

  test('in another place is not allowed, whatever the role', () => {
    const elsewhere = { ...asker('binh', 'approver'), area: '08/09999' };
    const judged = judgeSourceStep('approve', source({ latest: version({ state: 'submitted' }) }), { version: 1, note: '' }, elsewhere);
    expect(codeOf(judged)).toBe('not-allowed');
  });

  test('on a version that is not the newest changes nothing', () => {
    const item = source({ latest: version({ n: 2, state: 'submitted' }) });
    const judged = judgeSourceStep('approve', item, { version: 1, note: '' }, asker('binh', 'approver'));
    expect(judged).toMatchObject({ problem: { code: 'conflict', path: '/version' } });
  });

  test('back to the author needs a reason', () => {
    const item = source({ latest: version({ state: 'submitted' }) });
    expect(judgeSourceStep('reject', item, { version: 1, note: '' }, asker('binh', 'approver'))).toMatchObject({
      problem: { path: '/note' },
    });
  });

  test('publishing what is no more valid is refused as expired', () => {
    const item = source({ latest: version({ state: 'approved', content: content({ validUntilMs: 100 }) }) });
    expect(codeOf(judgeSourceStep('publish', item, { version: 1, note: '' }, asker('an', 'author')))).toBe('expired');
  });

  test.each([
    ['sound without its file', content({ kind: 'audio' }), '/content/media'],
    ['essential sound without its text', content({ kind: 'audio', media: 'a'.repeat(64), essential: true, body: ' ' }), '/content/body'],
    ['a bulletin without its page', content({ kind: 'bulletin' }), '/content/media'],
    ['a text without words', content({ kind: 'text', body: '' }), '/content/body'],
    ['a notice without words', content({ body: '\n' }), '/content/body'],
    ['a document with neither words nor attachment', content({ kind: 'document', body: '' }), '/content/body'],
  ])('hands nothing in that is not complete: %s', (_what, incomplete, path) => {
    const judged = judgeSourceStep(
      'submit',
      source({ latest: version({ content: incomplete }) }),
      { version: 1, note: '' },
      asker('an', 'author'),
    );
    expect(judged).toMatchObject({ problem: { code: 'bad-input', path } });
  });

  const law = fc.record({
    step: fc.constantFrom(...sourceSteps),
    state: fc.constantFrom(...sourceStates),
    who: fc.constantFrom('an', 'binh'),
    roles: fc.uniqueArray(fc.constantFrom<AccountRole>('author', 'approver', 'scheduler', 'leader', 'administrator')),
    published: fc.boolean(),
  });
  test('law: nobody ever judges own work, only the newest version changes state by the table, and one version is in force at most', () => {
    fc.assert(
      fc.property(law, ({ step, state, who, roles, published }) => {
        const latest = version({ n: 2, state });
        const inForce = state === 'published' ? latest : published ? version({ n: 1, state: 'published' }) : null;
        const judged = judgeSourceStep(step, source({ latest, published: inForce }), { version: 2, note: 'x' }, asker(who, ...roles));
        if (!judged.ok) return;
        const { item, versions } = judged.value;
        expect(sourceLife[step].from).toContain(state);
        if (step === 'approve' || step === 'reject') expect(who).not.toBe('an');
        expect(item.latest).toMatchObject({ n: 2, state: sourceLife[step].to, content: latest.content });
        expect(item.latest.steps.at(-1)).toMatchObject({ step, by: who });
        expect(versions.filter((one) => one.state === 'published').length).toBeLessThanOrEqual(1);
        if (step === 'publish') expect(item.published).toBe(item.latest);
        else if (step === 'withdraw') expect(item.published).toBeNull();
        else expect(item.published).toBe(inForce);
      }),
      { numRuns: 400 },
    );
  });
});

describe('a version', () => {
  const inForce = version({ state: 'published' });

  test('of what is in force is a correction: the version before stays until the new one is published', () => {
    const item = source({ latest: inForce, published: inForce });
    const revised = must(
      judgeRevision(item, { version: 1, content: content({ title: 'Đính chính' }), play: null }, asker('chi', 'author')),
    );
    expect(revised.item).toMatchObject({ latest: { n: 2, state: 'draft', author: 'chi' }, published: { n: 1, state: 'published' } });
    expect(revised.versions.map(({ n }) => n)).toEqual([2]);
    let now: SourceItem = revised.item;
    for (const [step, who, role] of [
      ['submit', 'chi', 'author'],
      ['approve', 'binh', 'approver'],
    ] as const)
      now = must(judgeSourceStep(step, now, { version: 2, note: '' }, asker(who, role))).item;
    expect(now.published?.n).toBe(1);
    const published = must(judgeSourceStep('publish', now, { version: 2, note: '' }, asker('binh', 'approver')));
    expect(published.item.published?.n).toBe(2);
    expect(published.versions.map(({ n, state }) => [n, state])).toEqual([
      [1, 'replaced'],
      [2, 'published'],
    ]);
  });

  test('in its place leaves what was submitted behind, and keeps what was sent back as it is', () => {
    const wish = { version: 1, content: content({ body: 'Khác' }), play: null };
    const states = (['draft', 'submitted', 'approved', 'rejected'] as const).map((state) => {
      const revised = must(judgeRevision(source({ latest: version({ state }) }), wish, asker('an', 'author')));
      return revised.versions.map((one) => one.state).join(' ');
    });
    expect(states).toEqual(['replaced draft', 'replaced draft', 'replaced draft', 'draft']);
  });

  test('is refused when it is stale, says nothing new, changes the kind, or comes after the end', () => {
    const wish = { version: 1, content: content({ body: 'Khác' }), play: null };
    const revise = (item: SourceItem, change: object) => judgeRevision(item, { ...wish, ...change }, asker('an', 'author'));
    expect(revise(source({ latest: version({ n: 3 }) }), {})).toMatchObject({ problem: { code: 'conflict', path: '/version' } });
    expect(revise(source(), { content: content() })).toMatchObject({ problem: { code: 'bad-input', path: '/content' } });
    expect(revise(source(), { content: content({ kind: 'text' }) })).toMatchObject({ problem: { path: '/content/kind' } });
    expect(codeOf(revise(source({ latest: version({ state: 'withdrawn' }) }), {}))).toBe('conflict');
    expect(codeOf(revise(source({ latest: version({ n: 200 }) }), { version: 200 }))).toBe('over-budget');
  });

  test('an author of a correction alone does not withdraw what somebody else wrote', () => {
    const item = source({ latest: version({ n: 2, author: 'chi' }), published: inForce });
    expect(codeOf(judgeSourceStep('withdraw', item, { version: 2, note: '' }, asker('chi', 'author')))).toBe('not-allowed');
  });
});

describe('content', () => {
  const made = (change: Parameters<typeof content>[0], play: ReturnType<typeof sound> | ReturnType<typeof page> | null = null) =>
    judgeNew({ id: 't', unit: 'xa', folder: null, tags: [], from: null, content: content(change), play }, asker('an', 'author'));

  test('an emergency is no item: the problem names the desk', () => {
    expect(made({ tier: 'emergency' })).toMatchObject({
      problem: { code: 'bad-input', path: '/content/tier', detail: expect.stringContaining('/api/order-requests') },
    });
  });

  test('a kind plays what it is: sound, a page, either, or nothing', () => {
    const media = 'a'.repeat(64);
    const outcomes = (['audio', 'text', 'bulletin', 'notice', 'document'] as const).map((kind) =>
      [sound('a'), page('a')].map((play) => (made({ kind, media }, play).ok ? 'fit' : 'refused')).join(' '),
    );
    expect(outcomes).toEqual(['fit refused', 'fit refused', 'refused fit', 'fit fit', 'refused refused']);
  });

  test('its validity has a beginning before its end', () => {
    expect(made({ validFromMs: 5, validUntilMs: 5 })).toMatchObject({ problem: { path: '/content/validUntilMs' } });
  });

  test('in a programme carries its own title, its words beside its sound, and a page its validity', () => {
    const said = content({ kind: 'audio', title: 'Tên tin', body: ' Lời đọc. ', validUntilMs: 9 });
    expect(itemOf({ content: said, play: sound('a') })).toEqual({ ...sound('a'), title: 'Tên tin', speak: 'Lời đọc.' });
    expect(itemOf({ content: said, play: page('b') })).toEqual({ ...page('b'), title: 'Tên tin', validUntilMs: 9 });
    expect(itemOf({ content: { ...said, body: 'x'.repeat(5_001) }, play: sound('a') })).not.toHaveProperty('speak');
    expect(itemOf({ content: said, play: null })).toBeUndefined();
  });

  test('two versions are told apart field by field', () => {
    const [before, after] = [content({ keywords: ['lũ'] }), content({ keywords: ['lũ', 'lụt'], essential: true })];
    expect(differences(before, after)).toEqual([
      { field: 'essential', before: false, after: true },
      { field: 'keywords', before: ['lũ'], after: ['lũ', 'lụt'] },
    ]);
    expect(differences(before, before)).toEqual([]);
  });
});
