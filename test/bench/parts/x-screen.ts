// A screen without a monitor: Xvfb, whose frame buffer is a file that is read point by point while it changes.
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTool, type Tool } from '../../../hardware/host/processes.ts';

export type Colour = readonly [number, number, number];

export class XScreen {
  readonly #tool: Tool;
  readonly #folder: string;
  readonly #file: number;
  readonly #headBytes: number;
  readonly #lineBytes: number;
  readonly number: number;

  get pid(): number | undefined {
    return this.#tool.pid;
  }

  /** Throws when Xvfb is not there or does not start. */
  static async start(columns: number, rows: number): Promise<XScreen> {
    const folder = mkdtempSync(join(tmpdir(), 'loa-x-'));
    const args = ['-screen', '0', `${columns}x${rows}x24`, '-fbdir', folder, '-nolisten', 'tcp', '-displayfd', '3'];
    let ended: (reason: Error) => void = () => undefined;
    const tool = startTool('Xvfb', args, { extraPipes: 1, onExit: () => ended(new Error('Xvfb ended')) });
    tool.stdout.resume();
    tool.stderr.resume();
    const number = await new Promise<number>((done, fail) => {
      ended = fail;
      tool.pipes[0]?.once('data', (bytes: Buffer) => done(Number(bytes.toString().trim())));
    });
    return new XScreen(tool, folder, number);
  }

  private constructor(tool: Tool, folder: string, number: number) {
    this.#tool = tool;
    this.#folder = folder;
    this.number = number;
    this.#file = openSync(join(folder, 'Xvfb_screen0'), 'r');
    const head = Buffer.alloc(100);
    readSync(this.#file, head, 0, 100, 0);
    // X window dump, version 7: size of the head, bytes of a line and number of colours stand at these words.
    this.#headBytes = head.readUInt32BE(0) + head.readUInt32BE(76) * 12;
    this.#lineBytes = head.readUInt32BE(48);
  }

  colour(x: number, y: number): Colour {
    const pixel = Buffer.alloc(4);
    readSync(this.#file, pixel, 0, 4, this.#headBytes + y * this.#lineBytes + x * 4);
    return [pixel[2] ?? 0, pixel[1] ?? 0, pixel[0] ?? 0];
  }

  stop(): void {
    closeSync(this.#file);
    this.#tool.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
