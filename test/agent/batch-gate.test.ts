// What a stream may bring: each way of bending a batch is refused, and what is refused changes nothing.
import { beforeEach, describe, expect, it } from 'vitest';
import { BatchGate } from '../../agent/live/batch-gate.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { Microphone } from './live-words.ts';
import { opusFrames } from './opus-chirp.ts';

const openMs = 1_800_000_000_000;
const frames = opusFrames().slice(0, 5);

describe('a batch', () => {
  let microphone: Microphone;
  let gate: BatchGate;

  beforeEach(() => {
    microphone = new Microphone(openMs);
    gate = new BatchGate(microphone.session, cryptography);
  });

  /** Taken as it arrives, 50 ms after its last frame. */
  const take = (message: Uint8Array, capturedMs: number) => gate.take(message, capturedMs + 150);
  const codeOf = (message: Uint8Array, capturedMs: number) => {
    const taken = take(message, capturedMs);
    return taken.ok ? 'taken' : taken.problem.code;
  };
  const good = (at: number, changes = {}) => microphone.next(openMs + at, frames, changes);

  it('of the session is taken, one after another, from anywhere in it', () => {
    for (const at of [0, 100, 200, 300]) expect(codeOf(good(at), openMs + at)).toBe('taken');
    const late = new BatchGate(microphone.session, cryptography);
    expect(late.take(good(400), openMs + 550).ok).toBe(true);
  });

  it('with any one bit changed is refused, and the next true one is taken', () => {
    const message = good(0);
    for (let at = 0; at < message.length; at += 1) {
      const bent = Uint8Array.from(message);
      bent[at] = (bent[at] ?? 0) ^ (1 << (at % 8));
      const judged = new BatchGate(microphone.session, cryptography).take(bent, openMs + 150);
      expect(judged.ok, `byte ${at}`).toBe(false);
    }
    expect(codeOf(message, openMs)).toBe('taken');
  });

  it('signed by another key, or by this one for another session, is refused', () => {
    const other = new Microphone(openMs);
    expect(codeOf(other.next(openMs, frames), openMs)).toBe('signature-wrong');
    const signed = good(0).subarray(0, -64);
    expect(codeOf(microphone.seal(signed, 'hop-xa'), openMs)).toBe('signature-wrong');
    expect(codeOf(microphone.seal(signed), openMs)).toBe('taken');
  });

  it('heard before, or older than one heard, is refused', () => {
    const [first, second, third] = [good(0), good(100), good(200)];
    expect(codeOf(first, openMs)).toBe('taken');
    expect(codeOf(third, openMs + 200)).toBe('taken');
    for (const old of [first, second, third]) expect(codeOf(old, openMs + 200)).toBe('replayed');
  });

  it('with a new number over old time is refused', () => {
    expect(codeOf(good(500), openMs + 500)).toBe('taken');
    expect(codeOf(good(400), openMs + 500)).toBe('replayed');
  });

  it('that does not follow the one before it is refused', () => {
    expect(codeOf(good(0), openMs)).toBe('taken');
    expect(codeOf(good(100, { previous: new Uint8Array(32).fill(9) }), openMs + 100)).toBe('hash-mismatch');
  });

  it('of yesterday, of tomorrow or of outside the session is refused', () => {
    const at = (capturedMs: number, nowMs: number) => {
      const taken = gate.take(microphone.next(capturedMs, frames), nowMs);
      return taken.ok ? 'taken' : taken.problem.code;
    };
    expect(at(openMs + 1_000, openMs + 12_000)).toBe('expired');
    expect(at(openMs + 20_000, openMs + 12_000)).toBe('not-yet');
    expect(at(openMs - 5_000, openMs)).toBe('bad-input');
    expect(at(openMs + 603_000, openMs + 603_000)).toBe('bad-input');
    expect(at(openMs + 12_000, openMs + 12_100)).toBe('taken');
  });

  it('beyond what can have been spoken is refused, however well signed', () => {
    const second = opusFrames();
    let taken = 0;
    for (let at = 0; at < 40; at += 1) if (gate.take(microphone.next(openMs + at * 900, second), openMs + 9_000 + at * 10).ok) taken += 1;
    expect(taken).toBeLessThan(14);
  });

  it('in a flood is not even checked', () => {
    const rubbish = Buffer.alloc(200, 1);
    const codes = Array.from({ length: 400 }, () => gate.take(rubbish, openMs)).map((one) => (one.ok ? 'taken' : one.problem.code));
    expect(codes.filter((code) => code === 'too-many-requests').length).toBeGreaterThanOrEqual(150);
    expect(codeOf(good(5_000), openMs + 5_000)).toBe('taken');
  });
});
