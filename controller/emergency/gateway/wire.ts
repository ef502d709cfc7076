// What passes between a centre and its gateway process: one JSON line each way, one alert at a time.
import type { AlertSource } from '../../../schemas/alerts.ts';
import type { Problem, Result } from '../../../schemas/problems.ts';
import type { Remembered } from './heard.ts';

export type Ask =
  | {
      readonly do: 'check';
      readonly form: 'cap' | 'notice';
      /** Base64 of the bytes as they came. */
      readonly bytes: string;
      readonly source: AlertSource;
      readonly nowMs: number;
      /** Signatures can be verified: the process may ask back with `VerifyAsk`. */
      readonly canVerify: boolean;
    }
  | { readonly do: 'remember'; readonly history: readonly Remembered[] }
  | { readonly do: 'feed'; readonly bytes: string };

export type Asked = Ask & { readonly n: number };

/** Asked back in the midst of a check: does the message of ask `n` carry a signature by the key of this certificate (PEM)? */
export interface VerifyAsk {
  readonly n: number;
  readonly verify: string;
}

export interface Verified {
  readonly verified: Result<void>;
}

/** First line of the process: it may be asked. */
export const readyLine = '{"ready":true}';

export type Told = { readonly n: number } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Problem }
);

/** Of one answer; a normalised alert is small, a feed of whole messages is not. */
export const toldCharactersMax = 8 * 1024 * 1024;
