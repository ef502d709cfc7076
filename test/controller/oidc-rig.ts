// A centre with a provider that may vouch for its people, and browsers that go there and back.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initialise } from '../../controller/init.ts';
import { type Asker, type BuiltCentre, makeCentre, must, seedOf, startMs } from './built-centre.ts';
import { clientId, clientSecret, openProvider, type TestProvider } from './test-provider.ts';

/** To be called, the last first, after each test. */
export const ends: (() => unknown)[] = [];

export const page = 'https://loa.xa.example';

export interface World {
  readonly built: BuiltCentre;
  readonly provider: TestProvider;
  readonly admin: Asker;
  readonly dir: string;
}

export async function makeWorld(
  wish: { seed?: object; change?: object; alg?: 'RS256' | 'ES256'; secret?: boolean; mode?: number } = {},
): Promise<World> {
  const { seed = seedOf(), change = {}, alg = 'RS256', secret = true, mode = 0o600 } = wish;
  const provider = await openProvider(alg, secret);
  ends.push(() => provider.stop());
  const dir = await mkdtemp(join(tmpdir(), 'loa-oidc-'));
  ends.push(() => rm(dir, { recursive: true, force: true }));
  must(await initialise(dir, seed, startMs));
  await writeFile(join(dir, 'oidc-secret'), `${clientSecret}\n`, { mode: 0o600 });
  await chmod(join(dir, 'oidc-secret'), mode);
  await writeFile(join(dir, 'oidc-ca.pem'), provider.ca);
  const settings = {
    ...{ issuer: provider.issuer, clientId, page, name: 'Cổng của tỉnh', caFile: join(dir, 'oidc-ca.pem') },
    ...(secret && { secretFile: join(dir, 'oidc-secret') }),
    ...change,
  };
  await writeFile(join(dir, 'oidc.json'), JSON.stringify(settings));
  const built = await makeCentre({}, dir);
  ends.push(() => built.stop());
  const { cookie, csrf } = await built.centre.people.sessions.begin('quan-tri', 'factor', { address: '127.0.0.1', device: '' });
  const admin: Asker = (method, path, body) => built.stranger(method, path, body, { cookie: `loa_session=${cookie}`, 'x-loa-csrf': csrf });
  return { built, provider, admin, dir };
}

/** A browser with its cookies: begins, is sent back, and says what it then has. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #built: BuiltCentre;

  constructor(built: BuiltCentre) {
    this.#built = built;
  }

  ask: Asker = async (method, path, body, headers = {}) => {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.#built.stranger(method, path, body, { ...(cookie && { cookie }), ...headers });
    for (const line of [answer.headers['set-cookie'] ?? []].flat() as string[]) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /Max-Age=0|1970/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  };

  begin(back?: string) {
    return this.ask('POST', '/session/oidc', back === undefined ? {} : { back });
  }

  async comeBack(to: URL) {
    const answer = await this.ask('GET', `${to.pathname.replace('/api', '')}${to.search}`);
    return { ...answer, to: String(answer.headers['location']) };
  }

  async session() {
    return (await this.ask('GET', '/session')).body;
  }
}

export const link = ({ admin }: World, account: string, subject: string) => admin('PUT', `/accounts/${account}/identity`, { subject });

/** The whole way for one person. */
export async function signIn({ built, provider }: World, subject: string, back?: string) {
  const browser = new Browser(built);
  const begun = await browser.begin(back);
  const to = await provider.authorize(begun.body.url, subject);
  return { browser, begun, to, came: await browser.comeBack(to) };
}

export const acts = async ({ built }: World) =>
  (await built.centre.store.audit.entries(0, 1_000)).map(({ actor, act, subject }) => `${actor} ${act} ${subject}`);
