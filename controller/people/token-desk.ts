// Tokens: what a program may do in a person's name, shown once, cut to its acts and its area, ended with its owner.
import { randomHex } from '../../hardware/host/crypto.ts';
import type { NewTokenAnswer, TokenAnswer } from '../../schemas/people.ts';
import { tokenLifeMsMax } from '../../schemas/people.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { mayTend } from '../core/accounts.ts';
import { may, mayAnywhere } from '../core/roles.ts';
import type { PeopleStore, Token, TokenStore } from '../store/people-store.ts';
import type { Act } from '../store/store.ts';
import type { Tender } from './account-desk.ts';
import { checkPassword } from './passwords.ts';
import { makeTokenWord } from './sessions.ts';

export const tokensOfOneMax = 20;

export interface TokenDeskOptions {
  readonly people: PeopleStore;
  readonly tokens: TokenStore;
  readonly centreArea: string;
  readonly nowMs: () => number;
  readonly act: (actor: string, act: string, subject: string, content?: unknown) => Act;
}

export type TokenWish = Pick<Token, 'name' | 'acts' | 'area' | 'expMs'> & { readonly password: string };

export class TokenDesk {
  readonly #options: TokenDeskOptions;

  constructor(options: TokenDeskOptions) {
    this.#options = options;
  }

  /** One's own, and those of people one may tend. */
  async list(tender: Tender): Promise<TokenAnswer[]> {
    const { people, tokens, nowMs } = this.#options;
    const accounts = new Map((await people.accounts()).map((one) => [one.account, one]));
    const all = (await tokens.tokens()).filter(({ expMs }) => expMs > nowMs());
    return all.filter(({ account }) => this.#may(tender, accounts.get(account)?.grants, account)).map(answerOf);
  }

  /** Problems: wrong-credentials, not-allowed (an act or area the owner has not), bad-input (its end), conflict (too many). */
  async make(tender: Tender, { name, acts, area, expMs, password }: TokenWish): Promise<Result<NewTokenAnswer>> {
    const { people, tokens, nowMs, act } = this.#options;
    const known = await checkPassword(people, tender.account, password);
    if (!known.ok) return bad('wrong-credentials', 'the password entered again is wrong', '/password');
    const atMs = nowMs();
    if (expMs <= atMs || expMs > atMs + tokenLifeMsMax) return bad('bad-input', 'a token ends within a year', '/expMs');
    const beyond = acts.map((one) => may(tender.grants, one, area)).find((one) => !one.ok);
    if (beyond && !beyond.ok) return bad('not-allowed', beyond.problem.detail, '/acts');
    const own = (await tokens.tokens()).filter(({ account }) => account === tender.account);
    if (own.filter((one) => one.expMs > atMs).length >= tokensOfOneMax)
      return bad('conflict', `one person has at most ${tokensOfOneMax} tokens; end one first`);
    const { word, hash } = makeTokenWord();
    const token: Token = {
      ...{ id: `token-${randomHex(6)}`, account: tender.account, name, tokenHash: hash },
      ...{ acts: [...new Set(acts)], area, createdMs: atMs, expMs, usedMs: null },
    };
    await tokens.addToken(token, act(tender.account, 'token.add', token.id, { acts: token.acts, area, expMs }));
    return ok({ ...answerOf(token), token: word });
  }

  /** Problem: not-found (also of somebody whom one may not tend). */
  async end(tender: Tender, id: string): Promise<Result<void>> {
    const { people, tokens, act } = this.#options;
    const token = await tokens.token(id);
    const owner = token && (await people.account(token.account));
    if (!token || !this.#may(tender, owner?.grants, token.account)) return bad('not-found', `no token ${id}`);
    return tokens.endToken(id, act(tender.account, 'token.end', id));
  }

  #may({ account, grants }: Tender, owned: Tender['grants'] | undefined, owner: string): boolean {
    if (account === owner) return true;
    return mayAnywhere(grants, 'account.write').ok && mayTend(grants, 'account.write', owned ?? [], this.#options.centreArea).ok;
  }
}

function answerOf({ tokenHash: _, ...token }: Token): TokenAnswer {
  return token;
}
