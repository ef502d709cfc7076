// The key under which residents are hashed: devices, phones, voters. Without it no row of the tables leads to a person.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Strongbox } from '../../hardware/host/strongbox.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { MetaStore } from '../store/store.ts';

const cell = 'citizen-key';
const lockName = 'citizen key';
const phoneLock = 'citizen phone';
const phoneProofLock = 'citizen phone proof';
const wordBytes = 16;
/** Signs that people read out: none looks or sounds like another. */
const signs = '23456789CDFGHJKMNPQRTVWXY';
const numberSigns = 8;
const secretSigns = 12;

export interface PhoneProof {
  readonly phone: string;
  readonly untilMs: number;
}

export class CitizenKey {
  readonly #key: Buffer;
  readonly #strongbox: Strongbox;

  constructor(key: Buffer, strongbox: Strongbox) {
    this.#key = key;
    this.#strongbox = strongbox;
  }

  /** HMAC-SHA-256 (RFC 2104) for one purpose, hex: hashes of one purpose are never found under another. */
  hash(purpose: string, ...words: readonly string[]): string {
    return this.#mac(purpose, words).toString('hex');
  }

  /** What an installation of the app bears: 128 bits and a seal, so that nobody makes thousands without asking. */
  newDevice(): string {
    const id = randomBytes(wordBytes).toString('base64url');
    return `${id}.${this.#seal(id)}`;
  }

  /** The name under which a device is known. Problem: bad-input. */
  device(word: string): Result<string> {
    const [id = '', seal = ''] = word.split('.');
    const [given, own] = [Buffer.from(seal, 'base64url'), Buffer.from(this.#seal(id), 'base64url')];
    if (given.length !== own.length || !timingSafeEqual(given, own)) return bad('bad-input', 'this centre gave no such word', '/device');
    return ok(this.hash('device', id));
  }

  phoneName(phone: string): string {
    return this.hash('phone', phone);
  }

  /** Number and secret of a receipt: the same again when the same thing is sent again, since an answer may have been lost. */
  receipt(once: string): { readonly number: string; readonly secret: string } {
    return {
      number: `PA-${signsOf(this.#mac('receipt number', [once]), numberSigns)}`,
      secret: signsOf(this.#mac('receipt secret', [once]), secretSigns),
    };
  }

  lockPhone(phone: string): string {
    return this.#strongbox.lock(phoneLock, phone);
  }

  unlockPhone(locked: string): string {
    return this.#strongbox.unlock(phoneLock, locked);
  }

  proofOf(proof: PhoneProof): string {
    return Buffer.from(this.#strongbox.lock(phoneProofLock, JSON.stringify(proof)), 'base64').toString('base64url');
  }

  /** Problems: wrong-code (not ours), expired. */
  phone(word: string, nowMs: number): Result<string> {
    const proof = this.#openProof(word);
    if (!proof) return bad('wrong-code', 'no code proved this phone', '/phone');
    return proof.untilMs > nowMs ? ok(proof.phone) : bad('expired', 'the phone must be proved again', '/phone');
  }

  #openProof(word: string): PhoneProof | undefined {
    try {
      return JSON.parse(this.#strongbox.unlock(phoneProofLock, Buffer.from(word, 'base64url').toString('base64'))) as PhoneProof;
    } catch {
      return undefined;
    }
  }

  #seal(id: string): string {
    return this.#mac('device seal', [id]).subarray(0, wordBytes).toString('base64url');
  }

  #mac(purpose: string, words: readonly string[]): Buffer {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([purpose, ...words]))
      .digest();
  }
}

/** The key of this centre, made at the first start and kept locked. */
export async function openCitizenKey(meta: MetaStore, strongbox: Strongbox): Promise<CitizenKey> {
  const kept = await meta.value(cell);
  if (kept !== undefined) return new CitizenKey(Buffer.from(strongbox.unlock(lockName, kept), 'base64'), strongbox);
  const key = randomBytes(32);
  await meta.setValue(cell, strongbox.lock(lockName, key.toString('base64')));
  return new CitizenKey(key, strongbox);
}

/** A number to the base of the signs: the bias of 256 bits over 25^12 is none. */
function signsOf(bytes: Buffer, count: number): string {
  let value = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (let n = 0; n < count; n++) {
    text += signs[Number(value % 25n)];
    value /= 25n;
  }
  return text;
}
