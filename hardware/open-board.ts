// Picks the board that local settings name; drivers are loaded only when named.
import { ok, type Result } from '../schemas/problems.ts';
import type { GpioWiring } from './board/wiring.ts';
import type { AmplifierWiring, Board } from './board.ts';
import { problemOf } from './host/failure.ts';
import { SimulatedBoard } from './simulated-board.ts';

export type GpioSettings = { readonly kind: 'gpio-chardev' | 'gpio-sysfs' } & GpioWiring;
export type BoardSettings =
  | { readonly kind: 'simulated'; readonly wirings: readonly AmplifierWiring[]; readonly beacon?: boolean; readonly fan?: boolean }
  | GpioSettings;

/** A started board. Problems: driver-missing, device-busy, device-failed. */
export async function openBoard(settings: BoardSettings): Promise<Result<Board>> {
  try {
    const board = await makeBoard(settings);
    await board.start();
    return ok(board);
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

/** The board, not started yet. */
export async function makeBoard(settings: BoardSettings): Promise<Board> {
  switch (settings.kind) {
    case 'simulated':
      return new SimulatedBoard(settings.wirings, { beacon: settings.beacon ?? false, fan: settings.fan ?? false });
    case 'gpio-chardev': {
      const { ChardevBoard } = await import('./board/chardev-board.ts');
      return new ChardevBoard(settings);
    }
    case 'gpio-sysfs': {
      const { SysfsBoard } = await import('./board/sysfs-board.ts');
      return new SysfsBoard(settings);
    }
    default:
      return settings satisfies never;
  }
}

/**
 * Open the relays that a program left closed when it died, through either door. sysfs never does that by itself; of the character
 * device it depends on the chip's driver: Raspberry Pi's own kernels keep an output as it was unless told `dtparam=strict_gpiod`.
 */
export async function releaseBoard(settings: BoardSettings): Promise<Result<string>> {
  if (settings.kind === 'simulated') return ok('nothing to let go');
  if (settings.kind === 'gpio-sysfs') {
    try {
      const { releaseSysfsLines } = await import('./board/sysfs-release.ts');
      return ok(`${await releaseSysfsLines(settings)} lines let go`);
    } catch (error) {
      return { ok: false, problem: problemOf(error) };
    }
  }
  const { inputs: _, ...relays } = settings;
  const opened = await openBoard(relays); // taken open from the first instant
  if (!opened.ok) return opened;
  await opened.value.stop();
  return ok(`${settings.wirings.length * 2 + (settings.beacon ? 1 : 0) + (settings.fan ? 1 : 0)} lines let go`);
}
