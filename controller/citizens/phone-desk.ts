// Phones proved by a one-time code: asked for with growing waits, six figures, ten minutes, five tries.
import { randomInt, timingSafeEqual } from 'node:crypto';
import { randomHex, sha256 } from '../../hardware/host/crypto.ts';
import type { PhoneAnswer, PhoneProofAnswer } from '../../schemas/citizen-api.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Act } from '../store/store.ts';
import type { CitizenKey } from './citizen-key.ts';
import type { Sms } from './sms.ts';
import type { Waits } from './waits.ts';

export const codeLivesMs = 10 * 60_000;
export const codeTries = 5;
const proofLivesMs = 12 * 3600_000;
/** Codes that wait to be entered; the oldest give way. */
const waitingMax = 20_000;

interface Challenge {
  readonly phone: string;
  /** Of the code with the challenge: six figures alone would be found in a table. */
  readonly hash: string;
  readonly untilMs: number;
  tries: number;
}

export interface PhoneDeskOptions {
  readonly key: CitizenKey;
  readonly waits: Waits;
  readonly sms: Sms;
  readonly centre: string;
  readonly audit: (act: Act) => Promise<void>;
  readonly act: (actor: string, act: string, subject: string, content?: unknown) => Act;
  readonly nowMs: () => number;
}

export class PhoneDesk {
  readonly #options: PhoneDeskOptions;
  /** They live ten minutes: a restart asks for a new code. */
  readonly #challenges = new Map<string, Challenge>();

  constructor(options: PhoneDeskOptions) {
    this.#options = options;
  }

  /** Problems: offline (no gateway), too-many-requests. */
  async ask(phone: string, address: string): Promise<Result<PhoneAnswer>> {
    const { key, waits, sms, centre, nowMs } = this.#options;
    if (sms.state() === 'not-configured') return bad('offline', 'this centre has no SMS gateway');
    for (const [kind, who] of [
      ['codes', address],
      ['phone', key.phoneName(phone)],
    ] as const) {
      const taken = await waits.take(kind, who);
      if (!taken.ok) return taken;
    }
    const blocked = await waits.look('code', key.phoneName(phone));
    if (!blocked.ok) return blocked;
    const code = String(randomInt(0, 1_000_000)).padStart(6, '0');
    const challenge = randomHex(16);
    const untilMs = nowMs() + codeLivesMs;
    const text = `${centre}: mã xác thực ${code}, dùng trong 10 phút. Không đưa mã này cho ai.`;
    const sent = await sms.send({ to: phone, text, purpose: 'code' });
    if (!sent.ok) return sent;
    this.#makeRoom();
    this.#challenges.set(challenge, { phone, hash: hashOf(challenge, code), untilMs, tries: 0 });
    return ok({ challenge, untilMs, demoCode: sms.state() === 'demo' ? code : null });
  }

  /** Problems: not-found, expired, wrong-code, too-many-requests. */
  async confirm(challenge: string, code: string): Promise<Result<PhoneProofAnswer>> {
    const { key, waits, audit, act, nowMs } = this.#options;
    const known = this.#challenges.get(challenge);
    if (!known) return bad('not-found', 'ask for a new code', '/challenge');
    if (known.untilMs <= nowMs() || known.tries >= codeTries) {
      this.#challenges.delete(challenge);
      return bad('expired', 'ask for a new code', '/challenge');
    }
    // Counted before it is looked at: many at once are as many tries.
    known.tries += 1;
    const name = key.phoneName(known.phone);
    const taken = await waits.take('code', name);
    if (!taken.ok) return taken;
    if (!timingSafeEqual(Buffer.from(hashOf(challenge, code)), Buffer.from(known.hash))) {
      if (known.tries >= codeTries) {
        this.#challenges.delete(challenge);
        await audit(act('resident', 'citizen.code-guessed', name.slice(0, 16), { tries: known.tries }));
      }
      return bad('wrong-code', 'the code is another', '/code');
    }
    // Two that race with the right code prove it once.
    if (!this.#challenges.delete(challenge)) return bad('not-found', 'ask for a new code', '/challenge');
    await waits.forgive('code', name);
    await waits.forgive('phone', name);
    const untilMs = nowMs() + proofLivesMs;
    return ok({ phone: key.proofOf({ phone: known.phone, untilMs }), untilMs });
  }

  #makeRoom(): void {
    const nowMs = this.#options.nowMs();
    if (this.#challenges.size < waitingMax) return;
    for (const [id, { untilMs }] of this.#challenges) if (untilMs <= nowMs) this.#challenges.delete(id);
    const [oldest] = this.#challenges.keys();
    if (this.#challenges.size >= waitingMax && oldest !== undefined) this.#challenges.delete(oldest);
  }
}

function hashOf(challenge: string, code: string): string {
  return sha256(Buffer.from(`${challenge} ${code}`));
}
