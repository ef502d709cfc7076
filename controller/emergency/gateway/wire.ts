// What passes between a centre and its gateway process: one JSON line each way, one alert at a time.
import type { AlertSource } from '../../../schemas/alerts.ts';
import type { Problem } from '../../../schemas/problems.ts';

export type Ask =
  | {
      readonly do: 'check';
      readonly form: 'cap' | 'notice';
      /** Base64 of the bytes as they came. */
      readonly bytes: string;
      readonly source: AlertSource;
      readonly history: unknown;
      readonly nowMs: number;
    }
  | { readonly do: 'feed'; readonly bytes: string };

export type Asked = Ask & { readonly n: number };

/** First line of the process: it may be asked. */
export const readyLine = '{"ready":true}';

export type Told = { readonly n: number } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Problem }
);

/** Of one answer; a normalised alert is small, a feed of whole messages is not. */
export const toldCharactersMax = 8 * 1024 * 1024;
