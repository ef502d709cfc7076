// Groups of boxes: which there are, and how people say them.
import { expect, test } from 'vitest';
import { groupsOf, placeWords } from '../../controller/core/groups.ts';

test('groups are said by name, and by the smallest unit around their boxes', () => {
  const groups = [
    { id: 'g-1', name: 'Loa thôn 1' },
    { id: 'xa', name: 'Xã Sơn Dương' },
    { id: 'g-9', name: 'Loa mới' },
  ];
  const units = [
    { name: 'Tỉnh Tuyên Quang', area: '08' },
    { name: 'Xã Sơn Dương', area: '08/02536' },
    { name: 'Thôn 1', area: '08/02536/thon-1' },
  ];
  const boxes = [
    { area: '08/02536/thon-1', groups: ['g-1', 'xa'] },
    { area: '08/02536', groups: ['xa'] },
  ];
  expect(placeWords(['g-1', 'xa', 'g-9', 'la'], { groups, units, boxes })).toBe('Loa thôn 1 (Thôn 1), Xã Sơn Dương, Loa mới, la');
});

test('groups are those named and those listened to', () => {
  const groups = groupsOf(
    [{ id: 'b', name: 'Bê' }],
    [
      { id: 'a', name: 'Thôn A' },
      { id: 'z', name: 'Z' },
    ],
    [{ groups: ['a', 'c'] }],
  );
  expect(groups).toEqual([
    { id: 'a', name: 'Thôn A' },
    { id: 'b', name: 'Bê' },
    { id: 'c', name: 'c' },
  ]);
});
