// People, wired: who is asking, signing in, accounts, tokens and what the centre sets about them.
import { sha256 } from '../../hardware/host/crypto.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import type { CentreCard } from '../centre.ts';
import type { SecondFactors } from '../duty/second-factor.ts';
import type { Act, Store } from '../store/store.ts';
import { AccountDesk } from './account-desk.ts';
import { IdentityDesk } from './identity-desk.ts';
import { OidcDesk } from './oidc-desk.ts';
import { OidcProvider } from './oidc-provider.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { Sessions } from './sessions.ts';
import { SignInDesk } from './sign-in-desk.ts';
import type { SignInBook } from './sign-in-settings.ts';
import { TokenDesk } from './token-desk.ts';

interface Parts {
  readonly store: Store;
  readonly card: CentreCard;
  readonly settings: SignInBook;
  readonly factors: SecondFactors;
  /** Undefined where no provider is set up. */
  readonly oidc: OidcSettings | undefined;
  readonly nowMs: () => number;
}

export interface People {
  readonly sessions: Sessions;
  readonly signIn: SignInDesk;
  readonly oidc: OidcDesk;
  readonly accounts: AccountDesk;
  readonly identities: IdentityDesk;
  readonly tokens: TokenDesk;
  readonly settings: SignInBook;
}

export function makePeople({ store, card, settings, factors, oidc, nowMs }: Parts): People {
  const { people, tokens, tries, duty, approvals, identities, audit } = store;
  const act = (actor: string, name: string, subject: string, content: unknown = null): Act => ({
    ...{ atMs: nowMs(), actor, act: name, subject },
    sha256: sha256(Buffer.from(canonicalJson(content))),
  });
  const shared = { people, tokens, tries, duty, approvals, identities, audit, nowMs, act };
  const sessions = new Sessions({ ...shared, demo: card.demo, factorRoles: () => settings.factorRoles() });
  const asksCodes = () => settings.factorRoles().length > 0;
  const ended = () => sessions.ended();
  const signIn = new SignInDesk({ ...shared, factors, sessions, demo: card.demo, asksCodes });
  const accounts = new AccountDesk({ ...shared, card, ended });
  return {
    sessions,
    signIn,
    oidc: new OidcDesk({ ...shared, signIn, provider: oidc && new OidcProvider(oidc, nowMs) }),
    accounts,
    identities: new IdentityDesk({ ...shared, accounts, ended, issuer: oidc?.issuer }),
    tokens: new TokenDesk({ ...shared, centreArea: card.area }),
    settings,
  };
}
