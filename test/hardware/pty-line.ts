// A real pair of pseudo-terminals with a simulated device at the far end: unplugged and plugged in as a cable would be.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startTool, type Tool } from '../../hardware/host/processes.ts';
import type { FarEnd } from '../../hardware/serial/simulated-line.ts';
import { openSerial, type Serial } from '../../hardware/serial.ts';

export class PtyLine {
  readonly folder = mkdtempSync(join(tmpdir(), 'loa-line-'));
  /** The path that the door under test opens. */
  readonly near = join(this.folder, 'near');
  readonly #far = join(this.folder, 'far');
  readonly #device: FarEnd;
  readonly #baudRate: number;
  #socat: Tool | undefined;
  #serial: Serial | undefined;
  /** Changes what passes towards the box, as a bad cable would. */
  spoil: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes;

  constructor(device: FarEnd, baudRate = 115_200) {
    this.#device = device;
    this.#baudRate = baudRate;
  }

  async plugIn(): Promise<void> {
    const ends = [this.near, this.#far].map((link) => `pty,raw,echo=0,link=${link}`);
    this.#socat = startTool('socat', ends, { onExit: () => undefined });
    for (let tries = 0; tries < 500; tries++) {
      const opened = await openSerial({ path: this.#far, baudRate: this.#baudRate });
      if (opened.ok) {
        this.#serial = opened.value;
        opened.value.onBytes((bytes) => this.#device.take(bytes));
        this.#device.say = (bytes) => void opened.value.write(this.spoil(bytes));
        return;
      }
      await wait(20);
    }
    throw new Error('socat made no line');
  }

  async unplug(): Promise<void> {
    this.#device.say = () => undefined;
    this.#device.restart();
    this.#socat?.kill();
    await this.#serial?.close();
  }

  async end(): Promise<void> {
    await this.unplug();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
