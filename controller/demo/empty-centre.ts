// `npm start -- --no-demo`: makes the data folder of a real centre once; until somebody has an account, gives its setup link.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../../hardware/host/processes.ts';
import { projectRoot } from './demo-texts.ts';
import { zone } from './welcome-plan.ts';

const withinMs = 60_000;

/** A centre without a name yet; `--seed FILE` gives the real one its unit, area, people and policy. */
const unnamed = {
  demo: false,
  centre: { id: 'trung-tam', name: 'Trung tâm điều hành', level: 'commune', area: 'xa', zone },
  groups: [{ id: 'toan-xa', name: 'Toàn xã' }],
};

export interface Prepared {
  /** The one-time link for the first administrator; none when the centre already has people. */
  readonly setup?: string;
  /** The file under which its keys lie encrypted, when it was made just now. */
  readonly secret?: string;
}

export async function prepareCentre(dataDir: string, port: number, seedFile: string | undefined): Promise<Prepared> {
  const seed = seedFile === undefined ? JSON.stringify(unnamed) : await readFile(seedFile, 'utf8');
  const args = [join(projectRoot, 'dist/controller.js'), 'init', '--data', dataDir, '--port', String(port)];
  const done = await runTool(process.execPath, args, { timeoutMs: withinMs, input: seed });
  if (done.ok) {
    const { setup } = JSON.parse(done.value.stdout.toString('utf8')) as { setup?: string };
    const secret = secretIn(done.value.stdout);
    return { ...(setup !== undefined && { setup }), ...(secret !== undefined && { secret }) };
  }
  if (done.problem.detail.includes('conflict')) return {};
  throw new Error(done.problem.detail);
}

/** What `init` said of the secret it made. */
export function secretIn(stdout: Buffer): string | undefined {
  const { keySecret } = JSON.parse(stdout.toString('utf8')) as { keySecret?: { file: string } };
  return keySecret?.file;
}
