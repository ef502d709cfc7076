// dist/signer.js: the process that alone holds a centre's private keys. Asked over its standard input, answers on its standard output.

import { readSecret } from '../../hardware/host/key-secret.ts';
import { parseJson } from '../../schemas/parse.ts';
import type { Problem, Result } from '../../schemas/problems.ts';
import type { Sealed } from '../core/signing-statement.ts';
import { openSigningKeys, type Trust } from '../provision/signing-keys.ts';
import { Asked, draftsPerSlice, encodeMessage, Hello, MessageReader, messageBytesMax, packResults, unpackDrafts } from './frames.ts';
import { SigningRoom } from './room.ts';

/** Lets the work sleep until something is asked. */
class Wake {
  #give: (() => void) | undefined;

  now(): void {
    this.#give?.();
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#give = resolve;
    });
  }
}

const reader = new MessageReader();
const wake = new Wake();
const waiting: { readonly urgent: Asked[]; readonly ordinary: Asked[] } = { urgent: [], ordinary: [] };

/** Without the centre there is nobody to sign for. */
process.stdin.on('end', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));
process.stdout.on('error', () => process.exit(0));

const first = await new Promise<string>((resolve) => {
  const take = (chunk: Buffer): void => {
    const [text, ...rest] = reader.take(chunk);
    if (rest.length > 0) leave({ code: 'bad-input', path: '', detail: 'asked before the welcome' });
    if (text === undefined) return;
    process.stdin.off('data', take);
    process.stdin.pause();
    resolve(text);
  };
  process.stdin.on('data', take);
});
const room = await openRoom(first);
if (!room.ok) leave(room.problem);
else {
  say({ ready: true });
  process.stdin.on('data', (chunk: Buffer) => {
    for (const text of reader.take(chunk)) enqueue(text);
  });
  process.stdin.resume();
  void work(room.value);
}

async function openRoom(text: string): Promise<Result<SigningRoom>> {
  const hello = parseJson(Hello, text, messageBytesMax);
  if (!hello.ok) return hello;
  const { centre, keysDir, slotsDir, secretFile, dataDir, counterFloor } = hello.value;
  const trust = hello.value.trust as unknown as Trust;
  const secret = secretFile === undefined ? undefined : await readSecret(secretFile, dataDir);
  if (secret && !secret.ok) return secret;
  const keys = await openSigningKeys(keysDir, { secret: secret?.value.text, trust });
  if (!keys.ok) return keys;
  // What is refused is answered; the centre tells it in its journal.
  return SigningRoom.open({ centre, trust, keys: keys.value, slotsDir, counterFloor, nowMs: Date.now, tell: () => undefined });
}

function enqueue(text: string): void {
  const asked = parseJson(Asked, text, messageBytesMax);
  // A centre that sends this is no longer the centre: better no desk than one that guesses.
  if (!asked.ok) leave(asked.problem);
  else (asked.value.urgent ? waiting.urgent : waiting.ordinary).push(asked.value);
  wake.now();
}

/** Urgent messages first, ordinary ones in slices, with a look at the pipe between two. */
async function work(desk: SigningRoom): Promise<void> {
  for (;;) {
    const urgent = waiting.urgent.shift();
    const asked = urgent ?? waiting.ordinary.shift();
    if (!asked) {
      await wake.next();
      continue;
    }
    const drafts = unpackDrafts(asked);
    const results: Result<Sealed>[] = [];
    for (let at = 0; at < drafts.length; at += draftsPerSlice) {
      if (!urgent) {
        await new Promise(setImmediate);
        for (let first = waiting.urgent.shift(); first; first = waiting.urgent.shift())
          say(packResults(first.n, await desk.sign(unpackDrafts(first))));
      }
      results.push(...(await desk.sign(drafts.slice(at, at + draftsPerSlice))));
    }
    say(packResults(asked.n, results));
  }
}

function say(message: unknown): void {
  process.stdout.write(encodeMessage(message));
}

function leave(problem: Problem): void {
  process.stdout.write(encodeMessage({ problem }), () => process.exit(1));
}
