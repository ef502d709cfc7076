// How an order speaks on this box: per language recorded inline, else cached, else spoken here, at last a warning brought along;
// and the words that mark exercises.
import { closeSync, openSync, readSync } from 'node:fs';
import { resample } from '../../hardware/host/resample.ts';
import { findLanguage, sameLanguage } from '../../schemas/languages.ts';
import type { Order } from '../../schemas/order.ts';
import type { Problem, Result } from '../../schemas/problems.ts';
import type { OrderLanguages, OrderVoice } from '../core/model.ts';
import { decodeAdpcm } from './phrases/adpcm.ts';
import * as exercise from './phrases/exercise.ts';
import { warnings } from './phrases/hazards.ts';
import { decodePhrase } from './phrases/mu-law.ts';
import * as trial from './phrases/trial.ts';
import { type DecoderTools, decodeWhole, inMemory, type MediaFile } from './sources/decoder.ts';

type Speech = Order['speech'][number];

export interface SpeechDoors {
  readonly tools: DecoderTools;
  readonly pathOf: (sha256: string) => string | undefined;
  /** What came inline and is not on the disk (yet). */
  readonly heldBytes?: (sha256: string) => Uint8Array | undefined;
  readonly speak: (text: string, language: string) => Promise<Result<Buffer>>;
}

export interface OrderWords {
  /** One per language that could be had, in the box's order. */
  readonly spoken: readonly { readonly pcm: Int16Array; readonly voice: OrderVoice }[];
  readonly languages: OrderLanguages;
  /** Said before all and after all: "Đây là diễn tập." … "Hết diễn tập." */
  readonly first: Int16Array | undefined;
  readonly last: Int16Array | undefined;
  /** First way that failed, although a later one may have worked. */
  readonly problem: Problem | undefined;
}

interface OrderSound {
  readonly order: Order;
  readonly inline: readonly string[];
  readonly languages: readonly string[];
}

const speechMsMax = 120_000;
const peakWanted = 0.8 * 32_767;
const boostMax = 4;

/** Make ready everything an order says. Never fails: at the worst nothing is spoken and the siren says all. */
export async function prepareWords(sound: OrderSound, doors: SpeechDoors): Promise<OrderWords> {
  const problems: Problem[] = [];
  const choices = choiceOf(sound.order.speech, sound.languages);
  const made = await Promise.all(choices.map((choice) => makeSpeech(choice, sound.inline, doors, problems)));
  const heard = choices.filter((_, i) => made[i] !== undefined).map(({ tag }) => tag);
  const skipped = sound.languages.filter((tag) => !heard.some((one) => sameLanguage(one, tag)));
  const spoken = made.filter((one) => one !== undefined);
  const vietnamese = spoken.length === 0 ? findLanguage(sound.order.speech, 'vi') : undefined;
  if (vietnamese && !choices.some(({ speech }) => speech === vietnamese)) {
    const one = await makeSpeech({ speech: vietnamese, tag: vietnamese.language }, sound.inline, doors, problems);
    if (one) {
      spoken.push(one);
      heard.push(vietnamese.language);
    }
  }
  if (spoken.length === 0) spoken.push(...(await warningOf(sound.order)));
  const phrases = { actual: undefined, exercise, test: trial }[sound.order.class];
  const [first, last] = await Promise.all([widen(phrases?.first), widen(phrases?.last)]);
  return { spoken, languages: { heard, skipped }, first, last, problem: problems[0] };
}

interface Choice {
  readonly speech: Speech;
  /** The cluster's own tag: `vi-VN-x-south` gives the words of `vi` a southern voice. */
  readonly tag: string;
}

/** The cluster's languages in its order, each once, as far as the order has words for them. */
export function choiceOf(speeches: readonly Speech[], languages: readonly string[]): Choice[] {
  const choices: Choice[] = [];
  for (const tag of languages) {
    const speech = findLanguage(speeches, tag);
    if (speech && !choices.some((one) => one.speech === speech)) choices.push({ speech, tag });
  }
  return choices;
}

async function makeSpeech(
  { speech: { audio, speak }, tag }: Choice,
  inline: readonly string[],
  doors: SpeechDoors,
  problems: Problem[],
): Promise<OrderWords['spoken'][number] | undefined> {
  const file = audio && fileOf(audio.sha256, doors);
  if (audio && file) {
    const decoded = await decodeWhole({ ...file, durationMsMax: speechMsMax }, doors.tools);
    if (decoded.ok) return { pcm: levelled(decoded.value), voice: inline.includes(audio.sha256) ? 'inline' : 'cached' };
    problems.push(decoded.problem);
  }
  const said = await doors.speak(speak, tag);
  if (!said.ok) {
    problems.push(said.problem);
    return undefined;
  }
  const pcm = new Int16Array(Math.min(said.value.length >> 1, speechMsMax * 48));
  for (let i = 0; i < pcm.length; i += 1) pcm[i] = said.value.readInt16LE(i * 2);
  return pcm.length > 0 ? { pcm: levelled(pcm), voice: 'spoken' } : undefined;
}

/** Quiet speech is raised: an order must carry as far as its siren. */
function levelled(pcm: Int16Array): Int16Array {
  let peak = 1;
  for (const sample of pcm) peak = Math.max(peak, Math.abs(sample));
  const gain = Math.min(boostMax, peakWanted / peak);
  if (gain > 1) for (let i = 0; i < pcm.length; i += 1) pcm[i] = Math.round((pcm[i] ?? 0) * gain);
  return pcm;
}

function fileOf(sha256: string, { pathOf, heldBytes }: SpeechDoors): Pick<MediaFile, 'path' | 'type' | 'bytes'> | undefined {
  const bytes = heldBytes?.(sha256);
  if (bytes) return { path: inMemory, type: typeOf(Buffer.from(bytes.subarray(0, 4))), bytes };
  const path = pathOf(sha256);
  return path === undefined ? undefined : { path, type: typeOf(headOf(path)) };
}

function headOf(path: string): Buffer {
  const head = Buffer.alloc(4);
  try {
    const file = openSync(path, 'r');
    readSync(file, head, 0, 4, 0);
    closeSync(file);
  } catch {
    // The decoder will say what is wrong with it.
  }
  return head;
}

/** Orders name no media type; the file's first bytes tell. */
function typeOf(head: Buffer): MediaFile['type'] {
  const mark = head.toString('latin1');
  if (mark === 'RIFF') return 'audio/wav';
  return mark === 'OggS' ? 'audio/ogg' : 'audio/mpeg';
}

/** Nothing of the order can be said here: what this box brought along for its hazard. A trial of the system warns of nothing. */
async function warningOf({ class: meant, hazard }: Order): Promise<OrderWords['spoken']> {
  if (meant === 'test') return [];
  const pcm = await resample(decodeAdpcm(Buffer.from(warnings[hazard], 'base64')), 8_000, 48_000);
  return [{ pcm, voice: 'phrase' }];
}

async function widen(phrase: string | undefined): Promise<Int16Array | undefined> {
  return phrase === undefined ? undefined : resample(decodePhrase(phrase), 8_000, 48_000);
}
