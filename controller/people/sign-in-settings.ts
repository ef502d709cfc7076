// What a centre sets about signing in: which roles need a code.

import { parseJson } from '../../schemas/parse.ts';
import { SignInSettings } from '../../schemas/people.ts';
import { factorRolesStandard } from '../core/accounts.ts';
import type { Act, MetaStore } from '../store/store.ts';

export const signInSettingsCell = 'signIn';

export interface SignInBook {
  factorRoles(): SignInSettings['factorRoles'];
  save(settings: SignInSettings, act: Act): Promise<void>;
}

/** What cannot be read counts as the standard: never fewer roles by mistake. */
export async function openSignInSettings(meta: MetaStore): Promise<SignInBook> {
  const text = await meta.value(signInSettingsCell);
  const read = text === undefined ? undefined : parseJson(SignInSettings, text);
  let kept: SignInSettings = read?.ok ? read.value : { factorRoles: [...factorRolesStandard] };
  return {
    factorRoles: () => kept.factorRoles,
    save: async ({ factorRoles }, act) => {
      const next = { factorRoles: [...new Set(factorRoles)] };
      await meta.setValue(signInSettingsCell, JSON.stringify(next), act);
      kept = next;
    },
  };
}
