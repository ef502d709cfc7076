// Where things lie in a centre's data folder.
import { join } from 'node:path';

export interface Folder {
  readonly root: string;
  readonly database: string;
  /** Private keys, mode 0600 in a folder of mode 0700. */
  readonly keys: string;
  /** Root keys: to be carried away to two safes and deleted here; nothing at run time reads them. */
  readonly rootKeys: string;
  readonly authority: string;
  /** Key of the secrets in the tables (second factors): in the backup, but never beside them. */
  readonly strongbox: string;
  readonly blobs: string;
  readonly uploads: string;
  /** A folder for each source of alerts that is one. */
  readonly alerts: string;
}

export function folderOf(root: string): Folder {
  return {
    root,
    database: join(root, 'centre.sqlite'),
    keys: join(root, 'keys'),
    rootKeys: join(root, 'root-keys'),
    authority: join(root, 'authority'),
    strongbox: join(root, 'strongbox.key'),
    blobs: join(root, 'blobs'),
    uploads: join(root, 'uploads'),
    alerts: join(root, 'alerts'),
  };
}
