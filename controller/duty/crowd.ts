// The people of a centre as duty sees them: who holds which role here, and what they are called.
import type { AreaPath } from '../../schemas/ids.ts';
import { may } from '../core/roles.ts';
import type { Account, PeopleStore } from '../store/store.ts';

export interface Crowd {
  /** Accounts that may give orders here, and accounts that lead here. */
  roles(): Promise<{ readonly officers: readonly string[]; readonly leaders: readonly string[] }>;
  accounts(): Promise<readonly Account[]>;
  /** The title of an account, or its name when it is gone. */
  titleOf(account: string): Promise<string>;
}

export function crowdOf(people: PeopleStore, area: AreaPath): Crowd {
  const named = (accounts: readonly Account[]) => accounts.map(({ account }) => account);
  /** Whoever is shut out is neither called nor counted. */
  const present = async () => (await people.accounts()).filter(({ disabledMs }) => disabledMs === null);
  return {
    accounts: present,
    roles: async () => {
      const all = await present();
      return {
        officers: named(all.filter(({ grants }) => may(grants, 'order.give', area).ok)),
        leaders: named(all.filter(({ grants }) => may(grants, 'duty.lead', area).ok)),
      };
    },
    titleOf: async (account) => (await people.account(account))?.title || account,
  };
}
