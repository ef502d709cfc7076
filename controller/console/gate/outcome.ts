// What became of signing in by another's word: the address says it once, then it goes from there.

const came = /^#sign-in=([a-z-]{1,40})$/;
const known = ['expired', 'offline', 'not-found', 'not-allowed'] as const;
export type Outcome = (typeof known)[number] | 'untrusted';

/** Undefined when nobody comes back from a provider. */
export function takeOutcome(
  { hash, pathname }: { readonly hash: string; readonly pathname: string },
  history: { replaceState(data: unknown, unused: string, url: string): void },
): Outcome | undefined {
  const code = came.exec(hash)?.[1];
  if (code === undefined) return undefined;
  history.replaceState(null, '', pathname);
  return known.find((one) => one === code) ?? 'untrusted';
}

/** The view that the provider's way leads back to: a page's name, and nothing that somebody could add to it. */
export function backTo(hash: string): string {
  return `/${/^#\/[a-z-]{1,40}$/.test(hash) ? hash : ''}`;
}
