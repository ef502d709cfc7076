// What every request is judged by before its own shape: how deep it goes, and whether its texts are texts that both databases keep as they are.
import { jsonDepthMax } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

/** No NUL (PostgreSQL takes none), no half letter (it would come back as another). Problem: bad-input. */
export function sentWell(value: unknown): Result<void> {
  // By hand, not by recursion: what is too deep must not be too deep for us.
  const open: { readonly value: unknown; readonly path: string; readonly depth: number }[] = [{ value, path: '', depth: 0 }];
  for (let one = open.pop(); one; one = open.pop()) {
    const { path, depth } = one;
    if (typeof one.value === 'string' && !kept(one.value)) return bad('bad-input', 'must be whole letters without NUL', path);
    if (typeof one.value !== 'object' || one.value === null || isStream(one.value)) continue;
    if (depth >= jsonDepthMax) return bad('bad-input', `nested deeper than ${jsonDepthMax}`);
    for (const [name, inner] of Object.entries(one.value)) {
      if (!kept(name)) return bad('bad-input', 'names must be whole letters without NUL', path);
      open.push({ value: inner, path: `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth: depth + 1 });
    }
  }
  return ok(undefined);
}

function kept(text: string): boolean {
  // A surrogate that stands alone; pairs are one letter under `u`.
  return !/[\0\p{Surrogate}]/u.test(text);
}

/** An upload's bytes are nobody's text. */
function isStream(value: object): boolean {
  return value instanceof Uint8Array || ('pipe' in value && typeof value.pipe === 'function');
}
