// Readers of a centre in a process of their own: telephones that were woken, each with a connection of its own, spread evenly over a time.
import { type ChildProcess, fork } from 'node:child_process';
import { get } from 'node:http';

export interface ReadersWish {
  readonly base: string;
  readonly readers: number;
  readonly spanMs: number;
  /** The order in force that each must be told of. */
  readonly order: string;
}

export interface ReadersAnswer {
  readonly tookMs: readonly number[];
  /** Answers other than 200, by their status. */
  readonly refused: Readonly<Record<string, number>>;
  /** From the first request to the last answer. */
  readonly readMs: number;
  readonly cpuMs: number;
}

const paths = ['/api/public/place', '/api/public/alerts?unit=thon-1'];
const linesOfCarriers = 250;

/** `file` is a program that calls `serveReaders` when its arguments are `--reading`; rejects when a reader was not told of the order. */
export function sendReaders(file: string, wish: ReadersWish): Promise<ReadersAnswer> {
  const child: ChildProcess = fork(file, ['--reading']);
  return new Promise((resolve, reject) => {
    const answers: ReadersAnswer[] = [];
    child.on('message', (answer: ReadersAnswer) => answers.push(answer));
    child.on('exit', (code) => (answers[0] ? resolve(answers[0]) : reject(new Error(`the readers ended with ${code}`))));
    child.send(wish);
  });
}

export function serveReaders(): void {
  process.once('message', (wish: ReadersWish) => void read(wish).then((answer) => process.send?.(answer, () => process.exit(0))));
  process.on('disconnect', () => process.exit(1));
}

async function read(wish: ReadersWish): Promise<ReadersAnswer> {
  const tookMs: number[] = [];
  const refused: Record<string, number> = {};
  const beganMs = performance.now();
  const startMs = (n: number) => beganMs + (wish.spanMs * n) / wish.readers;
  await Promise.all(Array.from({ length: wish.readers }, (_, n) => reader(wish, n, startMs(n), tookMs, refused)));
  const { user, system } = process.cpuUsage();
  return { tookMs, refused, readMs: performance.now() - beganMs, cpuMs: (user + system) / 1000 };
}

/** It asks where it is and what is in force; through one of the lines that carriers put many telephones behind. */
async function reader(
  { base, order }: ReadersWish,
  n: number,
  startMs: number,
  tookMs: number[],
  refused: Record<string, number>,
): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, startMs - performance.now())));
  const line = n % linesOfCarriers;
  const localAddress = `127.0.${1 + Math.floor(line / 50)}.${1 + (line % 50)}`;
  for (const path of paths) {
    const sentMs = performance.now();
    const { status, text } = await ask(new URL(path, base), localAddress);
    tookMs.push(performance.now() - sentMs);
    if (status !== 200) refused[status] = (refused[status] ?? 0) + 1;
    else if (path.includes('alerts') && !text.includes(order)) throw new Error('a reader was not told of the order');
  }
}

function ask(url: URL, localAddress: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const request = get(url, { localAddress, agent: false, timeout: 30_000 }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
      answer.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 30 s')));
    request.on('error', reject);
  });
}
