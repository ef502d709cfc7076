// chaos cap: hostile CAP messages against gate, parser and rules, one history through all of them. No crash, nothing slow.
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { checkMessage } from '../../controller/emergency/cap/check.ts';
import { type CapHistory, emptyHistory } from '../../controller/emergency/cap/history.ts';
import { capCodes } from '../../controller/emergency/cap/verdict-codes.ts';
import { hostileMessages, seedMessages } from './cap/mutations.ts';

export const hangMs = 250;
/** A history lives through so many messages. */
const lifeCases = 500;

export interface CapResult {
  readonly cases: number;
  readonly crashes: number;
  readonly slowestMs: number;
  readonly hangs: number;
  readonly verdicts: Readonly<Record<string, number>>;
  /** The first message that crashed or took too long, and how. */
  readonly found: string | undefined;
}

export async function tryHostileCap(cases: number, seed: number, folder: string, onCase?: (done: number) => void): Promise<CapResult> {
  const known = new Set(Object.values(capCodes).flatMap((codes) => Object.keys(codes)));
  const verdicts: Record<string, number> = {};
  let [done, crashes, hangs, slowestMs]: [number, number, number, number] = [0, 0, 0, 0];
  let found: string | undefined;
  let history: CapHistory = emptyHistory;
  const nowMs = Date.UTC(2026, 10, 22, 22, 40);
  const ask = (bytes: Uint8Array) => checkMessage(bytes, { nowMs, history, settings: { sources: [{ id: 'any' }] } });
  const bytesOf = hostileMessages(seedMessages(folder));
  const tell = (what: string, bytes: Uint8Array) => {
    found ??= `${what}: ${Buffer.from(bytes.subarray(0, 3_000)).toString('base64')}`;
  };
  await fc.assert(
    fc.asyncProperty(bytesOf, async (bytes) => {
      if (done++ % lifeCases === 0) history = emptyHistory;
      try {
        let tookMs = await timeOf(() => ask(bytes));
        // The machine has others to serve: what is slow is slow again.
        for (let again = 0; again < 3 && tookMs > hangMs; again++) tookMs = Math.min(tookMs, await timeOf(() => ask(bytes)));
        slowestMs = Math.max(slowestMs, tookMs);
        if (tookMs > hangMs) {
          hangs++;
          tell(`${tookMs.toFixed(0)} ms`, bytes);
        }
        const { verdict, history: after } = await ask(bytes);
        if (!known.has(verdict.code) || /[\p{Cc}\n]/u.test(verdict.reason)) throw new Error(`verdict ${JSON.stringify(verdict)}`);
        const name = `${verdict.is} ${verdict.code}`;
        verdicts[name] = (verdicts[name] ?? 0) + 1;
        history = after;
      } catch (error) {
        crashes++;
        tell(error instanceof Error ? (error.stack ?? error.message) : String(error), bytes);
      }
      onCase?.(done);
    }),
    { numRuns: cases, seed },
  );
  return { cases: done, crashes, slowestMs: Math.round(slowestMs), hangs, verdicts, found };
}

/** Of the wall, or of the processor where the machine was busy with others: nothing here waits for anything. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const [startedMs, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return Math.min(performance.now() - startedMs, (user + system) / 1000);
}

export async function cap(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      cases: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const cases = Number(values.cases);
  const result = await tryHostileCap(cases, Number(values.seed), 'controller/demo/data/cap', (done) => {
    if (done % 10_000 === 0) console.error(`${done} of ${cases}`);
  });
  if (!values.json) console.table(result.verdicts);
  console.log(JSON.stringify({ name: 'cap', ...result }));
  return result.crashes + result.hangs > 0 ? 1 : 0;
}
