// An officer's own device: a P-256 key that signs what the centre has frozen, as the console does in a browser.
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderOf } from '../../controller/folder.ts';
import { addSignature, askForKeys, type CeremonyWish, installKeys } from '../../controller/provision/ceremony.ts';
import { makeGatewayKey } from '../../controller/provision/gateway-key.ts';
import { registeredKeys, registerKey } from '../../controller/provision/officer-keys.ts';
import type { Trust } from '../../controller/provision/signing-keys.ts';
import { openLocks } from '../../controller/signing/open-desk.ts';
import { SqlStore } from '../../controller/store/sql-store.ts';
import { signerFrom } from '../../hardware/host/crypto.ts';
import { openDatabase } from '../../hardware/host/sqlite.ts';
import type { DutyAnswer, FactorAnswer } from '../../schemas/duty.ts';
import { preAuthEncoding, toBase64 } from '../../schemas/envelope.ts';
import type { Result } from '../../schemas/problems.ts';
import { type Asker, password } from './built-centre.ts';
import { totp } from './totp.ts';

export const pin = '482913';

export class OfficerDevice {
  readonly person: string;
  readonly #signer = signerFrom(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  );

  constructor(person: string) {
    this.person = person;
  }

  get keyid(): string {
    return this.#signer.keyid;
  }

  get publicKey(): string {
    return toBase64(this.#signer.publicKey);
  }

  /** Set the code app up and start a shift, as this person does on the duty page. */
  async beginShift(ask: Asker, known = password): Promise<void> {
    const { nowMs, shift } = (await ask('GET', '/duty')).body as DutyAnswer;
    if (shift) return;
    const begun = await ask('POST', '/duty/factor', { password: known });
    const { secret } = begun.body as FactorAnswer;
    await ask('POST', '/duty/factor/confirm', { code: totp(secret, nowMs) });
    // A code is taken once, so the next one; phones may be half a minute early.
    const started = await ask('POST', '/duty/shift', { password: known, code: totp(secret, nowMs + 30_000), pin });
    if (started.status !== 201) throw new Error(`no shift: ${JSON.stringify([begun.body, started.body])}`);
  }

  /** What is sent to approve a prepared order. */
  sign({ payloadType, statement, correction = null }: { payloadType: string; statement: string; correction?: string | null }) {
    const over = (text: string) => toBase64(this.#signer.sign(preAuthEncoding(payloadType, new TextEncoder().encode(text))));
    return { keyid: this.keyid, sig: over(statement), ...(correction !== null && { correctionSig: over(correction) }), pin };
  }

  /** Start a shift when none runs; prepare, sign, approve; answers the order as it then stands. */
  async give(ask: Asker, wish: { readonly template: string; readonly groups: readonly string[]; readonly validMs?: number }) {
    const { template, groups, validMs } = wish;
    await this.beginShift(ask);
    const prepared = await ask('POST', '/order-requests', { template, groups, ...(validMs !== undefined && { validMs }) });
    if (prepared.status !== 201) return prepared;
    const approved = await ask('POST', `/order-requests/${prepared.body.id}/approve`, this.sign(prepared.body));
    return approved.body.state === 'given' ? ask('GET', `/orders/${prepared.body.id}`) : approved;
  }
}

/** The ceremony in a data folder of a centre that does not run: officers' devices into the delegation, signed by two root holders. */
export async function installOfficers(
  dataDir: string,
  devices: readonly OfficerDevice[],
  nowMs: number,
  wish: Partial<CeremonyWish> = {},
): Promise<Result<Trust>> {
  const folder = folderOf(dataDir);
  const database = await openDatabase({ file: folder.database, exclusive: false });
  if (!database.ok) return database;
  const store = new SqlStore(database.value);
  try {
    for (const { person, publicKey } of devices) {
      const act = { atMs: nowMs, actor: person, act: 'officer-key.register', subject: person, sha256: '' };
      const registered = await registerKey(store.meta, { person, publicKey, label: 'máy thử', nowMs }, () => act);
      if (!registered.ok) return registered;
    }
    const trust = JSON.parse((await store.meta.value('trust')) ?? '{}') as Trust;
    let file = askForKeys(trust, { nowMs, officers: await registeredKeys(store.meta), ...wish });
    for (const root of ['root-1.pem', 'root-2.pem'].slice(0, trust.root.threshold)) {
      const signed = addSignature(file, signerFrom(await readFile(join(folder.rootKeys, root), 'utf8')));
      if (!signed.ok) return signed;
      file = signed.value;
    }
    const installed = installKeys(trust, file);
    if (installed.ok) await store.meta.setValue('trust', JSON.stringify(installed.value));
    return installed;
  } finally {
    await store.close();
  }
}

/** The public half of the gateway key of a data folder, made under its secret. */
export async function gatewayKeyOf(dataDir: string): Promise<Uint8Array> {
  const folder = folderOf(dataDir);
  const secret = await openLocks(folder, {});
  const key = secret.ok ? await makeGatewayKey(folder.keys, secret.value.text) : secret;
  if (!key.ok) throw new Error(`${key.problem.code}: ${key.problem.detail}`);
  return key.value.publicKey;
}
