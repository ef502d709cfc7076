// What a box should be, from a broker and from a centre gone wrong: wants and their parts are refused or meant as written, and a day of
// whatever was accepted is worked out in bounded time.

import { readMessage } from '../../agent/messages.ts';
import { parsePart } from '../../agent/plan-loader.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { keyRing } from '../../schemas/keys.ts';
import { checkPlan } from '../../schemas/plan.ts';
import { agenda } from '../../schemas/timeline.ts';
import { PartKind, type Plan, type Want } from '../../schemas/want.ts';
import { makeLoot, nowMs } from '../chaos/forge/loot.ts';
import { bent } from './bent-json.ts';
import { dayMs, goodParts, goodWant } from './good.ts';
import { holds, judged, modeOf, same, textOf } from './judged.ts';

const loot = makeLoot(() => 0.5);
const ring = keyRing(loot.root, loot.document('e1', 10), 'loa-1', cryptography);
if (!ring.ok) throw new Error(ring.problem.detail);
const reader = { ring: ring.value, crypto: cryptography };
const words = ['want', 'cmd', 'answer', 'ack', 'keys'] as const;
/** Starts of all schedules in a day that a box may be asked to hold in mind. */
const playsMax = 500_000;

export function fuzz(data: Buffer): void {
  judged(() => {
    const [mode, rest] = modeOf(data, 4);
    if (mode === 0) unsigned(rest);
    else if (mode === 1) signedWant(rest);
    else part(mode === 2, rest);
  });
}

/** Bytes of a stranger on any topic of the box: refused with a reason, whatever they are. */
function unsigned(rest: Uint8Array): void {
  const word = words[(rest[0] ?? 0) % words.length] ?? 'want';
  const meaning = readMessage(`loa/1/d/loa-1/dn/${word}`, rest.subarray(1), reader);
  if (meaning.is === 'events')
    holds(
      meaning.events.every(({ is }) => is === 'envelopeRefused'),
      'unsigned bytes were taken',
    );
  else holds(meaning.is !== 'answer' && meaning.is !== 'heartbeat', `unsigned bytes were taken as ${meaning.is}`);
}

function signedWant(rest: Uint8Array): void {
  const body = bent(goodWant, rest);
  const { signer } = loot.keys.communeWant;
  const envelope = loot.sign('want', body, { signer, aud: 'd/loa-1', id: 'w-1', ctr: nowMs });
  const meaning = readMessage('loa/1/d/loa-1/dn/want', Buffer.from(JSON.stringify(envelope)), reader);
  holds(meaning.is === 'events' && meaning.events.length === 1, 'a want is one event');
  const [event] = meaning.events;
  if (event?.is === 'wantOffered') same(event.want, body as Want, 'a want was read otherwise than written');
}

function part(isText: boolean, rest: Uint8Array): void {
  const kind = PartKind.options[(rest[0] ?? 0) % PartKind.options.length] ?? 'settings';
  const text = isText ? textOf(rest.subarray(1)) : (JSON.stringify(bent(goodParts[kind], rest.subarray(1))) ?? '');
  const parsed = parsePart({ kind, sha256: '0'.repeat(64), bytes: text.length }, text);
  if (!parsed.ok) return;
  const value = parsed.value[kind];
  // Settings that are absent get their standard, so they are compared with themselves read again.
  const again = parsePart({ kind, sha256: '0'.repeat(64), bytes: text.length }, JSON.stringify(value));
  holds(again.ok, `a ${kind} part that was read is refused when it is written again`);
  same(again.value[kind], value, `a ${kind} part means something else when it is written again`);
  const { settings, policy, schedules } = { ...goodParts, ...parsed.value };
  planned({ rev: 1, settings, policy, schedules });
}

function planned(plan: Plan): void {
  if (!checkPlan(plan).ok) return;
  const plays = agenda(plan, nowMs, nowMs + dayMs);
  holds(plays.length <= playsMax, `${plays.length} plays in one day`);
  for (const { startMs, endMs } of plays)
    holds(Number.isSafeInteger(startMs) && Number.isSafeInteger(endMs) && startMs <= endMs, `a play from ${startMs} to ${endMs}`);
  holds(new Set(plays.map(({ id }) => id)).size === plays.length, 'two plays have one id');
}
