// Who may vouch for people here: one OpenID provider, named by the operator in `oidc.json`, never over the network.
import { readFile, stat } from 'node:fs/promises';
import * as v from 'valibot';
import { readIfPresent } from '../../hardware/host/files.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { isLoopback } from '../settings.ts';

const secretBytesMax = 4096;
const caBytesMax = 64 * 1024;
const Path = v.pipe(v.string(), v.minLength(1), v.maxLength(400));
const Values = v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(200))), v.minLength(1), v.maxLength(16));

export const OidcSettings = v.strictObject({
  /** As the provider writes itself in what it signs. */
  issuer: v.pipe(v.string(), v.maxLength(500), v.check(isIssuer, 'an https address without query or fragment')),
  clientId: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  /** Holds the client's secret, mode 0600; absent for a public client, which PKCE alone binds. */
  secretFile: v.optional(Path),
  /** Where people open this centre's pages: the provider sends them back there. */
  page: v.pipe(v.string(), v.maxLength(300), v.check(isPage, 'https://HOST[:PORT], or http on this machine')),
  /** On the button. */
  name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(60)),
  /** A private authority of the provider, PEM. */
  caFile: v.optional(Path),
  /** Which `acr` or `amr` of the provider stand for this centre's own second factor; absent: that is asked as well. */
  factorCounts: v.optional(v.strictObject({ acr: v.optional(Values), amr: v.optional(Values) })),
});
export type OidcSettings = v.InferOutput<typeof OidcSettings>;

/** Undefined where no provider is named. Problems: bad-input, not-json. */
export async function readOidcSettings(file: string): Promise<Result<OidcSettings | undefined>> {
  const bytes = await readIfPresent(file);
  return bytes ? parseJson(OidcSettings, bytes.toString('utf8'), 16 * 1024) : ok(undefined);
}

export interface OidcSecrets {
  readonly secret?: string;
  readonly ca?: string;
}

/** Read when they are needed, so that a renewed one counts without a restart. Problem: keys-locked (not there, open to others, empty). */
export async function readOidcSecrets({ secretFile, caFile }: OidcSettings): Promise<Result<OidcSecrets>> {
  try {
    const secret = secretFile === undefined ? undefined : await readFileOf(secretFile, secretBytesMax, true);
    const ca = caFile === undefined ? undefined : await readFileOf(caFile, caBytesMax, false);
    if (secret === '') return bad('keys-locked', `${secretFile} is empty`);
    return ok({ ...(secret !== undefined && { secret }), ...(ca !== undefined && { ca }) });
  } catch (error) {
    return bad('keys-locked', `oidc.json: ${error instanceof Error ? error.message : error}`);
  }
}

async function readFileOf(file: string, bytesMax: number, closed: boolean): Promise<string> {
  const { mode, size } = await stat(file);
  if (closed && (mode & 0o077) !== 0) throw new Error(`${file} can be read by others; chmod 600 it`);
  if (size > bytesMax) throw new Error(`${file} is larger than ${bytesMax} bytes`);
  return (await readFile(file, 'utf8')).trim();
}

function isIssuer(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' && url.search === '' && url.hash === '' && url.username === '';
}

function isPage(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.origin !== text) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}
