// Figures of the bus for Prometheus: of the broker inside, or of the line to one elsewhere. Pure.
import type { Family } from '../../schemas/metrics-text.ts';

/** What a broker in this process counts (broker/counts.ts). */
export interface InnerFigures {
  readonly connections: number;
  readonly retainedCount: number;
  readonly retainedBytes: number;
  readonly connects: number;
  readonly publishes: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly refused: Readonly<Partial<Record<string, number>>>;
}

/** The line to a broker elsewhere. */
export interface LineFigures {
  readonly up: boolean;
  readonly awaySeconds: number;
  /** Times that the line came up. */
  readonly lines: number;
  readonly received: number;
  readonly sent: number;
  readonly dropped: number;
  readonly waiting: number;
  readonly waitingBytes: number;
  /** Code of the last one since the start. */
  readonly problem: string | undefined;
}

const gauge = (name: string, help: string, value: number): Family => ({ name, kind: 'gauge', help, samples: [{ value }] });
const counter = (name: string, help: string, value: number): Family => ({ name, kind: 'counter', help, samples: [{ value }] });

export function innerFamilies(figures: InnerFigures): Family[] {
  const { connections, retainedCount, retainedBytes, connects, publishes, bytesIn, bytesOut, refused } = figures;
  return [
    gauge('loa_broker_connections', 'Connections to the broker.', connections),
    gauge('loa_broker_retained', 'Topics whose last message the broker keeps.', retainedCount),
    gauge('loa_broker_retained_bytes', 'Bytes of these messages.', retainedBytes),
    counter('loa_broker_connects_total', 'Connections that were accepted.', connects),
    counter('loa_broker_publishes_total', 'Publications of clients.', publishes),
    counter('loa_broker_bytes_in_total', 'Bytes read of clients.', bytesIn),
    counter('loa_broker_bytes_out_total', 'Bytes written to clients.', bytesOut),
    {
      ...{ name: 'loa_broker_refused_total', kind: 'counter', help: 'What was refused, by reason.' },
      samples: Object.entries(refused).map(([reason, value = 0]) => ({ labels: { reason }, value })),
    },
  ];
}

export function lineFamilies({ up, problem, ...figures }: LineFigures): Family[] {
  return [
    gauge('loa_outer_broker_up', 'The line to the broker: 1 connected and subscribed, 0 not.', up ? 1 : 0),
    gauge('loa_outer_broker_away_seconds', 'Since when the broker is not reached.', figures.awaySeconds),
    counter('loa_outer_broker_lines_total', 'Times that the line came up; each time all that is retained is said again.', figures.lines),
    counter('loa_outer_broker_received_total', 'Messages of boxes and centres below.', figures.received),
    counter('loa_outer_broker_sent_total', 'Publications that the broker acknowledged.', figures.sent),
    counter('loa_outer_broker_dropped_total', 'Words of the moment that could not be said; boxes ask again.', figures.dropped),
    gauge('loa_outer_broker_waiting', 'Publications that wait to be sent.', figures.waiting),
    gauge('loa_outer_broker_waiting_bytes', 'Bytes of these.', figures.waitingBytes),
    {
      ...{ name: 'loa_outer_broker_problem', kind: 'gauge', help: 'The last problem of the line since the start, by its code.' },
      samples: problem === undefined ? [] : [{ labels: { code: problem }, value: up ? 0 : 1 }],
    },
  ];
}
