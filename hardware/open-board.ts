// Picks the board that local settings name; drivers are loaded only when named.
import { ok, type Result } from '../schemas/problems.ts';
import type { SysfsBoardOptions } from './board/sysfs-board.ts';
import type { AmplifierWiring, Board } from './board.ts';
import { problemOf } from './host/failure.ts';
import { SimulatedBoard } from './simulated-board.ts';

export type BoardSettings =
  | { readonly kind: 'simulated'; readonly wirings: readonly AmplifierWiring[] }
  | ({ readonly kind: 'gpio-sysfs' } & SysfsBoardOptions);

/** A started board. Problems: driver-missing, device-failed. */
export async function openBoard(settings: BoardSettings): Promise<Result<Board>> {
  try {
    const board = await makeBoard(settings);
    await board.start();
    return ok(board);
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

async function makeBoard(settings: BoardSettings): Promise<Board> {
  switch (settings.kind) {
    case 'simulated':
      return new SimulatedBoard(settings.wirings);
    case 'gpio-sysfs': {
      const { SysfsBoard } = await import('./board/sysfs-board.ts');
      return new SysfsBoard(settings);
    }
    default:
      return settings satisfies never;
  }
}
