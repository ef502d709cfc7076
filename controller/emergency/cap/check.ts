// One CAP message from its bytes to its judgement: gate, parse, source, signature, rules. What a gateway does with every message.
import type { XmlVerifier } from '../../../hardware/host/xml-signature.ts';
import type { CapAlert } from './alert.ts';
import { gate } from './gate.ts';
import type { CapHistory } from './history.ts';
import { type Judgement, judge } from './judge.ts';
import { parse } from './parse.ts';
import { checkSignature } from './signature.ts';
import { type CapSettings, sourceOf } from './sources.ts';
import { verdict } from './verdict-codes.ts';

export interface CheckOptions {
  readonly nowMs: number;
  readonly history: CapHistory;
  readonly settings: CapSettings;
  /** Absent where xmlsec1 is not installed. */
  readonly verifier?: XmlVerifier | undefined;
}

export interface Checked extends Judgement {
  /** What was read, unless it could not be. */
  readonly alert?: CapAlert;
}

export async function checkMessage(bytes: Uint8Array, { nowMs, history, settings, verifier }: CheckOptions): Promise<Checked> {
  const stop = (found: Judgement['verdict']): Checked => ({ verdict: found, history, ends: [], covers: undefined, notes: [] });
  const text = gate(bytes);
  if (!text.ok) return stop(text.verdict);
  const message = parse(text.value);
  if (!message.ok) return stop(message.verdict);
  const { alert, notes } = message.value;
  const source = sourceOf(settings.sources, alert.sender);
  if (!source) return { ...stop(verdict('sender-unknown', `no source speaks for ${alert.sender}`)), alert };
  const signature = await checkSignature(bytes, message.value, source, verifier);
  const judged = judge(alert, { nowMs, history, source, signature, ...(settings.area && { area: settings.area }) });
  return { ...judged, notes: [...notes, ...judged.notes], alert };
}
