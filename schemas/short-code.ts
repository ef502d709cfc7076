// A short code that people read out over the telephone: made of the id, so that a wrong sign is noticed. It is no secret.

/** Without signs that look or sound alike. */
const signs = '23456789CDFGHJKMNPQRTVWXY';
const length = 6;

/** FNV-1a over the id, drawn as six signs in two groups. */
export function shortCode(id: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const sign of id) hash = BigInt.asUintN(64, (hash ^ BigInt(sign.codePointAt(0) ?? 0)) * 0x100000001b3n);
  let code = '';
  for (let n = 0; n < length; n++) {
    code += signs[Number(hash % 25n)];
    hash /= 25n;
  }
  return `${code.slice(0, 3)}-${code.slice(3)}`;
}
