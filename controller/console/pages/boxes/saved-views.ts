// Named filters of one person, kept by this browser.
import { type BoxFilter, filterOf, filterText } from './box-list.ts';

export interface SavedView {
  readonly name: string;
  readonly filter: BoxFilter;
}

export const viewsMax = 20;
export const viewNameMax = 60;

/** What was kept, as far as it can still be read. */
export function readViews(text: string | null): SavedView[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(kept)) return [];
    return kept
      .flatMap((one: unknown) => {
        if (!Array.isArray(one)) return [];
        const [name, filter] = one as unknown[];
        return typeof name === 'string' && typeof filter === 'string' ? [{ name, filter: filterOf(filter) }] : [];
      })
      .slice(0, viewsMax);
  } catch {
    return [];
  }
}

export function writeViews(views: readonly SavedView[]): string {
  return JSON.stringify(views.map(({ name, filter }) => [name, filterText(filter)]));
}

/** A name is used once: the newer filter takes the place of the older. */
export function withView(views: readonly SavedView[], name: string, filter: BoxFilter): SavedView[] {
  const said = name.trim().slice(0, viewNameMax);
  if (said === '') return [...views];
  return [...views.filter((one) => one.name !== said), { name: said, filter }].slice(-viewsMax);
}
