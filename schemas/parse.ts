// From unknown bytes to a known shape: one value or one readable problem, never an exception.
import * as v from 'valibot';
import { bad, ok, type Result } from './problems.ts';

/** Bytes of JSON a program reads at most unless the caller says otherwise. */
export const jsonBytesMax = 512 * 1024;
/** Nesting a JSON text may have. */
export const jsonDepthMax = 32;

/** Check a value against a schema. The problem names the first fault with its JSON Pointer. */
export function parse<S extends v.GenericSchema>(schema: S, input: unknown): Result<v.InferOutput<S>> {
  const checked = v.safeParse(schema, input, { abortEarly: true });
  if (checked.success) return ok(checked.output);
  const issue = checked.issues[0];
  const path = (issue.path ?? []).map((step) => `/${String(step.key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return bad('bad-input', issue.message, path);
}

/**
 * Parse JSON text under limits, then check it. A name that stands twice in one object is refused: readers differ in which they take
 * (RFC 8259 section 4).
 */
export function parseJson<S extends v.GenericSchema>(schema: S, text: string, bytesMax = jsonBytesMax): Result<v.InferOutput<S>> {
  if (text.length > bytesMax) return bad('too-large', `JSON text of ${text.length} characters, at most ${bytesMax}`);
  const names = namesIn(text);
  if (names === 'too deep') return bad('bad-input', `JSON nested deeper than ${jsonDepthMax}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return bad('not-json', error instanceof Error ? error.message : 'not JSON');
  }
  if (namesOf(value) !== names) return bad('bad-input', 'a name stands twice in one object');
  return parse(schema, value);
}

/** How many members all objects of the text have together, as written. */
function namesIn(text: string): number | 'too deep' {
  let [depth, names] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      i = endOfString(text, i + 1);
      if (i < 0) return names; // no JSON; the parser says so
    } else if (c === 0x7b || c === 0x5b) {
      if (++depth > jsonDepthMax) return 'too deep';
    } else if (c === 0x7d || c === 0x5d) depth--;
    else if (c === 0x3a) names++;
  }
  return names;
}

/** How many members all objects of a value have together; its depth is known to be bounded. */
function namesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let names = Array.isArray(value) ? 0 : inner.length;
  for (const one of inner) names += namesOf(one);
  return names;
}

/** Where the closing quote stands, or -1. Found by the engine's own search: payloads are one long string. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (at - 1 - escapes >= from && text.charCodeAt(at - 1 - escapes) === 0x5c) escapes++;
    if (escapes % 2 === 0) return at;
  }
  return -1;
}
