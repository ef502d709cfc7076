// Claims, the certificate that follows and the deny list, in SQL.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { boxOf, claimOf, deny, notLeaving } from './enrolment-rows.ts';
import type { Denial, Denied, EnrolmentStore, KeptClaim, Leaving } from './enrolment-store.ts';
import type { Act, Box } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlEnrolment implements EnrolmentStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  async claims({ dev, limit }: { readonly dev?: string; readonly limit: number }): Promise<KeptClaim[]> {
    const [where, params] = dev === undefined ? ['', [limit]] : ['WHERE dev = ?', [dev, limit]];
    const sql = `SELECT * FROM claims ${where} ORDER BY made_ms DESC, token_hash LIMIT ?`;
    return (await this.#writer.database.read(sql, params)).map(claimOf);
  }

  withdraw(tokenHash: string, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const [row] = await this.#writer.database.read('SELECT * FROM claims WHERE token_hash = ?', [tokenHash]);
      if (!row) return bad('not-found', 'no such claim');
      const { usedMs, withdrawnMs } = claimOf(row);
      if (usedMs !== null || withdrawnMs !== null) return bad('claim-used', 'nothing is left to withdraw');
      await this.#writer.commit([{ sql: 'UPDATE claims SET withdrawn_ms = ? WHERE token_hash = ?', params: [act.atMs, tokenHash] }], act);
      return ok(undefined);
    });
  }

  renew(dev: string, certificate: string, act: Act): Promise<Result<Box>> {
    return this.#writer.alone(async () => {
      const before = await this.#box(dev);
      if (!before || before.certificate === null) return bad('not-found', `no enrolled box ${dev}`);
      const next = { sql: 'UPDATE boxes SET next_certificate = ? WHERE id = ?', params: [certificate, dev] };
      // Of two that were never shown the newer counts.
      await this.#writer.commit([...deny(before.nextCertificate, dev, act.atMs, 'renewed'), next], act);
      return ok({ ...before, nextCertificate: certificate });
    });
  }

  confirm(dev: string, certificate: string, atMs: number): Promise<void> {
    return this.#writer.alone(async () => {
      const before = await this.#box(dev);
      if (before?.nextCertificate !== certificate) return;
      const sql = 'UPDATE boxes SET certificate = next_certificate, next_certificate = NULL WHERE id = ?';
      await this.#writer.commit([...deny(before.certificate, dev, atMs, 'renewed'), { sql, params: [dev] }]);
    });
  }

  end(dev: string, reason: 'decommissioned' | 'revoked', act: Act): Promise<Result<Box>> {
    return this.#writer.alone(async () => {
      const before = await this.#box(dev);
      if (!before) return bad('not-found', `no box ${dev}`);
      if (before.signingKey === null) return bad('conflict', `${dev} is not enrolled`);
      const sql =
        'UPDATE boxes SET enrolled_ms = NULL, signing_key = NULL, certificate = NULL, next_certificate = NULL, hardware = NULL, ended_ms = ? WHERE id = ?';
      const claims = { sql: 'DELETE FROM claims WHERE dev = ? AND used_ms IS NULL', params: [dev] };
      const shown = [before.certificate, before.nextCertificate].flatMap((one) => deny(one, dev, act.atMs, reason));
      await this.#writer.commit([...shown, claims, notLeaving(dev), { sql, params: [act.atMs, dev] }], act);
      const box = await this.#box(dev);
      return box ? ok(box) : bad('not-found', `no box ${dev}`);
    });
  }

  askToLeave({ dev, command, askedMs, sha256 }: Leaving): Promise<void> {
    const sql = `INSERT INTO retirements (dev, command, asked_ms, sha256) VALUES (?, ?, ?, ?)
      ON CONFLICT (dev) DO UPDATE SET command = excluded.command, asked_ms = excluded.asked_ms, sha256 = excluded.sha256`;
    return this.#writer.write([{ sql, params: [dev, command, askedMs, sha256] }]);
  }

  async leaving(): Promise<Leaving[]> {
    const rows = await this.#writer.database.read('SELECT * FROM retirements ORDER BY dev');
    return rows.map((row) => ({
      dev: String(row['dev']),
      command: String(row['command']),
      askedMs: Number(row['asked_ms']),
      sha256: String(row['sha256']),
    }));
  }

  async denied(certificate: string): Promise<Denied | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM denied WHERE certificate = ?', [certificate]);
    return row && { certificate, dev: String(row['dev']), atMs: Number(row['at_ms']), reason: String(row['reason']) as Denial };
  }

  async #box(dev: string): Promise<Box | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM boxes WHERE id = ?', [dev]);
    return row && boxOf(row);
  }
}
