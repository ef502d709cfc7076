// What is old enough to be dropped. Pure; time is an argument.
import type { RetentionSettings } from '../../schemas/retention.ts';

const dayMs = 24 * 3600_000;

/** Unless a centre says otherwise, everything is kept. */
export const retentionStandard: RetentionSettings = { receiptsDays: null, logsDays: null, recordingsDays: null, acceptancesDays: null };

export const droppable = ['receipts', 'showings', 'rows', 'recordings', 'acceptances'] as const;
export type Droppable = (typeof droppable)[number];

/** Each kind with the instant before which it goes; kinds that are kept are not in it. */
export function dueBefore(settings: RetentionSettings, nowMs: number): ReadonlyMap<Droppable, number> {
  const { receiptsDays, logsDays, recordingsDays, acceptancesDays } = settings;
  const days: Readonly<Record<Droppable, number | null>> = {
    ...{ receipts: receiptsDays, showings: receiptsDays, rows: logsDays, recordings: recordingsDays, acceptances: acceptancesDays },
  };
  return new Map(
    droppable.flatMap((kind): [Droppable, number][] => {
      const kept = days[kind];
      return kept === null ? [] : [[kind, nowMs - kept * dayMs]];
    }),
  );
}
