// From a pre-armed template to the order a box obeys. In a demo every order is an exercise and says so, first and last.
import type { AreaPath } from '../../schemas/ids.ts';
import type { Order } from '../../schemas/order.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Film, Level } from '../../schemas/programme.ts';
import { normaliseSpeech } from '../../schemas/speech-text/normalise.ts';

/** Voice and screen are separate texts; figures in the voice are put into words when an order is made. */
export interface OrderTemplate {
  readonly id: string;
  readonly title: string;
  readonly hazard: Order['hazard'];
  readonly severity: Order['severity'];
  readonly urgency: Order['urgency'];
  readonly certainty: Order['certainty'];
  readonly sirenMs: number;
  readonly times: number;
  readonly pauseMs: number;
  readonly speech: readonly TemplateSpeech[];
  readonly screen: Order['screen'];
  readonly screens?: NonNullable<Order['screens']>;
  readonly volume?: NonNullable<Order['volume']>;
  readonly signFilms?: SignFilms;
}

/** A template in sign language. An exercise has a film of its own, which says that it is one, or none. */
export type SignFilms = { readonly [K in Exclude<Order['class'], 'test'>]?: Film };

/** Films that boards hold before any order names them. */
export function signFilmsOf(templates: readonly Pick<OrderTemplate, 'signFilms'>[]): Film[] {
  const films = templates.flatMap(({ signFilms = {} }) => Object.values(signFilms));
  return [...new Map(films.map((film) => [film.sha256, film])).values()];
}

/** Words of one language, and a person's voice that says them, by the hash of its recording. */
export interface TemplateSpeech {
  readonly language: string;
  readonly speak: string;
  readonly recording?: string;
}

export interface SpeechAudio {
  readonly sha256: string;
  readonly bytes: number;
  readonly durationMs: number;
}

export interface OrderWish {
  readonly template: OrderTemplate;
  readonly class: Order['class'];
  readonly level: Level;
  readonly area: AreaPath;
  readonly demo: boolean;
  /** Who speaks. */
  readonly issuer?: string;
  /** Degrees declared now (Decisions 18/2021 and 05/2020). */
  readonly riskLevel?: Order['riskLevel'];
  readonly floodAlarm?: Order['floodAlarm'];
  /** Prepared voice of words as they will be spoken, if there is one. */
  readonly audioOf: (spoken: TemplateSpeech) => SpeechAudio | undefined;
}

/** What an order carries of one language. */
export const spokenCharactersMax = 2_000;

/** Words around an exercise, by language; other languages get the Vietnamese ones in a speech of their own. */
const exerciseWords: Readonly<Record<string, readonly [first: string, last: string]>> = {
  vi: ['Đây là diễn tập.', 'Đây là diễn tập, không phải tình huống thật.'],
  en: ['This is an exercise.', 'This is an exercise, not a real emergency.'],
};

/** The order of a template for a class and place. Problems: demo-only (a demo gives exercises only), too-large. */
export function planOrder(wish: OrderWish): Result<Order> {
  const { template, class: wished, level, area, demo, issuer, riskLevel, floodAlarm, audioOf } = wish;
  if (demo && wished === 'actual') return bad('demo-only', 'a demo centre gives exercises only', '/class');
  const kind = demo ? 'exercise' : wished;
  const tooLong = template.speech.findIndex(({ language, speak }) => spokenWords(kind, language, speak).length > spokenCharactersMax);
  if (tooLong >= 0) return bad('too-large', `more than ${spokenCharactersMax} characters when spoken out`, `/speech/${tooLong}/speak`);
  const signFilm = kind === 'test' ? undefined : template.signFilms?.[kind];
  return ok({
    class: kind,
    level,
    area,
    hazard: template.hazard,
    severity: template.severity,
    urgency: template.urgency,
    certainty: template.certainty,
    ...(riskLevel === undefined ? {} : { riskLevel }),
    ...(floodAlarm === undefined ? {} : { floodAlarm }),
    ...(issuer === undefined ? {} : { issuer: issuer.slice(0, 120) }),
    sirenMs: template.sirenMs,
    times: template.times,
    pauseMs: template.pauseMs,
    speech: template.speech.map((speech) => {
      const { language } = speech;
      const speak = spokenWords(kind, language, speech.speak);
      const audio = audioOf({ ...speech, speak });
      return audio ? { language, speak, audio } : { language, speak };
    }),
    screen: { ...template.screen, title: screenTitle(kind, template.screen.title) },
    ...(template.screens ? { screens: template.screens.map((one) => ({ ...one, title: screenTitle(kind, one.title) })) } : {}),
    ...(template.volume ? { volume: template.volume } : {}),
    ...(signFilm ? { signFilm } : {}),
  });
}

/** What is said for a class, as a mouth says it: anything but the real thing says so first and last. */
export function spokenWords(kind: Order['class'], language: string, speak: string): string {
  const words = normaliseSpeech(speak, language);
  if (kind === 'actual') return words;
  const [first, last] = exerciseWords[language.split('-')[0] ?? ''] ?? exerciseWords['vi'] ?? ['', ''];
  return `${first} ${words} ${last}`;
}

function screenTitle(kind: Order['class'], title: string): string {
  if (kind === 'actual') return title;
  return `${kind === 'exercise' ? 'DIỄN TẬP' : 'KIỂM TRA'} – ${title}`.slice(0, 120);
}
