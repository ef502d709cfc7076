// The gateway process: other people's XML and JSON become plain data here, and nowhere else. It has no environment, no files, no network.
import type { XmlVerifier } from '../../../hardware/host/xml-signature.ts';
import { bad, ok, type Result } from '../../../schemas/problems.ts';
import { gate } from '../cap/gate.ts';
import { checkAlert, recall } from './check.ts';
import { readFeed } from './feed.ts';
import { sampleAsk } from './sample.ts';
import { type Asked, readyLine, type Told, type Verified, type VerifyAsk } from './wire.ts';

const warmUps = 10;
/** Of one ask: a megabyte in base64, a source with its map, or all that is remembered. */
const askCharactersMax = 16 * 1024 * 1024;

const memory = recall([]);
const verifying: { settle: (verified: Result<void>) => void } = { settle: () => undefined };
const state = { text: '' };

process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
  state.text += chunk;
  if (state.text.length > askCharactersMax) process.exit(3);
  for (let at = state.text.indexOf('\n'); at >= 0; at = state.text.indexOf('\n')) {
    const line = state.text.slice(0, at);
    state.text = state.text.slice(at + 1);
    void take(JSON.parse(line) as Asked | Verified);
  }
});
process.stdin.on('end', () => process.exit(0));
await warmUp();
say(readyLine);

/** Code that has run is fast code: the first message shall not pay for it out of its own time. */
async function warmUp(): Promise<void> {
  const scratch = recall([]);
  for (let i = 0; i < warmUps; i += 1) await checkAlert(sampleAsk(i), scratch, undefined);
}

async function take(said: Asked | Verified): Promise<void> {
  if ('verified' in said) return verifying.settle(said.verified);
  const result = await obey(said);
  const told: Told = result.ok ? { n: said.n, ok: true, value: result.value } : { n: said.n, ok: false, problem: result.problem };
  say(JSON.stringify(told));
}

async function obey(asked: Asked): Promise<Result<unknown>> {
  switch (asked.do) {
    case 'remember':
      memory.history = recall(asked.history).history;
      return ok(null);
    case 'check':
      return ok(await checkAlert(asked, memory, asked.canVerify ? verifierOf(asked.n) : undefined));
    case 'feed': {
      const text = gate(Buffer.from(asked.bytes, 'base64'));
      return text.ok ? readFeed(text.value) : bad('bad-input', `${text.verdict.code}: ${text.verdict.reason}`);
    }
    default:
      return asked satisfies never;
  }
}

/** Signatures are verified by a program of its own, which the centre starts: this process may start none. */
function verifierOf(n: number): XmlVerifier {
  return (_bytes, pem) =>
    new Promise((resolve) => {
      verifying.settle = resolve;
      const ask: VerifyAsk = { n, verify: pem };
      say(JSON.stringify(ask));
    });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
