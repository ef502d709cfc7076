// The handbook has a page for every place of the console, in both languages, of the same shape; settings say when an end is near; days of the audit.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { addressOf, dayStartMs, nothingAsked } from '../../controller/console/pages/audit/search.ts';
import { backupAge, daysLeft, urgencyOf } from '../../controller/console/pages/settings/state.ts';
import { changeOf, emptyDraft, namedIn, treeOf } from '../../controller/console/pages/units/draft.ts';
import type { UnitAnswer } from '../../schemas/units.ts';

type Book = Record<string, { what: string; steps: string[]; wrong: string[] }>;
const read = (path: string) => JSON.parse(readFileSync(new URL(`../../controller/console/${path}`, import.meta.url), 'utf8'));
const dayMs = 86_400_000;

describe('the handbook', () => {
  const names = Object.keys((read('words/vi/frame.json') as { places: object }).places).sort();
  test.each(['vi', 'en'])('has a page for every place in %s: what for, three steps, what may go wrong', (language) => {
    const book = read(`help/${language}.json`) as Book;
    expect(Object.keys(book).sort()).toEqual(names);
    const thin = Object.entries(book).filter(([, { what, steps, wrong }]) => what === '' || steps.length !== 3 || wrong.length === 0);
    expect(thin).toEqual([]);
  });
});

describe('what settings call urgent', () => {
  test('keys warn ninety days ahead, a backup after a week', () => {
    expect([-1, 1, 89, 91].map((days) => urgencyOf(days * dayMs, 0))).toEqual(['silent', 'degraded', 'degraded', 'ok']);
    expect([backupAge(undefined, 0), backupAge(0, 6 * dayMs), backupAge(0, 8 * dayMs)]).toEqual(['silent', 'ok', 'degraded']);
    expect([daysLeft(3 * dayMs - 1, 0), daysLeft(0, dayMs)]).toEqual([2, 0]);
  });
});

describe('asking the audit', () => {
  test('days are whole days here, the last one with all its hours', () => {
    expect(dayStartMs('2026-11-28')).toBe(Date.UTC(2026, 10, 27, 17));
    expect(dayStartMs('2026-13-28')).toBeUndefined();
    const asked = new URLSearchParams(addressOf({ ...nothingAsked, act: 'unit.', from: '2026-11-28', to: '2026-11-28' }, 50).split('?')[1]);
    expect(Number(asked.get('toMs')) - Number(asked.get('fromMs'))).toBe(dayMs);
    expect([...asked.keys()]).toEqual(['act', 'fromMs', 'toMs', 'order', 'limit']);
  });
});

describe('a change of units as it is filled in', () => {
  const unit = (id: string, parent: string | null, name: string): UnitAnswer => ({
    ...{ id, kind: 'thon', level: 'hamlet', name, nameEn: null, code: null, parent, area: id, from: null, until: null },
  });
  test('says only what was changed, and each part what it takes', () => {
    const rename = { ...emptyDraft('rename'), unit: 'a', name: 'Thôn Mới' };
    expect(changeOf(rename, unit('a', null, 'Thôn Cũ'))).toEqual({ do: 'rename', unit: 'a', name: { vi: 'Thôn Mới' } });
    const fresh = { ...emptyDraft('split').fresh, id: 'b', name: 'Thôn B', parent: 'xa' };
    const split = {
      ...{ ...emptyDraft('split'), unit: 'a', taken: { 'u x': 1, 'b hop-1': 1 } },
      parts: [
        { into: 'a', fresh },
        { into: '', fresh },
      ],
    };
    expect(changeOf(split, undefined)).toEqual({
      ...{ do: 'split', unit: 'a' },
      parts: [
        { into: 'a', units: [], boxes: [] },
        {
          into: { id: 'b', kind: 'thon', level: 'hamlet', name: { vi: 'Thôn B' }, parent: 'xa', code: null },
          units: ['x'],
          boxes: ['hop-1'],
        },
      ],
    });
    expect(namedIn({ do: 'merge', units: ['a', 'b'], into: 'a' })).toEqual(['a', 'b']);
  });

  test('stands as a tree, brothers by number and name; whose parent is not shown stands on top', () => {
    const tree = treeOf([unit('c', 'a', 'Thôn 10'), unit('b', 'a', 'Thôn 2'), unit('a', 'không', 'Xã')]);
    expect(tree.map(({ unit: { id }, depth }) => `${depth} ${id}`)).toEqual(['0 a', '1 b', '1 c']);
  });
});
