// An upper station's HTTP stream: real MP3 sent at the pace of sound, with a burst first; can go silent, stall, and come back.
import { spawnSync } from 'node:child_process';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const bitsPerSecond = 96_000;
const pieceMs = 100;
const burstMs = 2_000;
const pieceBytes = (bitsPerSecond / 8 / 1000) * pieceMs;

export class UpperStation {
  readonly #programme: Buffer;
  readonly #silence: Buffer;
  readonly #listeners = new Set<ServerResponse>();
  #server: Server | undefined;
  #timer: NodeJS.Timeout | undefined;
  #at = 0;
  plays: 'programme' | 'silence' | 'nothing' = 'programme';
  requests = 0;

  constructor(hz: number) {
    this.#programme = mp3(`sine=frequency=${hz}:duration=60`);
    this.#silence = mp3('anullsrc=r=44100:cl=mono');
  }

  async start(): Promise<string> {
    const server = createServer((request, response) => {
      this.requests += 1;
      if (request.url === '/moved') return response.writeHead(302, { location: '/live' }).end();
      response.writeHead(200, { 'content-type': 'audio/mpeg' });
      for (let i = 0; i < burstMs / pieceMs; i++) response.write(this.#piece(i));
      this.#listeners.add(response);
      response.on('close', () => this.#listeners.delete(response));
      return response;
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#timer = setInterval(() => {
      this.#at += 1;
      if (this.plays !== 'nothing') for (const listener of this.#listeners) listener.write(this.#piece(this.#at));
    }, pieceMs);
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  #piece(index: number): Buffer {
    const sound = this.plays === 'silence' ? this.#silence : this.#programme;
    const from = (index * pieceBytes) % (sound.length - pieceBytes);
    return sound.subarray(from, from + pieceBytes);
  }
}

function mp3(source: string): Buffer {
  const form = [
    '-t',
    '60',
    '-ac',
    '1',
    '-ar',
    '44100',
    '-b:a',
    String(bitsPerSecond),
    '-write_xing',
    '0',
    '-id3v2_version',
    '0',
    '-f',
    'mp3',
  ];
  return spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, ...form, 'pipe:1'], { maxBuffer: 2 ** 26 }).stdout;
}
