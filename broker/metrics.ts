// The broker's figures as Prometheus reads them. Pure; no identity, no address and no topic is in any of it.
import { type Family, histogramSamples, metricsText } from '../schemas/metrics-text.ts';
import { type CanaryWatch, canaryBoundsMs } from './canary-watch.ts';

export interface BrokerFigures {
  readonly connections: number;
  readonly connects: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly packetsIn: number;
  readonly publishes: number;
  readonly retainedCount: number;
  readonly retainedBytes: number;
  readonly queuedBytes: number;
  readonly canary: CanaryWatch;
  /** 99th percentile since the last time they were asked for. */
  readonly loopDelayS: number;
  readonly residentBytes: number;
  readonly processorS: number;
  /** Of the broker's own certificate, Unix time. */
  readonly certificateEndsS: number;
}

export function figuresText(figures: BrokerFigures): string {
  const { canary, refused } = figures;
  const boundsS = canaryBoundsMs.map((bound) => bound / 1000);
  const families: Family[] = [
    gauge('loa_broker_connections', 'Identities connected now, the canary among them.', figures.connections),
    counter('loa_broker_connects_total', 'Connections whose certificate held.', figures.connects),
    {
      ...{ name: 'loa_broker_refused_total', kind: 'counter', help: 'What was refused or cut, by reason.' },
      samples: Object.entries(refused).map(([reason, value]) => ({ labels: { reason }, value })),
    },
    {
      ...{ name: 'loa_broker_bytes_total', kind: 'counter', help: 'MQTT bytes before TLS, by direction.' },
      samples: Object.entries({ in: figures.bytesIn, out: figures.bytesOut }).map(([direction, value]) => ({
        labels: { direction },
        value,
      })),
    },
    counter('loa_broker_packets_total', 'Packets of clients that were in order.', figures.packetsIn),
    counter('loa_broker_publishes_total', 'Publications taken from clients.', figures.publishes),
    gauge('loa_broker_retained_messages', 'Topics with a retained message.', figures.retainedCount),
    gauge('loa_broker_retained_bytes', 'Bytes of retained messages.', figures.retainedBytes),
    gauge('loa_broker_queued_bytes', 'Bytes that wait for readers slower than they come.', figures.queuedBytes),
    {
      ...{ name: 'loa_broker_canary_seconds', kind: 'histogram', help: 'Time of a message through the broker to one reader.' },
      samples: histogramSamples(boundsS, canary.counts, canary.sumMs / 1000),
    },
    counter('loa_broker_canary_lost_total', 'Canary messages that never came.', canary.lost),
    gauge('loa_broker_canary_alarm', '1 while the canary says that messages are slow.', canary.alarm ? 1 : 0),
    gauge('loa_broker_certificate_ends_seconds', 'When the broker’s own certificate ends, Unix time.', figures.certificateEndsS),
    gauge('loa_loop_delay_p99_seconds', 'How late the loop turned, 99th percentile since asked last.', figures.loopDelayS),
    gauge('process_resident_memory_bytes', 'Resident memory.', figures.residentBytes),
    counter('process_cpu_seconds_total', 'Processor time, user and system.', figures.processorS),
  ];
  return metricsText(families);
}

const gauge = (name: string, help: string, value: number): Family => ({ name, kind: 'gauge', help, samples: [{ value }] });
const counter = (name: string, help: string, value: number): Family => ({ name, kind: 'counter', help, samples: [{ value }] });
