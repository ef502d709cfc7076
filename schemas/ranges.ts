// Which bytes of a content are asked for: the Range field of HTTP (RFC 9110 §14.1). Pure.

/** Both ends included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** One range; several, or other units, are answered with the whole, as the standard allows. */
export function readRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = header === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') {
    const last = Number(match[2]);
    return last === 0 ? 'unsatisfiable' : { from: Math.max(0, size - last), to: size - 1 };
  }
  const from = Number(match[1]);
  const to = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (from >= size) return 'unsatisfiable';
  return from > to ? undefined : { from, to };
}
