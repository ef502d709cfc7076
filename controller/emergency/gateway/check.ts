// What the gateway process does with one message: gate, parse, signature, rules, and only then plain data for the centre.

import * as v from 'valibot';
import type { XmlVerifier } from '../../../hardware/host/xml-signature.ts';
import { AlertNotice, type AlertSource, noticeBytesMax } from '../../../schemas/alerts.ts';
import { parseJson } from '../../../schemas/parse.ts';
import { capOfNotice, noticeCode } from '../../core/alert-notice.ts';
import { heardOf } from '../../core/heard-alert.ts';
import { type Checked as CapChecked, checkMessage } from '../cap/check.ts';
import { CapEntry, type CapHistory, keyOf } from '../cap/history.ts';
import { judge } from '../cap/judge.ts';
import type { CapPlaces, CapSource } from '../cap/sources.ts';
import type { Checked, Remembered } from './heard.ts';
import type { Ask } from './wire.ts';

export type CheckAsk = Extract<Ask, { do: 'check' }>;

/** What the rules remember between two messages. */
export interface Remembering {
  history: CapHistory;
}

export async function checkAlert(ask: CheckAsk, memory: Remembering, verifier: XmlVerifier | undefined): Promise<Checked> {
  const bytes = Buffer.from(ask.bytes, 'base64');
  const before = memory.history;
  const settings = { sources: [capSourceOf(ask.source)], area: placesOf(ask) };
  const { source, nowMs } = ask;
  const checked =
    ask.form === 'notice' ? judgeNotice(bytes, ask, before) : await checkMessage(bytes, { nowMs, history: before, settings, verifier });
  memory.history = checked.history;
  const riskParameter = source.kind === 'webhook' ? 'riskLevel' : source.riskParameter;
  const by = { places: placesNamed(ask), riskParameter, covers: checked.covers, nowMs };
  return {
    verdict: checked.verdict,
    alert: checked.alert ? heardOf(checked.alert, by) : null,
    ends: checked.ends.slice(0, 2_000).map(({ sender, identifier, sentMs }) => ({ sender, identifier, sentMs })),
    notes: [...new Set(checked.notes.map(({ code }) => code))].slice(0, 32),
    ...changes(before, checked.history),
  };
}

/** A process that was just started is told what the centre kept. */
export function recall(remembered: readonly Remembered[]): Remembering {
  const entries = remembered.flatMap(({ entry }) => {
    const read = v.safeParse(CapEntry, entry);
    return read.success ? [read.output] : [];
  });
  return { history: { entries } };
}

function changes(before: CapHistory, after: CapHistory): Pick<Checked, 'remember' | 'forget'> {
  const known = new Map(before.entries.map((entry) => [keyOf(entry), entry]));
  const remember: Remembered[] = [];
  for (const entry of after.entries) {
    const key = keyOf(entry);
    // Entries are replaced, never changed in place.
    if (known.get(key) !== entry) remember.push({ key, entry });
    known.delete(key);
  }
  return { remember, forget: [...known.keys()] };
}

function judgeNotice(bytes: Uint8Array, ask: CheckAsk, history: CapHistory): CapChecked {
  const { source, nowMs } = ask;
  const notice = parseJson(AlertNotice, new TextDecoder().decode(bytes), noticeBytesMax);
  if (!notice.ok) {
    const { code, path, detail } = notice.problem;
    const verdict = { is: 'reject', code, reason: `${path} ${detail}`.trim().slice(0, 200) } as const;
    return { verdict, history, ends: [], covers: undefined, notes: [] };
  }
  const holdsMs = source.kind === 'webhook' ? source.holdsMs : 1800_000;
  const alert = capOfNotice(notice.value, { source: source.id, holdsMs }, nowMs);
  const judged = judge(alert, { nowMs, history, source: { id: source.id }, signature: { is: 'absent' }, area: placesOf(ask) });
  return { ...judged, alert };
}

function capSourceOf(source: AlertSource): CapSource {
  if (source.kind === 'webhook') return { id: source.id, senders: [source.id] };
  const { id, senders, superiorTo, exercises, signature, signers } = source;
  return { id, senders, superiorTo, exercises, signature, signers };
}

function placesOf(ask: CheckAsk): CapPlaces {
  const places = placesNamed(ask).map(({ area, codes, centre, outline }) => ({
    area,
    codes,
    ...(centre && { centre }),
    ...(outline && { outline }),
  }));
  if (ask.source.kind === 'webhook') return { places };
  const { otherSystems, elsewhere } = ask.source;
  return { places, otherSystems, elsewhere };
}

/** A notice names a place by its area path. */
function placesNamed({ form, source }: CheckAsk): AlertSource['places'] {
  if (form === 'cap') return source.places;
  return source.places.map((place) => ({ ...place, codes: [noticeCode(place.area)] }));
}
