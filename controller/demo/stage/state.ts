// What the supervisor tells the stage page, as plain JSON; the page imports the same shapes.

export interface BoxView {
  readonly id: string;
  readonly name: string;
  readonly kind: 'loudspeaker' | 'board' | 'bridge';
  readonly pid: number | null;
  readonly page: string | null;
  /** The program answers. */
  readonly up: boolean;
  /** It is connected to its centre. */
  readonly online: boolean;
  readonly relay1: boolean;
  readonly relay2: boolean;
  readonly amplifier: string;
  readonly sounding: string | null;
  readonly soundingKind: string | null;
  readonly next: { readonly title: string; readonly startMs: number } | null;
  readonly waitingRows: number;
  readonly clock: string;
  readonly boardFrame: string | null;
  readonly silence: string | null;
}

export interface StageState {
  readonly nowMs: number;
  readonly zone: string;
  readonly console: string;
  readonly cutForMs: number;
  readonly firstSoundMs: number;
  readonly boxes: readonly BoxView[];
  /** How far box 2 sounds behind box 1, measured on what was heard. */
  readonly skewMs: number | null;
  readonly skewAtMs: number | null;
  readonly accounts: readonly { readonly account: string; readonly title: string; readonly english: string }[];
}

/** One line of the play log on the page: a receipt, a refusal, or what a person did. */
export interface StageLine {
  readonly key: string;
  readonly kind: 'receipt' | 'refusal' | 'note';
  readonly outcome: string;
  readonly text: string;
  readonly atMs: number;
}

/** A row of the centre's log as its REST gives it. */
export interface LogRow {
  readonly box: string;
  readonly epoch: string;
  readonly seq: number;
  readonly atMs?: number;
  readonly entry: {
    readonly atMs: number;
    readonly fact: {
      readonly kind: string;
      readonly order?: string;
      readonly state?: string;
      readonly problem?: { readonly code: string; readonly detail: string };
    };
  };
}
