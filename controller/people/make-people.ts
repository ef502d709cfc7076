// People, wired: who is asking, signing in, accounts, tokens and what the centre sets about them.
import { sha256 } from '../../hardware/host/crypto.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import type { CentreCard } from '../centre.ts';
import type { SecondFactors } from '../duty/second-factor.ts';
import type { Act, Store } from '../store/store.ts';
import { AccountDesk } from './account-desk.ts';
import { Sessions } from './sessions.ts';
import { SignInDesk } from './sign-in-desk.ts';
import type { SignInBook } from './sign-in-settings.ts';
import { TokenDesk } from './token-desk.ts';

interface Parts {
  readonly store: Store;
  readonly card: CentreCard;
  readonly settings: SignInBook;
  readonly factors: SecondFactors;
  readonly nowMs: () => number;
}

export interface People {
  readonly sessions: Sessions;
  readonly signIn: SignInDesk;
  readonly accounts: AccountDesk;
  readonly tokens: TokenDesk;
  readonly settings: SignInBook;
}

export function makePeople({ store, card, settings, factors, nowMs }: Parts): People {
  const { people, tokens, tries, duty, approvals } = store;
  const act = (actor: string, name: string, subject: string, content: unknown = null): Act => ({
    ...{ atMs: nowMs(), actor, act: name, subject },
    sha256: sha256(Buffer.from(canonicalJson(content))),
  });
  const shared = { people, tokens, tries, duty, approvals, nowMs, act };
  const sessions = new Sessions({ ...shared, demo: card.demo, factorRoles: () => settings.factorRoles() });
  const asksCodes = () => settings.factorRoles().length > 0;
  return {
    sessions,
    signIn: new SignInDesk({ ...shared, factors, sessions, demo: card.demo, asksCodes }),
    accounts: new AccountDesk({ ...shared, card, ended: () => sessions.ended() }),
    tokens: new TokenDesk({ ...shared, centreArea: card.area }),
    settings,
  };
}
