// From unknown text to a known shape, or one readable problem.
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { jsonDepthMax, parse, parseJson } from '../../schemas/parse.ts';
import { Problem } from '../../schemas/problem-shape.ts';
import { bad, problemKinds } from '../../schemas/problems.ts';
import { SchedulePart } from '../../schemas/schedule.ts';
import { BoxSettings, defaultBoxSettings } from '../../schemas/settings.ts';
import { plan } from './documents.ts';

const Shape = v.strictObject({ items: v.array(v.strictObject({ 'a/b~c': v.pipe(v.number(), v.maxValue(9)) })) });
const problem = (text: string, bytesMax?: number) => {
  const read = parseJson(Shape, text, bytesMax);
  return read.ok ? 'ok' : `${read.problem.code} ${read.problem.path}`;
};

describe('text becomes a value or one problem', () => {
  test.each<[string, string, string]>([
    ['a good one', '{"items":[{"a/b~c":1}]}', 'ok'],
    ['the path is a JSON Pointer', '{"items":[{"a/b~c":1},{"a/b~c":10}]}', 'bad-input /items/1/a~1b~0c'],
    ['a missing field', '{}', 'bad-input /items'],
    ['an unknown field', '{"items":[],"more":1}', 'bad-input /more'],
    ['no JSON', '{"items":', 'not-json '],
    ['nothing', '', 'not-json '],
    ['a prototype is a field like any other', '{"items":[],"__proto__":{}}', 'bad-input /__proto__'],
    ['brackets in strings are no depth', JSON.stringify({ items: '['.repeat(1000) }), 'bad-input /items'],
    ['an escaped quote does not end a string', '{"items":[],"\\"[[[":1}', 'bad-input /"[[['],
  ])('%s', (_title, text, expected) => {
    expect(problem(text)).toBe(expected);
  });

  test('depth is limited before the text is parsed', () => {
    expect(problem('['.repeat(jsonDepthMax))).toBe('not-json ');
    expect(problem('['.repeat(jsonDepthMax + 1))).toBe('bad-input ');
    expect(problem(`${'{"a":'.repeat(100_000)}`)).toBe('bad-input ');
  });

  test('length is limited before anything else', () => {
    expect(problem('{"items":[]}', 12)).toBe('ok');
    expect(problem('{"items":[]}', 11)).toBe('too-large ');
  });

  test('a problem fits where problems are stored, whatever it quotes', () => {
    const name = 'x'.repeat(5000);
    for (const hostile of [`{"${name}":1,"items":[]}`, `{"items":"${name}"}`, `${name}`]) {
      const read = parseJson(Shape, hostile);
      expect(read.ok).toBe(false);
      if (!read.ok) expect(parse(Problem, read.problem)).toEqual({ ok: true, value: read.problem });
    }
    const cut = bad('bad-input', name, name);
    expect(cut.ok || parse(Problem, cut.problem).ok).toBe(true);
  });

  test.each<[string, string]>([
    ['side by side', '{"items":[],"items":[]}'],
    ['inside', '{"items":[{"a/b~c":1,"a/b~c":1}]}'],
    ['written with an escape', '{"items":[],"\\u0069tems":[]}'],
    ['of a prototype', '{"items":[],"__proto__":{},"__proto__":{}}'],
  ])('a name given twice is refused, wherever it stands and however it is written: %s', (_title, text) => {
    expect(problem(text)).toBe('bad-input ');
  });

  test('colons in strings are no names, and any value reads back', () => {
    expect(problem('{"items":[{"a/b~c":1}],":":":"}')).toBe('bad-input /:');
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(parseJson(v.unknown(), JSON.stringify(value), 1_000_000)).toHaveProperty('ok', true);
      }),
    );
  });

  test('any text is answered, never thrown at', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseJson(Shape, text)).toHaveProperty('ok');
      }),
    );
  });
});

test('settings have their defaults inside the shape, and refuse what is out of range', () => {
  expect(parse(BoxSettings, {})).toEqual({ ok: true, value: defaultBoxSettings });
  const warmUp = parse(BoxSettings, { warmUpMs: 499 });
  expect(!warmUp.ok && warmUp.problem.path).toBe('/warmUpMs');
});

test('a schedules part survives its JSON', () => {
  const part = plan({ localOrder: ['p1'], holidays: ['2026-02-17'] }).schedules;
  expect(parseJson(SchedulePart, JSON.stringify(part))).toEqual({ ok: true, value: part });
});

test('every problem has words in both languages and a status that HTTP knows', () => {
  for (const [code, kind] of Object.entries(problemKinds)) {
    expect(kind.vi.length, code).toBeGreaterThan(3);
    expect(kind.en.length, code).toBeGreaterThan(3);
    expect(kind.status, code).toBeGreaterThanOrEqual(400);
    expect(kind.status, code).toBeLessThan(600);
  }
});
