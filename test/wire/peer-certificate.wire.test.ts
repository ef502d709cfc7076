// Whose certificate a box believes when it does not know the time: the right issuer, key and name are needed all the same.
import { mkdtemp } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type Server } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { type KnownTime, peerProblem } from '../../broker/link/peer-certificate.ts';
import { type Authority, openAuthority } from '../../controller/provision/authority.ts';

const dayMs = 24 * 3600_000;
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const authority = async (name: string): Promise<Authority> => openAuthority(await mkdtemp(join(tmpdir(), 'loa-peer-')), name, Date.now());

/** What a client of `ca` thinks of a server whose certificate was issued so many days ago (825 days are its life). */
async function judge(ca: Authority, issuer: Authority, ageDays: number, time: KnownTime, host = '127.0.0.1'): Promise<string | undefined> {
  const { cert, key } = await issuer.issueServer([host], Date.now() - ageDays * dayMs);
  const server = createServer({ cert, key });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const socket = connect({ host: '127.0.0.1', port, ca: ca.pem, rejectUnauthorized: false }, () => {
      const problem = peerProblem(socket, '127.0.0.1', ca.pem, time);
      socket.destroy();
      resolve(problem?.detail);
    });
    socket.on('error', reject);
  });
}

const unknown: KnownTime = { fromMs: 0, toMs: Number.POSITIVE_INFINITY };
const now: KnownTime = { fromMs: Date.now(), toMs: Date.now() };

test.each([
  ['holds', 0, now, undefined],
  ['holds and nobody knows the time', 0, unknown, undefined],
  ['is over by this machine’s clock and nobody knows the time', 900, unknown, undefined],
  ['is not begun by this machine’s clock and nobody knows the time', -900, unknown, undefined],
  ['is over, the time being known', 900, now, 'HAS_EXPIRED'],
  ['is not begun, the time being known', -900, now, 'NOT_YET_VALID'],
  ['was over before the last instant known to have passed', 900, { ...unknown, fromMs: Date.now() }, 'HAS_EXPIRED'],
  [
    'holds by this machine’s clock and is over by signed time',
    0,
    { fromMs: Date.now() + 900 * dayMs, toMs: Number.MAX_SAFE_INTEGER },
    'HAS_EXPIRED',
  ],
] as const)('a certificate that %s', async (_name, ageDays, time, refused) => {
  const ca = await authority('a');
  const detail = await judge(ca, ca, ageDays, time);
  if (refused === undefined) expect(detail).toBeUndefined();
  else expect(detail).toContain(refused);
});

test.each([0, 900])('another authority’s is refused though nobody knows the time (%d days old)', async (ageDays) => {
  expect(await judge(await authority('a'), await authority('b'), ageDays, unknown)).toBeDefined();
  // The same subject, another key.
  expect(await judge(await authority('a'), await authority('a'), ageDays, unknown)).toBeDefined();
});

test.each([0, 900])('one for another name is refused though nobody knows the time (%d days old)', async (ageDays) => {
  const ca = await authority('a');
  expect(await judge(ca, ca, ageDays, unknown, '127.0.0.9')).toBeDefined();
});
