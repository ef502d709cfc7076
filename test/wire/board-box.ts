// A box with a board in its real program, enrolled at a small centre, and what its tests read of it.
import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { makeCleaner } from '../../controller/media/sanitiser/clean.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import type { ShowingRow } from '../../schemas/showing-row.ts';
import { Program } from './program.ts';
import type { SmallCentre } from './small-centre.ts';

const agent = fileURLToPath(new URL('../../dist/agent.js', import.meta.url));

export interface BoardBox {
  readonly dir: string;
  readonly program: Program;
  configure(more: object): Promise<void>;
}

/** Enrolled, not started. `config` is its local configuration beside page and log. */
export async function enrolledBox(centre: SmallCentre, config: object): Promise<BoardBox> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-board-'));
  const configure = (more: object) =>
    writeFile(
      join(dir, 'config.json'),
      JSON.stringify({ page: { port: 0 }, log: { level: 'info', file: 'agent.log' }, ...config, ...more }),
    );
  await configure({});
  await writeFile(join(dir, 'claim.json'), JSON.stringify(centre.claim()));
  // Not waited for in one breath: the centre that answers it lives in this process.
  const enrol = spawn(process.execPath, [agent, 'enrol', '--data', dir, '--claim', join(dir, 'claim.json')], { stdio: 'inherit' });
  expect(await new Promise((resolve) => enrol.once('exit', resolve))).toBe(0);
  return { dir, program: new Program('agent', ['--data', dir]), configure };
}

/** A document as the centre stores it. */
export function cleaned(html: string): string {
  const made = makeCleaner()(html, { distanceM: 5, screenHeightM: 0.685 });
  if (!made.ok) throw new Error(`${made.problem.code} ${made.problem.detail}`);
  return made.value.html;
}

/** A bulletin of one line on a coloured ground. */
export function bulletin(title: string, colour: string): string {
  return cleaned(
    `<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>${title}</title><style>body{background:${colour};color:#fff;font:80px sans-serif}</style></head><body>${title}</body></html>`,
  );
}

/** Vietnamese local time of a schedule's start. */
export function localTime(ms: number): string {
  return new Date(ms + 7 * 3_600_000)
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, '')
    .slice(0, 15);
}

export function rowsOf(centre: SmallCentre): ShowingRow[] {
  return centre.facts.flatMap((fact) => (fact.kind === 'showing' ? [fact.showing] : []));
}

export function receiptsOf(centre: SmallCentre): Receipt[] {
  return centre.facts.flatMap((fact) => (fact.kind === 'receipt' ? [fact.receipt] : []));
}
