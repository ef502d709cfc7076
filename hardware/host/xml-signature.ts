// Debian's xmlsec1 as the one verifier of XML signatures: one key of ours, the bytes as they came, a child with limits.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../../schemas/problems.ts';
import { findProgram, runTool, type ToolLimits } from './processes.ts';

const timeoutMs = 5_000;
const outputBytesMax = 64 * 1024;
const limits: ToolLimits = { dataBytes: 256 * 1024 * 1024, cpuSeconds: 5, niceness: 5 };

/** Does the document carry a signature made with the key of this certificate? Problems: tool-failed (it does not), tool-missing, tool-timeout. */
export type XmlVerifier = (bytes: Uint8Array, certificatePem: string) => Promise<Result<void>>;

/** `undefined` where xmlsec1 is not installed. */
export function findXmlVerifier(env?: NodeJS.ProcessEnv): XmlVerifier | undefined {
  const program = findProgram('xmlsec1', env);
  return program === undefined ? undefined : (bytes, pem) => verify(program, bytes, pem);
}

async function verify(program: string, bytes: Uint8Array, certificatePem: string): Promise<Result<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'loa-xmlsec-'));
  try {
    const certificate = join(folder, 'pinned.pem');
    await writeFile(certificate, certificatePem, { mode: 0o600 });
    // Of what the message says about keys only a name is read, so that no key out of it is ever used; nothing is fetched.
    const rules = ['--enabled-key-data', 'key-name', '--enabled-reference-uris', 'empty'];
    const done = await runTool(program, ['--verify', ...rules, '--pubkey-cert-pem', certificate, '-'], {
      input: bytes,
      timeoutMs,
      outputBytesMax,
      limits,
    });
    return done.ok ? { ok: true, value: undefined } : done;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
