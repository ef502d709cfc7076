// Where things lie in a centre's data folder.
import { join } from 'node:path';
import { centreRoles } from './provision/signing-keys.ts';

export interface Folder {
  readonly root: string;
  readonly database: string;
  /** There where the tables lie on a PostgreSQL server; mode 0600. */
  readonly databaseUrl: string;
  /** Private keys, mode 0600 in a folder of mode 0700. */
  readonly keys: string;
  /** Root keys: to be carried away to two safes and deleted here; nothing at run time reads them. */
  readonly rootKeys: string;
  readonly authority: string;
  /** The signing desk's own slots: counters that no restored database turns back. */
  readonly signing: string;
  /** Key of the secrets in the tables (second factors), unless another place is named: in the backup, but never beside them. */
  readonly strongbox: string;
  readonly blobs: string;
  readonly uploads: string;
  /** There where a speech engine speaks before espeak-ng. */
  readonly speechEngine: string;
  /** Settings of the mail server. */
  readonly mail: string;
  /** When the last backup of this folder was made, as its command wrote it down. */
  readonly lastBackup: string;
  /** Where the owner wants to be told of holes (RFC 9116); there when somebody wrote it. */
  readonly securityTxt: string;
  /** Settings of who may vouch for people. */
  readonly oidc: string;
  /** Certificates of a push service of the operator's own (PEM). */
  readonly pushCa: string;
  /** Uploads that may go on, also after a restart. */
  readonly resumable: string;
  /** MP3 of sounds, made again when lost. */
  readonly webSounds: string;
  /** Packages of boxes that the installer may fetch: loa-agent_ARCH.deb. */
  readonly packages: string;
  /** The last picture of each board. */
  readonly screenshots: string;
  /** A folder for each foreign system that is one. */
  readonly exchange: string;
  /** A folder for each source of alerts that is one. */
  readonly alerts: string;
}

export function folderOf(root: string): Folder {
  return {
    root,
    database: join(root, 'centre.sqlite'),
    databaseUrl: join(root, 'database-url'),
    keys: join(root, 'keys'),
    rootKeys: join(root, 'root-keys'),
    authority: join(root, 'authority'),
    signing: join(root, 'signing'),
    strongbox: join(root, 'strongbox.key'),
    blobs: join(root, 'blobs'),
    uploads: join(root, 'uploads'),
    speechEngine: join(root, 'speech.json'),
    mail: join(root, 'mail.json'),
    lastBackup: join(root, 'last-backup.json'),
    securityTxt: join(root, 'security.txt'),
    oidc: join(root, 'oidc.json'),
    pushCa: join(root, 'push-ca.pem'),
    resumable: join(root, 'resumable'),
    webSounds: join(root, 'web-sounds'),
    packages: join(root, 'packages'),
    screenshots: join(root, 'screenshots'),
    exchange: join(root, 'exchange'),
    alerts: join(root, 'alerts'),
  };
}

/** Every file in which a private key of the running centre lies, encrypted under one secret. */
export function keyFiles({ keys, authority }: Folder): string[] {
  const roles = centreRoles.flatMap((role) => [join(keys, `${role}.pem`), join(keys, `${role}.next.pem`)]);
  return [...roles, join(keys, 'gateway.pem'), join(authority, 'ca.key.pem'), join(authority, 'server.json')];
}

/** There while a change of the secret is decided but not yet carried out. */
export function resealMarker({ keys }: Folder): string {
  return join(keys, 'resealing');
}
