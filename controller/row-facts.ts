// What one row of a box becomes in the tables: the row itself, and what it says of an order, a live talk, a showing or an update.
import type { StoredUpdate } from '../schemas/release-api.ts';
import type { NewRow } from './core/log-ledger.ts';
import type { LiveProgress, OrderProgress, StoredRow, StoredShowing } from './store/store.ts';

export function storedRow(dev: string, epoch: string, row: NewRow, nowMs: number): StoredRow {
  const { seq, hash, entry, read } = row;
  return { dev, epoch, seq, hash, entry, kind: read?.fact.kind ?? 'unreadable', atMs: read?.atMs ?? nowMs, receivedMs: nowMs };
}

export function progressOf(dev: string, { read }: NewRow): OrderProgress | undefined {
  if (read?.fact.kind !== 'order') return undefined;
  const { order, state, voice, problem } = read.fact;
  return { order, dev, state, atMs: read.atMs, voice: voice ?? null, problem: problem ?? null };
}

export function liveOf(dev: string, { read }: NewRow): LiveProgress | undefined {
  if (read?.fact.kind !== 'live') return undefined;
  const { session, state, problem } = read.fact;
  return { session, dev, state, atMs: read.atMs, problem: problem ?? null };
}

export function showingOf(dev: string, { read }: NewRow, receivedMs: number): StoredShowing | undefined {
  return read?.fact.kind === 'showing' ? { dev, showing: read.fact.showing, receivedMs } : undefined;
}

export function updateOf(dev: string, { read }: NewRow, receivedMs: number): StoredUpdate | undefined {
  return read?.fact.kind === 'update' ? { dev, fact: read.fact, atMs: read.atMs, receivedMs } : undefined;
}
