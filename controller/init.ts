// Makes a centre: folder, tables, authority, keys, root and delegation, then what the seed says. Never twice over an old one.
import { sha256 } from '../hardware/host/crypto.ts';
import { makeFolder } from '../hardware/host/files.ts';
import { canonicalJson } from '../schemas/canonical.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { CentreCard } from './centre.ts';
import type { Grant } from './core/roles.ts';
import { unitsOfRows } from './core/unit-rows.ts';
import { dutySettingsCell } from './duty/duty-settings.ts';
import { standardTemplates } from './emergency/templates.ts';
import { type Folder, folderOf } from './folder.ts';
import { hashPassword, makeSetupToken } from './people/passwords.ts';
import { signInSettingsCell } from './people/sign-in-settings.ts';
import { authorityName, openAuthority } from './provision/authority.ts';
import { makeTrust, openSigningKeys } from './provision/signing-keys.ts';
import { readSeed, type Seed, standardPolicy } from './seed.ts';
import { type LockWish, openLocks } from './signing/open-desk.ts';
import { openStore } from './store/open-store.ts';
import type { Act, Store } from './store/store.ts';
import { unitCodesCell } from './units/unit-codes.ts';

export interface Initialised {
  readonly centre: string;
  readonly demo: boolean;
  /** Word of the one-time setup link, when the seed brought no accounts. */
  readonly setupToken?: string;
  /** Where the root keys lie: to be carried away. */
  readonly rootKeys: string;
  /** Under which the keys lie encrypted; absent when the folder was made before. */
  readonly keySecret?: { readonly file: string; readonly made: boolean };
}

export interface InitLocks extends LockWish {
  /** Encrypts the root keys. */
  readonly rootPassphrase?: string | undefined;
}

/**
 * Make the centre of a data folder. A folder that has one only gets a new setup link, and only while it has no account.
 * Problems: those of the seed, conflict (already made), keys-locked, driver-missing and others of the database.
 */
export async function initialise(dataDir: string, input: unknown, nowMs: number, locks: InitLocks = {}): Promise<Result<Initialised>> {
  const folder = folderOf(dataDir);
  await makeFolder(folder.root, 0o700);
  const opened = await openStore(folder);
  if (!opened.ok) return opened;
  const store = opened.value;
  try {
    const made = await store.meta.value('card');
    if (made !== undefined) return await renewSetup(store, JSON.parse(made) as CentreCard, folder, nowMs);
    const seed = readSeed(input);
    return seed.ok ? await make(store, folder, seed.value, nowMs, locks) : seed;
  } finally {
    await store.close();
  }
}

async function make(store: Store, folder: Folder, seed: Seed, nowMs: number, locks: InitLocks): Promise<Result<Initialised>> {
  const { centre, demo } = seed;
  const secret = await openLocks(folder, locks);
  if (!secret.ok) return secret;
  const keys = await openSigningKeys(folder.keys, { secret: secret.value.text });
  if (!keys.ok) return keys;
  await openAuthority(folder.authority, authorityName(centre), nowMs, secret.value.text);
  const trust = await makeTrust({
    centre: centre.id,
    level: centre.level,
    area: centre.area,
    demo,
    nowMs,
    rootKeysDir: folder.rootKeys,
    rootPassphrase: locks.rootPassphrase,
    public: keys.value.public,
  });
  const act = actOf(nowMs);
  await store.units.saveUnits(unitsOfRows(seed.units), act('units.write', centre.id, seed.units));
  await store.content.savePolicy(seed.policy ?? standardPolicy(centre.zone), act('policy.write', centre.id, seed.policy ?? null));
  const accounts = await addAccounts(store, seed, nowMs);
  if (!accounts.ok) return accounts;
  const templates = seed.templates.length > 0 ? seed.templates : standardTemplates;
  await store.meta.setValue('groups', JSON.stringify(seed.groups));
  await store.meta.setValue(unitCodesCell, JSON.stringify(seed.unitCodes));
  await store.meta.setValue('templates', JSON.stringify(templates));
  await store.meta.setValue('holidays', JSON.stringify(seed.holidays));
  await store.meta.setValue('localOrder', JSON.stringify(seed.localOrder));
  if (seed.duty) await store.meta.setValue(dutySettingsCell, JSON.stringify(seed.duty));
  if (seed.signIn) await store.meta.setValue(signInSettingsCell, JSON.stringify(seed.signIn));
  await store.meta.setValue('trust', JSON.stringify(trust));
  const card: CentreCard = { ...centre, demo };
  const setupToken = seed.accounts.length === 0 ? await makeSetup(store, nowMs) : undefined;
  // Last: a folder with a card is whole; one that broke off before is made again.
  await store.meta.setValue('card', JSON.stringify(card));
  const { file, made } = secret.value;
  const keySecret = { file, made };
  return ok({ centre: centre.id, demo, rootKeys: folder.rootKeys, keySecret, ...(setupToken !== undefined && { setupToken }) });
}

async function addAccounts(store: Store, seed: Seed, nowMs: number): Promise<Result<void>> {
  for (const wanted of seed.accounts) {
    const area = wanted.area ?? seed.centre.area;
    const grants = [...wanted.roles, ...wanted.grants].map(
      (grant): Grant => (typeof grant === 'string' ? { role: grant, area } : { role: grant.role, area: grant.area ?? area }),
    );
    const { account, title } = wanted;
    const passwordHash = await hashPassword(wanted.password);
    const act = actOf(nowMs)('account.add', account, grants);
    const added = await store.people.addAccount({ account, title, grants, passwordHash, createdMs: nowMs, disabledMs: null }, act);
    // Left over from an attempt that broke off; today's password counts, so that attempt must go.
    if (!added.ok) return bad('conflict', `the folder holds a half-made centre; delete it and run init again (${added.problem.detail})`);
  }
  return ok(undefined);
}

async function renewSetup(store: Store, card: CentreCard, folder: Folder, nowMs: number): Promise<Result<Initialised>> {
  if ((await store.people.accounts()).length > 0) return bad('conflict', `this folder is centre ${card.id} already`);
  return ok({ centre: card.id, demo: card.demo, rootKeys: folder.rootKeys, setupToken: await makeSetup(store, nowMs) });
}

async function makeSetup(store: Store, nowMs: number): Promise<string> {
  const { token, kept } = makeSetupToken(nowMs);
  await store.meta.setValue('setup', kept);
  return token;
}

function actOf(nowMs: number) {
  return (act: string, subject: string, content: unknown): Act => ({
    atMs: nowMs,
    actor: 'init',
    act,
    subject,
    sha256: sha256(Buffer.from(canonicalJson(content))),
  });
}
