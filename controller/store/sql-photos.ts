// Where photographs stand, in SQL: written with the thing that names them, never taken away.
import type { Statement } from '../../hardware/host/sqlite.ts';
import { addNew } from './batch.ts';
import type { PhotoUse } from './steering-store.ts';

/** Nothing where no photograph is named. */
export function photoUses(
  kind: PhotoUse['kind'],
  things: readonly { readonly thing: string; readonly photos: readonly string[] }[],
): Statement[] {
  const rows = things.flatMap(({ thing, photos }) => photos.map((photo) => [photo, kind, thing]));
  return rows.length > 0 ? [addNew('photo_uses', ['photo', 'kind', 'thing'], rows)] : [];
}
