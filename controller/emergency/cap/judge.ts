// The rules of what to do with a CAP alert, with what came before it. Pure: time, history and settings are arguments.
import type { CapAlert, CapNote, CapVerdict } from './alert.ts';
import { areaFault, type CapCover, coverOf } from './area.ts';
import { contentFault, livingInfos, notesOf } from './content.ts';
import { type Effort, makeEffort } from './geometry.ts';
import { type CapHistory, type CapKey, digestOf, Memory } from './history.ts';
import { type CapPlaces, type CapSource, mayEnd } from './sources.ts';
import { type CapCode, verdict } from './verdict-codes.ts';

/** What was found out about the signature (see `signature`). */
export type CapSignature =
  | { readonly is: 'absent' }
  /** Not looked at, or by a sender without pins. */
  | { readonly is: 'unchecked'; readonly reason: string }
  | { readonly is: 'verifier-missing'; readonly reason: string }
  | { readonly is: 'valid'; readonly signer: string }
  | { readonly is: 'refused'; readonly code: CapCode; readonly reason: string };

export interface JudgeOptions {
  readonly nowMs: number;
  readonly history: CapHistory;
  readonly source: CapSource;
  readonly signature: CapSignature;
  /** The centre's places; without them areas are only checked for their form. */
  readonly area?: CapPlaces;
}

export interface Judgement {
  readonly verdict: CapVerdict;
  /** To be kept in place of the one that was given. */
  readonly history: CapHistory;
  /** Messages known here that no longer stand: by an accepted Update or Cancel, or by one that came too late to be told itself. */
  readonly ends: readonly CapKey[];
  /** Places covered, where places were given and the alert is accepted. */
  readonly covers: readonly string[] | undefined;
  readonly notes: readonly CapNote[];
}

/** How far a sender's clock may be ahead. */
const aheadMs = 15 * 60_000;

/** Judge an alert that `parse` made. A rejected message leaves no trace, so that a forgery cannot stand in the way of the real one. */
export function judge(alert: CapAlert, options: JudgeOptions): Judgement {
  const memory = new Memory(options.history, options.nowMs);
  const { source, signature, nowMs } = options;
  const reject = untrusted(alert, source, signature) ?? falseReferences(alert);
  if (reject) return refuse(options, reject);
  const digest = digestOf(alert);
  const known = memory.find(alert);
  const signed = signature.is === 'valid';
  if (known?.digest === digest) return { ...nothing(options), verdict: verdict('duplicate', `known already: ${alert.identifier}`) };
  // A signed message has precedence over an unsigned one that took its name before it.
  if (known?.digest && (known.signed || !signed))
    return refuse(
      options,
      verdict('same-name-other-content', `${alert.sender},${alert.identifier},${alert.sent} said something else before`),
    );
  const effort = makeEffort();
  const cover = options.area ? coverOf(areasOf(alert, nowMs), options.area, effort) : undefined;
  const found = inert(alert) ?? foreign(alert, source, memory) ?? (alert.msgType === 'Cancel' ? cancel(alert, options, memory) : undefined);
  const outcome = found ?? overtaken(alert, memory) ?? sounding(alert, options, cover, effort);
  if (outcome.is === 'reject') return refuse(options, outcome);
  const expiresMs = Math.max(0, ...alert.infos.map((info) => info.expiresMs ?? 0));
  memory.keep(alert, digest, signed, expiresMs);
  const ends = mayAct(alert, outcome, options) ? memory.end(alert, (sender) => mayEnd(source, alert.sender, sender)) : [];
  const covers = outcome.is === 'accept' && cover?.is === 'covers' ? cover.areas : undefined;
  return { verdict: outcome, history: memory.history(), ends, covers, notes: notesOf(alert, options, known) };
}

/** An authentic Update or Cancel ends what it references even when it came too late, or from too far away, to be told itself. */
function mayAct(alert: CapAlert, { is }: CapVerdict, { source, signature }: JudgeOptions): boolean {
  if (alert.msgType !== 'Update' && alert.msgType !== 'Cancel') return false;
  if (source.signature === 'required' && signature.is !== 'valid') return false;
  return is === 'accept' || (is === 'ignore' && inert(alert) === undefined);
}

function nothing({ history }: JudgeOptions): Omit<Judgement, 'verdict'> {
  return { history, ends: [], covers: undefined, notes: [] };
}

function refuse(options: JudgeOptions, found: CapVerdict): Judgement {
  return { ...nothing(options), verdict: found };
}

function areasOf(alert: CapAlert, nowMs: number): CapAlert['infos'][number]['areas'] {
  return livingInfos(alert, nowMs).flatMap(({ areas }) => areas);
}

/** Is it who it says it is? */
function untrusted({ sender }: CapAlert, source: CapSource, signature: CapSignature): CapVerdict | undefined {
  if (source.senders && !source.senders.includes(sender)) return verdict('sender-unknown', `${source.id} does not speak for ${sender}`);
  if (signature.is === 'refused') return verdict(signature.code, signature.reason);
  if (source.signature !== 'required') return undefined;
  if (signature.is === 'absent') return verdict('signature-missing', `${source.id} signs, and this is not signed`);
  if (signature.is === 'unchecked') return verdict('signer-unknown', signature.reason);
  return undefined;
}

/** References that no honest message has (checked whatever the status). */
function falseReferences(alert: CapAlert): CapVerdict | undefined {
  const { references, msgType, sentMs } = alert;
  if ((msgType === 'Update' || msgType === 'Cancel') && references.length === 0)
    return verdict('references-missing', `${msgType} of nothing`);
  for (const { sender, identifier, sent, sentMs: at } of references) {
    if (sender === alert.sender && identifier === alert.identifier && at === sentMs)
      return verdict('reference-circular', 'references itself');
    if (at > sentMs) return verdict('reference-later', `references ${identifier} of ${sent}, sent later`);
  }
  return undefined;
}

/** Never starts or ends anything. */
function inert({ status, msgType, note }: CapAlert): CapVerdict | undefined {
  if (status === 'System') return verdict('system', 'status System');
  if (status === 'Test') return verdict('test', 'status Test');
  if (status === 'Draft') return verdict('draft', 'status Draft');
  if (msgType === 'Ack') return verdict('ack', 'msgType Ack');
  if (msgType === 'Error') return verdict('error', note ?? 'msgType Error, without the note it should have');
  return undefined;
}

/** An Update or Cancel of what is not its own. */
function foreign(alert: CapAlert, source: CapSource, memory: Memory): CapVerdict | undefined {
  if (alert.msgType !== 'Update' && alert.msgType !== 'Cancel') return undefined;
  for (const name of alert.references) {
    const known = memory.find(name);
    const arrived = known?.digest !== null && known !== undefined;
    if (!mayEnd(source, alert.sender, name.sender) && (arrived || alert.msgType === 'Cancel'))
      return verdict('other-authority', `${alert.msgType} by ${alert.sender} of a message by ${name.sender}`);
    if (arrived && known.status !== alert.status)
      return verdict('other-status', `${alert.msgType} with status ${alert.status} of a message with status ${known.status}`);
  }
  return undefined;
}

/** Not for everybody, not yet, or not agreed on. */
function guarded({ status, scope, restriction, addresses, sent, sentMs }: CapAlert, { nowMs, source, signature }: JudgeOptions) {
  if (source.signature === 'required' && signature.is === 'verifier-missing') return verdict('verifier-missing', signature.reason);
  if (sentMs > nowMs + aheadMs) return verdict('sent-later', `sent ${sent}, ahead of the clock here`);
  if (status === 'Exercise' && source.exercises !== true) return verdict('exercise-not-agreed', 'status Exercise');
  if (scope === 'Restricted') return verdict('restricted', restriction ?? 'scope Restricted');
  if (scope === 'Private') return verdict('private', addresses ?? 'scope Private');
  return undefined;
}

function cancel(alert: CapAlert, options: JudgeOptions, memory: Memory): CapVerdict {
  const held = guarded(alert, options);
  if (held) return held;
  const names = alert.references.map(({ identifier }) => identifier).join(' ');
  if (alert.status === 'Exercise') return verdict('exercise', `Cancel of ${names}`);
  const arrived = alert.references.some((name) => memory.find(name)?.digest);
  return arrived ? verdict('cancel', `ends ${names}`) : verdict('cancel-early', `none of ${names} has arrived; remembered`);
}

/** What came before it has ended it already: the latest state wins, whatever the order of arrival. */
function overtaken(alert: CapAlert, memory: Memory): CapVerdict | undefined {
  const own = memory.find(alert);
  if (own?.ended && own.status === alert.status)
    return verdict(own.ended.how, `${own.ended.how} by ${own.ended.by.identifier}, which came before it`);
  if (alert.msgType !== 'Update') return undefined;
  for (const name of alert.references) {
    const { ended, status } = memory.find(name) ?? {};
    if (ended?.how === 'cancelled' && status === alert.status && ended.by.sentMs >= alert.sentMs)
      return verdict('cancelled', `${name.identifier} was cancelled by ${ended.by.identifier}, sent after this`);
  }
  return undefined;
}

/** An Alert or Update in earnest or as an exercise. */
function sounding(alert: CapAlert, options: JudgeOptions, cover: CapCover | undefined, effort: Effort): CapVerdict {
  const { nowMs, source } = options;
  const living = livingInfos(alert, nowMs);
  if (alert.infos.length > 0 && living.length === 0) return verdict('expired', 'expires is past');
  if (cover?.is === 'outside') return verdict('outside-area', 'covers no place of the centre');
  const held = guarded(alert, options);
  if (held) return held;
  const stranger = alert.references.find(({ sender }) => !mayEnd(source, alert.sender, sender));
  if (alert.msgType === 'Update' && stranger)
    return verdict('reference-foreign', `updates ${stranger.identifier} by ${stranger.sender}, which has not arrived`);
  const fault = contentFault(alert, living, nowMs);
  if (fault) return fault;
  const unclear = cover ?? living.map(({ areas }) => areaFault(areas, effort)).find((one) => one !== undefined);
  if (living.some(({ areas }) => areas.length === 0)) return verdict('no-area', 'an info block without an area');
  if (unclear?.is === 'hold') return verdict(unclear.code, unclear.reason);
  const what = living[0]?.event ?? '';
  if (alert.status === 'Exercise') return verdict('exercise', what);
  return alert.msgType === 'Update' ? verdict('update', what) : verdict('alert', what);
}
