// What every fuzz target asks of one input beside its own property: it ends soon, and it leaves nothing behind in the language itself.
import { isDeepStrictEqual } from 'node:util';

/** Of the processor, with instrumented code, a first compilation and a collection of garbage; what is slow in earnest takes far longer. */
const inputMsMax = 3_000;

const builtIns = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const namesBefore = builtIns.map((one) => Object.getOwnPropertyNames(one).length);

/** Do the work of one input. Throws when a property is broken. */
export function judged(work: () => void, msMax = inputMsMax): void {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  const tookMs = (user + system) / 1000;
  holds(tookMs <= msMax, `one input took ${Math.round(tookMs)} ms of the processor`);
  const names = builtIns.map((one) => Object.getOwnPropertyNames(one).length);
  holds(isDeepStrictEqual(names, namesBefore), 'a built-in prototype was changed');
}

export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** Equal as the wire has it: −0 is 0, a field that is undefined is not there. */
export function same(found: unknown, expected: unknown, what: string): void {
  const [a, b] = [plain(found), plain(expected)];
  if (!isDeepStrictEqual(a, b)) throw new Error(`${what}: ${excerpt(a)} instead of ${excerpt(b)}`);
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function excerpt(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 1_000);
}

/** The first byte says how the others are meant. */
export function modeOf(data: Uint8Array, modes: number): readonly [mode: number, rest: Uint8Array] {
  return [(data[0] ?? 0) % modes, data.subarray(1)];
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
