// An OpenID provider of the tests' own: https on loopback, real signatures, and as many ways to be wrong as somebody may think of.
import { createHash } from 'node:crypto';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { makeAuthority } from '../wire/certificates.ts';

export interface Wrong {
  /** What the token says in place of the truth. */
  readonly claims?: JWTPayload;
  readonly alg?: 'none' | 'HS256' | 'foreign';
  /** `huge`: more than anybody reads; `broken`: no JSON; `bare`: no id token. */
  readonly answer?: 'huge' | 'broken' | 'bare';
  /** The issuer beside the code (RFC 9207). */
  readonly iss?: string;
  readonly refuse?: string;
}

interface Given {
  readonly nonce: string;
  readonly redirect: string;
  readonly challenge: string;
  readonly subject: string;
}

export interface TestProvider {
  readonly issuer: string;
  readonly ca: string;
  wrong: Wrong;
  /** What else it says of the person. */
  more: JWTPayload;
  /** What came to the token endpoint. */
  readonly asked: { readonly auth: string; readonly body: URLSearchParams }[];
  /** The person signs in there; answers where the browser is sent. */
  authorize(url: string, subject: string): Promise<URL>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export const clientId = 'loa-xa-02536';
export const clientSecret = 'bi mat: cua+trung/tam';

export async function openProvider(alg: 'RS256' | 'ES256', withSecret: boolean): Promise<TestProvider> {
  const authority = await makeAuthority();
  const tls = await authority.server();
  const [own, foreign] = await Promise.all([generateKeyPair(alg), generateKeyPair(alg)]);
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'k1', alg, use: 'sig' };
  const codes = new Map<string, Given>();
  const place = { port: 0 };
  const provider = {
    issuer: '',
    ca: authority.ca,
    wrong: {} as Wrong,
    more: {} as JWTPayload,
    asked: [] as { auth: string; body: URLSearchParams }[],
  };

  const discovery = () => ({
    issuer: provider.issuer,
    authorization_endpoint: `${provider.issuer}/authorize`,
    token_endpoint: `${provider.issuer}/token`,
    jwks_uri: `${provider.issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [alg],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: [withSecret ? 'client_secret_basic' : 'none'],
    authorization_response_iss_parameter_supported: true,
  });

  const signed = async ({ nonce, subject }: Given): Promise<string> => {
    const { wrong, more, issuer } = provider;
    const nowS = Math.floor(Date.now() / 1000);
    const truth = { iss: issuer, aud: clientId, sub: subject, nonce, iat: nowS, exp: nowS + 300 };
    const claims = { ...truth, ...more, ...wrong.claims };
    if (wrong.alg === 'none') return new UnsecuredJWT(claims).encode();
    if (wrong.alg === 'HS256')
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(new TextEncoder().encode(clientSecret.padEnd(32)));
    const key: CryptoKey = wrong.alg === 'foreign' ? foreign.privateKey : own.privateKey;
    return new SignJWT(claims).setProtectedHeader({ alg, kid: 'k1' }).sign(key);
  };

  const token = async (auth: string, body: URLSearchParams): Promise<[number, object | string]> => {
    provider.asked.push({ auth, body });
    const { wrong } = provider;
    const code = body.get('code') ?? '';
    const given = codes.get(code);
    codes.delete(code);
    const verifier = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    const [, basic = ''] = auth.split('Basic ');
    const [client, secret] = Buffer.from(basic, 'base64').toString().split(':').map(unformed);
    const proved = withSecret ? client === clientId && secret === clientSecret : body.get('client_id') === clientId;
    if (!proved) return [401, { error: 'invalid_client' }];
    if (!given || given.redirect !== body.get('redirect_uri') || given.challenge !== verifier) return [400, { error: 'invalid_grant' }];
    if (wrong.answer === 'broken') return [200, 'khong phai JSON'];
    if (wrong.answer === 'huge') return [200, { access_token: 'x'.repeat(1024 * 1024), token_type: 'Bearer' }];
    const id = wrong.answer === 'bare' ? {} : { id_token: await signed(given) };
    return [200, { access_token: 'khong-dung', token_type: 'Bearer', expires_in: 60, ...id }];
  };

  const authorized = (asked: URLSearchParams): string => {
    const back = new URL(asked.get('redirect_uri') ?? '');
    const { wrong } = provider;
    if (wrong.refuse === undefined) {
      const code = createHash('sha256').update(`${codes.size} ${asked}`).digest('hex');
      codes.set(code, {
        nonce: asked.get('nonce') ?? '',
        redirect: asked.get('redirect_uri') ?? '',
        challenge: asked.get('code_challenge') ?? '',
        subject: asked.get('person') ?? '',
      });
      back.searchParams.set('code', code);
    } else back.searchParams.set('error', wrong.refuse);
    back.searchParams.set('state', asked.get('state') ?? '');
    back.searchParams.set('iss', wrong.iss ?? provider.issuer);
    return back.href;
  };

  const open = (): Server =>
    createServer({ cert: tls.cert, key: tls.key }, async (incoming, response) => {
      const url = new URL(incoming.url ?? '/', provider.issuer);
      const say = (status: number, body: object | string) =>
        response
          .writeHead(status, { 'content-type': 'application/json', connection: 'close' })
          .end(typeof body === 'string' ? body : JSON.stringify(body));
      if (url.pathname === '/.well-known/openid-configuration') return say(200, discovery());
      if (url.pathname === '/jwks') return say(200, { keys: [jwk] });
      if (url.pathname === '/authorize')
        return response.writeHead(302, { location: authorized(url.searchParams), connection: 'close' }).end();
      if (url.pathname !== '/token') return say(404, {});
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      return say(...(await token(incoming.headers.authorization ?? '', new URLSearchParams(Buffer.concat(chunks).toString()))));
    });

  const running: { server?: Server } = {};
  const start = async () => {
    const server = open();
    await new Promise<void>((resolve) => server.listen(place.port, '127.0.0.1', resolve));
    place.port = (server.address() as AddressInfo).port;
    provider.issuer = `https://localhost:${place.port}`;
    running.server = server;
  };
  await start();
  return Object.assign(provider, {
    start,
    stop: () =>
      new Promise<void>((resolve) => {
        running.server?.close(() => resolve());
        running.server?.closeAllConnections();
      }),
    authorize: (address: string, subject: string) =>
      new Promise<URL>((resolve, reject) => {
        const url = new URL(address);
        url.searchParams.set('person', subject);
        request(url, { ca: authority.ca, agent: false }, (answer) => {
          answer.resume();
          resolve(new URL(answer.headers.location ?? ''));
        })
          .on('error', reject)
          .end();
      }),
  });
}

/** RFC 6749 §2.3.1: both parts stand as in a form. */
function unformed(text: string): string {
  return new URLSearchParams(`x=${text}`).get('x') ?? '';
}
