// Rows of boxes, claims and denied certificates, to and from what they mean.
import type { SqlRow, Statement } from '../../hardware/host/sqlite.ts';
import type { Denial, KeptClaim } from './enrolment-store.ts';
import type { Box } from './store.ts';

export function boxOf(row: SqlRow): Box {
  const body = JSON.parse(String(row['body'])) as Pick<Box, 'name' | 'area' | 'groups' | 'settings'>;
  return {
    id: String(row['id']),
    ...body,
    createdMs: Number(row['created_ms']),
    enrolledMs: row['enrolled_ms'] === null ? null : Number(row['enrolled_ms']),
    signingKey: row['signing_key'] === null ? null : String(row['signing_key']),
    certificate: row['certificate'] === null ? null : String(row['certificate']),
    ...(typeof row['next_certificate'] === 'string' && { nextCertificate: row['next_certificate'] }),
    ...(typeof row['hardware'] === 'string' && { hardware: row['hardware'] }),
    ...(row['ended_ms'] !== null && row['ended_ms'] !== undefined && { endedMs: Number(row['ended_ms']) }),
  };
}

/** A certificate that counts no more, and why. */
export function deny(certificate: string | null | undefined, dev: string, atMs: number, reason: Denial): Statement[] {
  if (!certificate) return [];
  const sql = 'INSERT INTO denied (certificate, dev, at_ms, reason) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING';
  return [{ sql, params: [certificate, dev, atMs, reason] }];
}

export function claimOf(row: SqlRow): KeptClaim {
  const at = (column: string) => (row[column] === null || row[column] === undefined ? null : Number(row[column]));
  return {
    tokenHash: String(row['token_hash']),
    dev: String(row['dev']),
    expMs: Number(row['exp_ms']),
    madeMs: Number(row['made_ms']),
    madeBy: String(row['made_by']),
    ...(typeof row['hardware'] === 'string' && { hardware: row['hardware'] }),
    usedMs: at('used_ms'),
    withdrawnMs: at('withdrawn_ms'),
  };
}

/** What was asked of a box that has ended, or of the machine before, is over. */
export const notLeaving = (dev: string): Statement => ({ sql: 'DELETE FROM retirements WHERE dev = ?', params: [dev] });
