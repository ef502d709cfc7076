// The box's name on the LAN (`loa-ID.local`, RFC 6762): Avahi where it runs, else a small responder, else a named state.
import { networkInterfaces } from 'node:os';
import type { Bonjour } from 'bonjour-service';
import { findProgram, startTool, type Tool } from '../hardware/host/processes.ts';
import type { Problem } from '../schemas/problems.ts';

const limits = { dataBytes: 64 * 1024 ** 2, niceness: 10 } as const;
const triesMax = 3;

export class LocalName {
  readonly #name: string;
  readonly #warn: (event: string, problem: Problem) => void;
  #tool: Tool | undefined;
  #responder: Bonjour | undefined;
  #known = false;
  #stopped = false;
  #tries = 0;

  constructor(name: string, warn: (event: string, problem: Problem) => void) {
    this.#name = `${name}.local`;
    this.#warn = warn;
  }

  /** As others may call it; null while nobody answers to it. */
  get known(): string | null {
    return this.#known ? this.#name : null;
  }

  async start(port: number): Promise<void> {
    const address = firstAddress();
    const avahi = findProgram('avahi-publish-address');
    if (avahi && address && this.#tries < triesMax) return this.#publish(avahi, address, port);
    await this.#respond(port);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#known = false;
    this.#tool?.kill();
    const responder = this.#responder;
    if (!responder) return;
    await new Promise<void>((resolve) => responder.unpublishAll(resolve));
    responder.destroy();
  }

  /** It lives as long as the name is published; without the daemon it ends at once. */
  #publish(program: string, address: string, port: number): void {
    this.#tries += 1;
    this.#tool = startTool(program, ['-R', this.#name, address], {
      limits,
      onExit: () => {
        this.#known = false;
        this.#tool = undefined;
        if (!this.#stopped) void this.start(port);
      },
    });
    this.#tool.stdin.end();
    // `Established under name 'loa-1.local'`, on either stream.
    for (const stream of [this.#tool.stdout, this.#tool.stderr])
      stream.on('data', (chunk: Buffer) => {
        if (/Established/i.test(chunk.toString())) this.#known = true;
      });
  }

  async #respond(port: number): Promise<void> {
    try {
      const { Bonjour } = await import('bonjour-service');
      if (this.#stopped) return;
      this.#responder = new Bonjour({}, (error: Error) => this.#missing(error.message));
      this.#responder.publish({ name: this.#name.replace('.local', ''), type: 'http', port, host: this.#name });
      this.#known = true;
    } catch (error) {
      this.#missing((error as Error).message);
    }
  }

  #missing(detail: string): void {
    this.#known = false;
    this.#warn('localName', { code: 'driver-missing', path: '', detail: `${this.#name}: ${detail}`.slice(0, 200) });
  }
}

function firstAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}
