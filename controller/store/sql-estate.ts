// Boxes, claims and what boxes last said, in SQL.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type BoxSettings, sameSettings } from '../../schemas/settings.ts';
import { put } from './batch.ts';
import { boxOf, claimOf, deny, notLeaving } from './enrolment-rows.ts';
import type { Brought, Claim } from './enrolment-store.ts';
import type { Act, Box, EstateStore, Seen } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlEstate implements EstateStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  addBox(box: Box, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      if (await this.box(box.id)) return bad('conflict', `a box ${box.id} exists`, '/id');
      const { id, createdMs, enrolledMs, signingKey, certificate, ...body } = box;
      await this.#writer.commit(
        [
          {
            sql: 'INSERT INTO boxes (id, created_ms, body, enrolled_ms, signing_key, certificate) VALUES (?, ?, ?, ?, ?, ?)',
            params: [id, createdMs, JSON.stringify(body), enrolledMs, signingKey, certificate],
          },
        ],
        act,
      );
      return ok(undefined);
    });
  }

  saveSettings(id: string, settings: BoxSettings, act: Act, seen?: BoxSettings): Promise<Result<Box>> {
    return this.#writer.alone(async () => {
      const before = await this.box(id);
      if (!before) return bad('not-found', `no box ${id}`);
      if (seen && !sameSettings(seen, before.settings)) return bad('conflict', 'it was changed since it was looked at', '/seen');
      const box: Box = { ...before, settings };
      const { name, area, groups } = box;
      const body = JSON.stringify({ name, area, groups, settings });
      await this.#writer.commit([{ sql: 'UPDATE boxes SET body = ? WHERE id = ?', params: [body, id] }], act);
      return ok(box);
    });
  }

  async boxes(): Promise<Box[]> {
    const rows = await this.#writer.database.read('SELECT * FROM boxes ORDER BY id');
    return rows.map(boxOf);
  }

  async box(id: string): Promise<Box | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM boxes WHERE id = ?', [id]);
    return row && boxOf(row);
  }

  addClaim(claim: Claim, act: Act): Promise<void> {
    const { tokenHash, dev, expMs, madeMs = act.atMs, madeBy = act.actor, hardware = null } = claim;
    const insert = {
      sql: 'INSERT INTO claims (token_hash, dev, exp_ms, made_ms, made_by, hardware) VALUES (?, ?, ?, ?, ?, ?)',
      params: [tokenHash, dev, expMs, madeMs, madeBy, hardware],
    };
    // A new label makes the older ones of the same box worthless.
    const older = { sql: 'DELETE FROM claims WHERE dev = ? AND used_ms IS NULL', params: [dev] };
    return this.#writer.write([older, insert], act);
  }

  async claim(tokenHash: string, nowMs: number, brought?: Brought): Promise<Result<Claim>> {
    const [row] = await this.#writer.database.read('SELECT * FROM claims WHERE token_hash = ?', [tokenHash]);
    if (!row) return bad('not-found', 'no such claim');
    const claim = claimOf(row);
    if (claim.withdrawnMs !== null) return bad('expired', 'the claim was withdrawn; make a new one');
    if (claim.usedMs !== null && !(await this.#repeats(claim.dev, row['used_key'], brought)))
      return bad('claim-used', 'the claim was used before; make a new one');
    if (claim.expMs <= nowMs) return bad('expired', 'the claim has expired; make a new one');
    if (claim.hardware !== undefined && claim.hardware !== brought?.hardware && brought)
      return bad('not-allowed', 'the claim is for a machine with another serial');
    return ok(claim);
  }

  enrol(tokenHash: string, brought: Brought, act: Act): Promise<Result<Box>> {
    return this.#writer.alone(async () => {
      const claim = await this.claim(tokenHash, act.atMs, brought);
      if (!claim.ok) return claim;
      const { dev } = claim.value;
      const before = await this.box(dev);
      const reason = before?.signingKey === brought.signingKey ? 'renewed' : 'replaced';
      const old = [before?.certificate, before?.nextCertificate].flatMap((one) => deny(one, dev, act.atMs, reason));
      await this.#writer.commit(
        [
          ...old,
          notLeaving(dev),
          {
            sql: 'UPDATE claims SET used_ms = ?, used_key = ? WHERE token_hash = ?',
            params: [act.atMs, brought.requestKey ?? null, tokenHash],
          },
          {
            sql: 'UPDATE boxes SET enrolled_ms = ?, signing_key = ?, certificate = ?, next_certificate = NULL, hardware = ?, ended_ms = NULL WHERE id = ?',
            params: [act.atMs, brought.signingKey, brought.certificate, brought.hardware ?? null, dev],
          },
        ],
        act,
      );
      const box = await this.box(dev);
      return box ? ok(box) : bad('not-found', `no box ${dev}`);
    });
  }

  /** The machine that used the claim asks again with the same keys, and nothing else took its place. */
  async #repeats(dev: string, usedKey: unknown, brought: Brought | undefined): Promise<boolean> {
    if (brought?.requestKey === undefined || usedKey !== brought.requestKey) return false;
    return (await this.box(dev))?.signingKey === brought.signingKey;
  }

  saveSeen(seen: readonly Seen[]): Promise<void> {
    const rows = seen.map((one) => [one.dev, one.lastSeenMs, text(one.presence), text(one.report), text(one.telemetry)]);
    return this.#writer.write([put('seen', ['dev'], ['last_ms', 'presence', 'report', 'telemetry'], rows)]);
  }

  async seen(): Promise<Seen[]> {
    const rows = await this.#writer.database.read('SELECT * FROM seen ORDER BY dev');
    return rows.map((row) => ({
      dev: String(row['dev']),
      lastSeenMs: Number(row['last_ms']),
      presence: json(row['presence']),
      report: json(row['report']),
      telemetry: json(row['telemetry']),
    }));
  }
}

function text(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

function json<T>(value: unknown): T | null {
  return typeof value === 'string' ? (JSON.parse(value) as T) : null;
}
