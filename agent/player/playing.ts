// One play that a player has on its hands, from the action to its one ending.
import type { Event, PlayAction } from '../core/model.ts';
import type { Source } from './sources/source.ts';
import type { Voice } from './voice.ts';

export type Tell = (event: Event) => void;

export interface Playing {
  readonly action: PlayAction;
  readonly tell: Tell;
  readonly voice: Voice;
  readonly source: Source;
  started: boolean;
  /** Told to stop: it must be over by then, whatever becomes of its fade. */
  stopByMonoMs: number | undefined;
  toldMonoMs: number;
}
