// A snapserver with two clients that write what they play as they play it: how far apart one click of the stream comes out of them.
import { spawnSync } from 'node:child_process';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTool, type Tool } from '../../../hardware/host/processes.ts';

const framesPerMs = 48;
const blockMs = 20;
const clickEveryMs = 2_500;
/** Clients agree with the server's clock over some seconds; that is not counted. */
const settleMs = 12_000;
const loud = 3_000;
/** A click is over before the next begins. */
const apartMsMax = 1_000;

/** Loudness begins in a client's output. */
class ClickEar {
  readonly onsetsMs: number[] = [];
  #rest: Buffer = Buffer.alloc(0);

  hear(chunk: Buffer): void {
    const atMs = performance.now();
    const bytes = Buffer.concat([this.#rest, chunk]);
    const frames = Math.floor(bytes.length / 2);
    const last = this.onsetsMs.at(-1) ?? Number.NEGATIVE_INFINITY;
    for (let i = 0; i < frames; i++) {
      if (Math.abs(bytes.readInt16LE(i * 2)) < loud || atMs - last < apartMsMax) continue;
      // A client writes a block as it begins.
      this.onsetsMs.push(atMs + i / framesPerMs);
      break;
    }
    this.#rest = bytes.subarray(frames * 2);
  }
}

export async function snapcastSkews(folder: string, trials: number): Promise<number[]> {
  const source = join(folder, 'snap');
  spawnSync('mkfifo', [source]);
  // Nothing of the machine's own settings: their stream would be the one that is played.
  const config = join(folder, 'snapserver.conf');
  writeFileSync(config, '');
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const tools: Tool[] = [];
  const start = (path: string, args: readonly string[]) => {
    const tool = startTool(path, args, { onExit: () => undefined });
    tools.push(tool);
    return tool;
  };
  const options = [`--stream.source=pipe://${source}?name=loa&sampleformat=48000:16:1&chunk_ms=20&codec=pcm`, `--stream.port=${port}`];
  start('snapserver', ['--config', config, ...options, `--tcp.port=${port + 1}`, '--http.enabled=0', `--server.datadir=${folder}`]);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const ears = [1, 2].map((instance) => {
    const ear = new ClickEar();
    const client = ['-h', '127.0.0.1', '-p', String(port), '--instance', String(instance), '--player', 'file', '--logsink', 'stderr'];
    start('snapclient', client).stdout.on('data', (chunk: Buffer) => ear.hear(chunk));
    return ear;
  });
  const pipe = createWriteStream(source);
  const feedBeganMs = performance.now();
  await feed(pipe, settleMs + trials * clickEveryMs);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  pipe.destroy();
  for (const tool of tools) tool.kill();
  const [a, b] = ears.map(({ onsetsMs }) => onsetsMs);
  // By time, not by number: a click that was missed early must not cost a later one.
  const settled = (a ?? []).filter((at) => at >= feedBeganMs + settleMs).slice(0, trials);
  return settled.flatMap((at) => {
    const skew = Math.min(...(b ?? []).map((other) => Math.abs(other - at)));
    return skew < apartMsMax ? [skew] : [];
  });
}

/** A click every 2.5 s in real time. */
async function feed(pipe: NodeJS.WritableStream, lengthMs: number): Promise<void> {
  const beganMs = performance.now();
  for (let ms = 0; ms < lengthMs; ms += blockMs) {
    const block = Buffer.alloc(blockMs * framesPerMs * 2);
    if (ms % clickEveryMs < 100) for (let i = 0; i < block.length / 2; i++) block.writeInt16LE(i % 48 < 24 ? 16_000 : -16_000, i * 2);
    pipe.write(block);
    const aheadMs = ms + blockMs - (performance.now() - beganMs);
    if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
  }
}
