// The console's REST about one board: commands given to it, and the last picture of it.
import * as v from 'valibot';
import type { Command, Screenshot } from './command.ts';

/** What people may command; the other commands are the centre's own. */
export const CommandRequest = v.variant('do', [
  v.strictObject({ do: v.literal('blank'), on: v.boolean() }),
  v.strictObject({ do: v.literal('screenshot') }),
  /** Say anew how you are; any box answers it. */
  v.strictObject({ do: v.literal('report') }),
]);
export type CommandRequest = v.InferOutput<typeof CommandRequest>;

export interface CommandAnswer {
  readonly id: string;
  readonly command: Command;
  readonly by: string;
  readonly givenMs: number;
  /** `sent`: the box has not answered; `lost`: it can no more. The rest is the box's own word. */
  readonly state: 'sent' | 'lost' | 'done' | 'failed' | 'refused';
  readonly detail: string;
  /** Of a blanked screen: told, or read back from the screen. */
  readonly proof: 'sent' | 'confirmed' | null;
  readonly picture: Screenshot | null;
}

export interface PictureAnswer {
  readonly command: string;
  readonly takenMs: number;
  readonly sha256: string;
  /** The box's signed row names these very bytes. */
  readonly signed: boolean;
  readonly nearlyBlack: boolean | null;
}

export interface BoardAnswer {
  /** Newest first. */
  readonly commands: readonly CommandAnswer[];
  readonly picture: PictureAnswer | null;
}
