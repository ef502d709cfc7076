// A door before the centre that a browser goes through: it passes all on, and into the stream of events it puts as many as are asked for.
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { boxId } from './province.ts';

const beatMs = 50;

export class StormDoor {
  /** Requests that were passed on, but for the stream itself. */
  asked = 0;
  /** Bytes of bodies that went to the browser since `forget`, as they were sent. */
  sentBytes = 0;
  readonly #streams = new Set<ServerResponse>();
  readonly #server;
  #beat: ReturnType<typeof setInterval> | undefined;

  constructor(centre: string) {
    const target = new URL(centre);
    this.#server = createServer((incoming, outgoing) => {
      const isStream = incoming.url === '/api/events';
      if (!isStream && incoming.url?.startsWith('/api/')) this.asked++;
      const { method, url: path, headers } = incoming;
      const onward = request({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on('data', (chunk: Buffer) => {
          if (!isStream) this.sentBytes += chunk.length;
        });
        answer.pipe(outgoing);
        if (isStream) {
          this.#streams.add(outgoing);
          outgoing.on('close', () => this.#streams.delete(outgoing));
        }
      });
      onward.on('error', () => outgoing.destroy());
      outgoing.on('close', () => onward.destroy());
      incoming.pipe(onward);
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  forget(): void {
    this.asked = 0;
    this.sentBytes = 0;
  }

  /** So many box, receipt and fault events a second, until `calm`. */
  storm(perSecond: number): void {
    const each = Math.round((perSecond * beatMs) / 1_000);
    const names = ['box', 'receipt', 'fault', 'order'];
    let told = 0;
    this.#beat = setInterval(() => {
      let text = '';
      for (let n = 0; n < each; n++, told++) text += `event: ${names[told % names.length]}\ndata: {"id":"${boxId(told % 10_000)}"}\n\n`;
      for (const stream of this.#streams) stream.write(text);
    }, beatMs);
  }

  calm(): void {
    clearInterval(this.#beat);
  }

  async close(): Promise<void> {
    this.calm();
    for (const stream of this.#streams) stream.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
