// What residents send waits here until the centre has said its number. Page and worker send alike, never both at once; sent twice
// after a lost answer it is the same thing, by its `once`.
import type { FeedbackRequest } from '../../../schemas/citizen.ts';
import type { ReceiptAnswer } from '../../../schemas/citizen-api.ts';
import { ownDevice } from './device.ts';
import { Refused, type ShownProblem, send } from './door.ts';
import { all, drop, keep } from './kept.ts';

export type Told = Omit<FeedbackRequest, 'device'>;

export interface Waiting {
  readonly told: Told;
  readonly atMs: number;
  /** The centre refused it: sent again unchanged it would be refused again, so that it waits for the person. */
  readonly problem?: ShownProblem;
}

/** What was received, with the word that lets look; only on this phone. */
export interface Received extends ReceiptAnswer {
  readonly once: string;
  readonly kind: FeedbackRequest['kind'];
  readonly begins: string;
}

const begins = 80;
export const outboxChannel = 'loa-dan-outbox';
const lock = 'loa-dan-outbox';

/** 32 lower-case hex digits. */
export function newOnce(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** On the phone first, then on its way: what was written is not lost with the line. */
export async function putIn(told: Told, nowMs: number): Promise<void> {
  await keep('outbox', told.once, { told, atMs: nowMs } satisfies Waiting);
}

export async function waiting(): Promise<Waiting[]> {
  return (await all<Waiting>('outbox')).sort((a, b) => a.atMs - b.atMs);
}

export async function received(): Promise<Received[]> {
  return (await all<Received>('mine')).sort((a, b) => b.receivedMs - a.receivedMs);
}

/** Send what waits, the oldest first; true when nothing waits for a line any more. */
export async function sendWaiting(): Promise<boolean> {
  return await navigator.locks.request(lock, async () => {
    for (const one of await waiting()) {
      if (one.problem) continue;
      const onTheWay = await sendOne(one);
      if (!onTheWay) return false;
    }
    return true;
  });
}

function beginningOf(text: string): string {
  return text.length > begins ? `${text.slice(0, begins).trimEnd()}…` : text;
}

async function sendOne({ told, atMs }: Waiting): Promise<boolean> {
  try {
    const answer = await send<ReceiptAnswer>('POST', '/feedback', { ...told, device: await ownDevice() });
    const kept: Received = { ...answer, once: told.once, kind: told.kind, begins: beginningOf(told.text) };
    // In this order: after a cut between the two it is sent again and gets the same number.
    await keep('mine', answer.number, kept);
    await drop('outbox', told.once);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { problem } = error;
    if (problem.status === 0 || problem.status === 429 || problem.status >= 500) return false;
    await keep('outbox', told.once, { told, atMs, problem } satisfies Waiting);
  }
  const channel = new BroadcastChannel(outboxChannel);
  channel.postMessage('changed');
  channel.close();
  return true;
}
