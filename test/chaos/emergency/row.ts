// One row of the chaos table: what is done to the box, what must hold all the same, and the figure that was measured.

export type Need = 'root' | 'libfaketime' | 'loop' | 'memory-group' | 'prlimit' | 'opusenc' | 'opusdec' | 'ffmpeg' | 'espeak-ng';

export interface Row {
  readonly name: string;
  readonly done: string;
  readonly holds: string;
  /** Measures time under load or loads the machine: nothing else runs beside it. */
  readonly alone?: boolean;
  readonly needs?: readonly Need[];
  /** Resolves with the figure; throws what did not hold. */
  readonly run: () => Promise<string>;
}

export interface Outcome {
  readonly row: Row;
  readonly result: 'holds' | 'failed' | 'left out';
  readonly figure: string;
  readonly seconds: number;
}

/** Run rows on a few lanes, those that want the machine for themselves at the end. */
export async function runRows(
  rows: readonly Row[],
  has: (need: Need) => boolean,
  lanes: number,
  onEnd: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const one = async (row: Row) => {
    const outcome = await runRow(row, has);
    outcomes.push(outcome);
    onEnd(outcome);
  };
  const shared = rows.filter(({ alone }) => !alone);
  const lane = async () => {
    for (let row = shared.shift(); row; row = shared.shift()) await one(row);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  for (const row of rows.filter(({ alone }) => alone)) await one(row);
  return outcomes;
}

/** A machine that is busy with something else may miss a bound once: what fails runs again by itself, and says so. */
export async function runAgain(outcome: Outcome, has: (need: Need) => boolean): Promise<Outcome> {
  const again = await runRow(outcome.row, has);
  const figure = `${again.figure} (second try; first: ${outcome.figure})`;
  return { ...again, figure: figure.slice(0, 900), seconds: outcome.seconds + again.seconds };
}

async function runRow(row: Row, has: (need: Need) => boolean): Promise<Outcome> {
  const missing = (row.needs ?? []).filter((need) => !has(need));
  if (missing.length > 0) return { row, result: 'left out', figure: `needs ${missing.join(', ')}`, seconds: 0 };
  const startedMs = performance.now();
  const seconds = () => Math.round((performance.now() - startedMs) / 100) / 10;
  try {
    return { row, result: 'holds', figure: await row.run(), seconds: seconds() };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { row, result: 'failed', figure: text.slice(0, 600), seconds: seconds() };
  }
}
