// A door before the centre as a browser meets one in the field: it counts, answers 502 while the centre is away, and may break off an
// answer in its middle.
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export class ThinDoor {
  /** Paths of the REST that were asked for, in order. */
  readonly asked: string[] = [];
  readonly #server;
  #cut: string | undefined;

  constructor(centre: string) {
    const target = new URL(centre);
    this.#server = createServer((incoming, outgoing) => {
      const { method, url: path = '', headers } = incoming;
      if (path.startsWith('/api/')) this.asked.push(path);
      const onward = request({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        const cut = path === this.#cut;
        if (cut) this.#cut = undefined;
        if (!cut) answer.pipe(outgoing);
        else answer.once('data', (chunk: Buffer) => outgoing.write(chunk.subarray(0, chunk.length / 2), () => outgoing.destroy()));
        answer.on('error', () => outgoing.destroy());
      });
      onward.on('error', () => {
        if (outgoing.headersSent) outgoing.destroy();
        else outgoing.writeHead(502).end();
      });
      outgoing.on('close', () => onward.destroy());
      incoming.pipe(onward);
    });
  }

  /** The next answer to this path breaks off. */
  cut(path: string): void {
    this.#cut = path;
  }

  get hasCut(): boolean {
    return this.#cut === undefined;
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
