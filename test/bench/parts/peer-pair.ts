// Two of one player, started in the same moment into two pipes that are read at the pace of a converter.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { startTool, type Tool } from '../../../hardware/host/processes.ts';
import { PipeEar } from './pipe-ear.ts';

export interface Player {
  readonly peer: string;
  readonly programs: readonly string[];
  /** How to play the file into this pipe. */
  readonly command: (fifo: string) => { readonly path: string; readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv };
}

const hearWithinMs = 10_000;

/** How far apart the two began, a trial each; one that was not heard twice is left out. */
export async function pairSkews(player: Player, folder: string, trials: number): Promise<number[]> {
  const skews: number[] = [];
  for (let trial = 0; trial < trials; trial++) {
    const fifos = [0, 1].map((i) => join(folder, `${player.programs[0]}-${trial}-${i}`));
    for (const fifo of fifos) spawnSync('mkfifo', [fifo]);
    const ears = fifos.map((fifo) => new PipeEar(fifo));
    const tools: Tool[] = fifos.map((fifo) => {
      const { path, args, env } = player.command(fifo);
      return startTool(path, args, { env, onExit: () => undefined });
    });
    const [first, second] = await Promise.all(ears.map((ear) => ear.onset(hearWithinMs)));
    for (const tool of tools) tool.kill();
    for (const ear of ears) ear.close();
    if (first !== undefined && second !== undefined) skews.push(Math.abs(first - second));
  }
  return skews;
}
