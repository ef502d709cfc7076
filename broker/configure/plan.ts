// What a configuration is made from, and what it is: files with their steps, for a broker that somebody else wrote.
import type { Id } from '../../schemas/ids.ts';
import type { BrokerLimits } from '../limits.ts';

export interface Plan {
  readonly host: string;
  readonly port: number;
  /** The centre the broker belongs to. */
  readonly owner: Id;
  readonly boxes: readonly Id[];
  readonly centres: readonly Id[];
  /** Absolute paths of PEM files. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly limits: BrokerLimits;
  /** Absolute path of the folder the files are meant for. */
  readonly folder: string;
  /** Where `loa-broker http-auth` listens, when the broker is to ask it; else its lists are static. */
  readonly authUrl?: string | undefined;
}

export interface Configuration {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** What a person does with them, in order. */
  readonly steps: readonly string[];
}

export const outerBrokers = ['mosquitto', 'rabbitmq', 'nats', 'emqx'] as const;
export type OuterBroker = (typeof outerBrokers)[number];
