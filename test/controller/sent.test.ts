// What is judged of every request before its own shape.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sentWell } from '../../controller/api/sent.ts';
import { jsonDepthMax } from '../../schemas/parse.ts';

test('whatever JSON within the depth has whole letters and no NUL is taken', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = JSON.stringify(value);
      expect(sentWell(value).ok).toBe(!text.includes('\\u0000') && !/\\ud[89a-f][0-9a-f]{2}/.test(text));
    }),
  );
  expect(sentWell({ a: 'ế 🔊 \u202E', b: [null, 1, true] }).ok).toBe(true);
});

test('a NUL or half a letter is refused with its place, be it a value or a name', () => {
  expect(sentWell({ a: ['x', { 'b/c': 'y\0' }] })).toMatchObject({ problem: { code: 'bad-input', path: '/a/1/b~1c' } });
  expect(sentWell({ a: '\uD83D' })).toMatchObject({ problem: { path: '/a' } });
  expect(sentWell({ ['\uDC00']: 1 })).toMatchObject({ ok: false });
  expect(sentWell('\0')).toMatchObject({ problem: { path: '' } });
});

test('what is nested too deep is refused, however deep it is', () => {
  const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown;
  expect(sentWell(nested(jsonDepthMax)).ok).toBe(true);
  expect(sentWell(nested(jsonDepthMax + 1)).ok).toBe(false);
  expect(sentWell(nested(100_000)).ok).toBe(false);
});
