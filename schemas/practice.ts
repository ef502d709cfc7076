// Practice with sound on virtual boxes: what is asked, what the box said.
import * as v from 'valibot';
import { Id } from './ids.ts';

export const PracticeRequest = v.strictObject({ box: Id });

export interface PracticeBox {
  readonly id: Id;
  readonly name: string;
  readonly online: boolean;
}
export interface PracticeAnswer {
  /** `sent`: the box has not answered; `lost`: it can no more; `done`: it says that it sounded. */
  readonly state: 'sent' | 'lost' | 'done' | 'failed' | 'refused';
  readonly detail: string;
}
