// Proof of play over REST: what is asked of the rows and what is answered.
import type { Id } from './ids.ts';
import type { ShowingRow } from './showing-row.ts';
import type { Showing } from './showings.ts';

/**
 * Of the period asked for. Rows are of an hour or less: of one that reaches beyond the period the share of its times counts that its span has
 * within, an estimate; a period of whole hours has none.
 */
export interface ProofAnswer {
  readonly expectedMs: number;
  readonly measurableMs: number;
  readonly confirmedMs: number;
  readonly unmeasuredMs: number;
  readonly takeoverMs: number;
  readonly darkMs: number;
  /** 0 to 1; null: nothing was measurable, chưa đo được. */
  readonly compliance: number | null;
}

export interface ShowingsAnswer {
  readonly fromMs: number;
  readonly toMs: number;
  /** Over all that is listed; `rows` may be cut at its limit, this is not. */
  readonly proof: ProofAnswer;
  readonly rows: readonly { readonly box: Id; readonly boxName: string | null; readonly storedMs: number; readonly showing: ShowingRow }[];
}

/** What a board will show, page by page: the same function that the box asks. */
export interface BoardPreviewAnswer {
  readonly box: Id;
  readonly showings: readonly (Pick<Showing, 'fromMs' | 'untilMs'> & {
    readonly output: Id;
    readonly occurrence: string;
    readonly programme: Id;
    /** Null: the box's own safe page. */
    readonly item: { readonly sha256: string; readonly title: string } | null;
  })[];
}
