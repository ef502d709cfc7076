// The door to an OpenID provider, through openid-client: where people are sent, and what the answer vouches for. Signatures are always verified.
import type * as OpenId from 'openid-client';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type Checks, isAnswer, type Vouched } from '../core/oidc.ts';
import { LineError, lineOf } from './oidc-line.ts';
import { type OidcSettings, readOidcSecrets } from './oidc-settings.ts';

export const callbackPath = '/api/session/oidc/callback';
/** A provider that moved, or a renewed secret, counts after so long at most. */
const knownForMs = 3600_000;
const subjectMax = 255;

interface Known {
  readonly library: typeof OpenId;
  readonly config: OpenId.Configuration;
  readonly sinceMs: number;
}

export class OidcProvider {
  readonly settings: OidcSettings;
  readonly #nowMs: () => number;
  #known: Known | undefined;

  constructor(settings: OidcSettings, nowMs: () => number) {
    this.settings = settings;
    this.#nowMs = nowMs;
  }

  /** Where the browser goes, and what to hold the answer against. Problems: offline, keys-locked, signature-wrong. */
  async begin(): Promise<Result<{ readonly url: string; readonly checks: Checks }>> {
    const known = await this.#reach();
    if (!known.ok) return known;
    const { library, config } = known.value;
    const checks = { state: library.randomState(), nonce: library.randomNonce(), verifier: library.randomPKCECodeVerifier() };
    const url = library.buildAuthorizationUrl(config, {
      redirect_uri: `${this.settings.page}${callbackPath}`,
      scope: 'openid',
      ...{ state: checks.state, nonce: checks.nonce },
      code_challenge: await library.calculatePKCECodeChallenge(checks.verifier),
      code_challenge_method: 'S256',
    });
    return ok({ url: url.href, checks });
  }

  /** `search`: what stood after `?` when the browser came back. Problems: bad-input (no answer to this), offline, keys-locked, not-allowed (refused there), signature-wrong. */
  async finish(search: string, { state, nonce, verifier }: Checks): Promise<Result<Vouched>> {
    const known = await this.#reach();
    if (!known.ok) return known;
    const { library, config } = known.value;
    const back = new URL(`${this.settings.page}${callbackPath}`);
    back.search = search;
    const { issuer, authorization_response_iss_parameter_supported: saysIssuer = false } = config.serverMetadata();
    if (!isAnswer([...back.searchParams], state, issuer, saysIssuer)) return bad('bad-input', 'not the answer to what was asked');
    try {
      const given = await library.authorizationCodeGrant(config, back, {
        ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
      });
      const claims = given.claims();
      if (!claims || claims.sub.length > subjectMax) return bad('signature-wrong', 'the provider names nobody');
      const { acr, amr } = claims as { readonly acr?: unknown; readonly amr?: unknown };
      return ok({
        ...{ issuer: claims.iss, subject: claims.sub, acr: typeof acr === 'string' ? acr : null },
        amr: Array.isArray(amr) ? amr.filter((one): one is string => typeof one === 'string').slice(0, 16) : [],
      });
    } catch (error) {
      return this.#refused(library, error);
    }
  }

  async #reach(): Promise<Result<Known>> {
    const known = this.#known;
    const ageMs = known ? this.#nowMs() - known.sinceMs : knownForMs;
    if (known && ageMs >= 0 && ageMs < knownForMs) return ok(known);
    const { issuer, clientId } = this.settings;
    const secrets = await readOidcSecrets(this.settings);
    if (!secrets.ok) return secrets;
    // Loaded with the first sign-in that asks for it.
    const library = await import('openid-client');
    const { secret, ca } = secrets.value;
    const line = lineOf(ca);
    try {
      const config = await library.discovery(
        new URL(issuer),
        clientId,
        {},
        secret === undefined ? library.None() : proving(library, secret),
        {
          [library.customFetch]: line as OpenId.CustomFetch,
          // Without it the library trusts the line alone and looks at no signature.
          execute: [library.enableNonRepudiationChecks],
        },
      );
      this.#known = { library, config, sinceMs: this.#nowMs() };
      return ok(this.#known);
    } catch (error) {
      return this.#refused(library, error);
    }
  }

  #refused(library: typeof OpenId, error: unknown): Result<never> {
    if (!(error instanceof Error)) throw error;
    const cause = lineErrorIn(error);
    if (cause) return bad('offline', `the provider: ${cause.message}`);
    if (error instanceof library.AuthorizationResponseError) return bad('not-allowed', `the provider refused: ${error.error}`);
    if (error instanceof library.ResponseBodyError) return bad('not-allowed', `the provider refused: ${error.error}`);
    const { code } = error as { readonly code?: unknown };
    return bad('signature-wrong', `the provider's answer is not good: ${typeof code === 'string' ? code : error.name}, ${error.message}`);
  }
}

/** The secret goes as the provider says it may; RFC 6749 §2.3.1 prefers the header. */
function proving(library: typeof OpenId, secret: string): OpenId.ClientAuth {
  const [basic, post] = [library.ClientSecretBasic(secret), library.ClientSecretPost(secret)];
  return (server, ...rest) => {
    const offered = server.token_endpoint_auth_methods_supported;
    return (!offered || offered.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}

function lineErrorIn(error: Error): LineError | undefined {
  if (error instanceof LineError) return error;
  return error.cause instanceof Error ? lineErrorIn(error.cause) : undefined;
}
