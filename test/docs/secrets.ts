// What no tracked file may hold: private keys, tokens of services, passwords in addresses. Rules over text, no IO.

const kinds = {
  'private key': /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\n|\\r)*[A-Za-z0-9+/=:, -]{24,}/g,
  'private key as JWK': /"d"\s*:\s*"[A-Za-z0-9_-]{40,}"/g,
  'token of a code host': /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}|glpat-[A-Za-z0-9_-]{20,})/g,
  'token of npm': /\bnpm_[A-Za-z0-9]{36}\b|_authToken\s*=\s*[A-Za-z0-9-]{16,}/g,
  'key of a cloud': /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}\b/g,
  'token of a messenger': /\bxox[abprs]-[A-Za-z0-9-]{10,}|\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b/g,
  'key of a payment service': /\b[sr]k_live_[A-Za-z0-9]{20,}/g,
  'signed token': /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/g,
  'password in an address': /\b(?:https?|mqtts?|postgres(?:ql)?|ftp|smtps?|wss?):\/\/[^\s/:@'"`<>${}]+:[^\s/@'"`<>${}]{3,}@[^\s'"`<>]+/g,
} as const;

/** An address that leads nowhere by its name (RFC 2606, RFC 6761): what stands in it opens nothing. */
const nowhere = /@(?:[a-z0-9.-]+\.)?(?:example(?:\.(?:com|net|org))?|test|invalid|localhost|127\.0\.0\.1)(?:[:/?#{]|$)/i;

export type SecretKind = keyof typeof kinds;

export interface Finding {
  readonly kind: SecretKind;
  readonly line: number;
}

/** Where the text holds something like a secret. What was found is not repeated: a test's output is kept and shown. */
export function secretsIn(text: string): readonly Finding[] {
  return Object.entries(kinds).flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)]
      .filter(([match]) => !nowhere.test(match))
      .map(({ index }) => ({ kind: kind as SecretKind, line: text.slice(0, index).split('\n').length })),
  );
}
