// What the people pages decide before they ask: names found without marks, names for signing in, places as a tree, ways back.
import { describe, expect, test } from 'vitest';
import { backTo, takeOutcome } from '../../controller/console/gate/outcome.ts';
import { areaChoices, areaName } from '../../controller/console/pages/people/areas.ts';
import { accountFrom, fitting, plain } from '../../controller/console/pages/people/search.ts';
import { tokenActChoices } from '../../controller/console/pages/people/token-acts.ts';
import { type AccountAnswer, tokenActs } from '../../schemas/people.ts';
import type { UnitAnswer } from '../../schemas/units.ts';

const person = (account: string, title: string, role: 'author' | 'duty' = 'author'): AccountAnswer => ({
  ...{ account, title, grants: [{ role, area: '08/02536' }], state: 'active', factor: 'none', createdMs: 0 },
  ...{ invitedUntilMs: null, identity: null, seen: '' },
});
const people = [person('duc', 'Nguyễn Đức Ánh'), person('truc-ban-1', 'Trực ban', 'duty')];
const centre = { id: 'x', name: 'Xã Sơn Dương', level: 'commune', area: '08/02536', zone: 'Asia/Ho_Chi_Minh' } as const;
const unit = (id: string, name: string, area: string): UnitAnswer => ({
  ...{ id, kind: 'thon', level: 'hamlet', name, nameEn: null, code: null, parent: null, area, from: null, until: null },
});

describe('finding people', () => {
  test('marks and case do not matter, every word must fit', () => {
    expect(fitting(people, 'anh duc', '').map(({ account }) => account)).toEqual(['duc']);
    expect(fitting(people, 'duc ban', '')).toEqual([]);
    expect(fitting(people, '', 'duty').map(({ account }) => account)).toEqual(['truc-ban-1']);
    expect(plain('Đỗ Thị Ước')).toBe('do thi uoc');
  });

  test('a name for signing in is made of what the person is called, and is nobody else’s', () => {
    expect(accountFrom('Nguyễn Đức Ánh', [])).toBe('nguyen-duc-anh');
    expect(accountFrom('Trực ban', ['truc-ban', 'truc-ban-2'])).toBe('truc-ban-3');
    expect(accountFrom('<img src=x>', [])).toBe('img-src-x');
    expect(accountFrom('…', [])).toBe('');
    expect(accountFrom('rất '.repeat(40), []).length).toBeLessThanOrEqual(28);
  });
});

describe('places', () => {
  const units = [unit('a', 'Thôn Cả', '08/02536/thon-1'), unit('b', 'Xóm', '08/02536/thon-1/xom'), unit('c', 'Xa', '09/1')];
  test('stand as a tree below the centre; what is chosen is among them though no unit has it', () => {
    expect(areaChoices(centre, units, 'vi', '08/02536/la')).toEqual([
      { area: '08/02536', name: 'Xã Sơn Dương', depth: 0 },
      { area: '08/02536/la', name: '08/02536/la', depth: 1 },
      { area: '08/02536/thon-1', name: 'Thôn Cả', depth: 1 },
      { area: '08/02536/thon-1/xom', name: 'Xóm', depth: 2 },
    ]);
    expect(areaName('08/02536/thon-1', centre, [{ ...unit('a', 'Thôn Cả', '08/02536/thon-1'), nameEn: 'Ca' }], 'en')).toBe('Ca');
  });
});

describe('coming back from a provider', () => {
  const from = (hash: string) => {
    const replaced: string[] = [];
    const outcome = takeOutcome({ hash, pathname: '/' }, { replaceState: (_data, _unused, url) => void replaced.push(String(url)) });
    return { outcome, replaced };
  };
  test('the outcome is told once and goes from the address; what nobody knows is not to be trusted', () => {
    expect(from('#sign-in=not-found')).toEqual({ outcome: 'not-found', replaced: ['/'] });
    expect(from('#sign-in=signature-wrong')).toEqual({ outcome: 'untrusted', replaced: ['/'] });
    expect(from('#/lich')).toEqual({ outcome: undefined, replaced: [] });
  });

  test('the way back is a page’s name and nothing else', () => {
    expect(backTo('#/nhat-ky')).toBe('/#/nhat-ky');
    for (const hash of ['', '#//la.example', '#/thiet-bi/hop-1', '#/javascript:1', '#/A']) expect(backTo(hash)).toBe('/');
  });
});

test('pages offer exactly the acts that a token may have', () => {
  expect(tokenActChoices).toEqual(tokenActs);
});
