// What somebody was writing outlives a reload and an ended session, in this browser window only.
import type { Draft } from './draft.ts';

const key = 'loa-draft-schedule';

export function keepDraft(draft: Draft | undefined): void {
  if (draft) sessionStorage.setItem(key, JSON.stringify(draft));
  else sessionStorage.removeItem(key);
}

export function keptDraft(): Draft | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}
