// The screen's mains behind a relay on a GPIO line, through its resting contact: a box without power or program leaves the board lit.
// Nobody asks the screen: what a relay does is sent, never confirmed.
import { ok, type Result } from '../../schemas/problems.ts';
import { lineFlags } from '../board/gpio-abi.ts';
import type { HeldLines } from '../board/gpio-lines.ts';
import { problemOf } from '../host/failure.ts';
import type { Powered, ScreenPower } from '../screen-power.ts';

export interface RelayOptions {
  readonly pin: number;
  readonly activeLow: boolean;
  readonly chip?: string | undefined;
  /** For trials without a chip. */
  readonly openLine?: () => Promise<Pick<HeldLines, 'set' | 'close'>>;
}

export class RelayPower implements ScreenPower {
  readonly name = 'relay';
  readonly #options: RelayOptions;
  #line: Pick<HeldLines, 'set' | 'close'> | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Takes the line at rest: a box that starts does not put a lit board out. */
  async probe(): Promise<Result<void>> {
    try {
      this.#line ??= await (this.#options.openLine ?? (() => openLine(this.#options)))();
      return ok(undefined);
    } catch (error) {
      return { ok: false, problem: problemOf(error, 'device-failed') };
    }
  }

  async switch(on: boolean): Promise<Powered> {
    const probed = await this.probe();
    if (!probed.ok) return { problem: probed.problem };
    try {
      this.#line?.set(0, !on);
      return { sent: true, confirmed: false };
    } catch (error) {
      this.#release();
      return { problem: problemOf(error, 'device-failed') };
    }
  }

  async stop(): Promise<void> {
    this.#release();
  }

  #release(): void {
    this.#line?.close();
    this.#line = undefined;
  }
}

async function openLine({ pin, activeLow, chip: named }: RelayOptions): Promise<HeldLines> {
  const { loadSystemCalls, openGpioChip } = await import('../board/gpio-lines.ts');
  const chip = openGpioChip(await loadSystemCalls(), named);
  try {
    return chip.request({ consumer: 'loa screen', offsets: [pin], flags: lineFlags.output | (activeLow ? lineFlags.activeLow : 0n) });
  } finally {
    chip.close();
  }
}
