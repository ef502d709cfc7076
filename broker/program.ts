// The broker as a program: its files read whole or not at all, its figures, its canary, and a leave that spreads the herd.
import { X509Certificate } from 'node:crypto';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Problem } from '../schemas/problems.ts';
import { isAdmitted } from './admission.ts';
import { Canary, canaryIdentity } from './canary.ts';
import { readStanding, type Standing } from './config.ts';
import { figuresText } from './metrics.ts';
import { MetricsDoor } from './metrics-door.ts';
import { BrokerServer } from './server.ts';

/** One line per event; `pino` fits. */
export interface Log {
  info(line: object): void;
  warn(line: object): void;
  error(line: object): void;
}

const loopStepMs = 20;
/** Only these can change while it runs; others are told and wait for a restart. */
const atStartOnly = ['host', 'port', 'owner', 'metrics', 'canary'] as const;

export class BrokerProgram {
  readonly #file: string;
  readonly #log: Log;
  readonly #broker: BrokerServer;
  readonly #canary: Canary;
  readonly #door: MetricsDoor | undefined;
  readonly #loop: IntervalHistogram = monitorEventLoopDelay({ resolution: loopStepMs });
  #standing: Standing;
  #reloading: Promise<unknown> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  /** `standing`: what `readStanding(file)` answered. */
  constructor(file: string, standing: Standing, log: Log) {
    const { host, port, owner, canary, metrics } = standing.config;
    this.#file = file;
    this.#log = log;
    this.#standing = standing;
    this.#broker = new BrokerServer({
      host,
      port,
      tls: standing.tls,
      ...(owner !== undefined && { owner }),
      mayConnect: (identity, certificate) => identity === canaryIdentity || isAdmitted(this.#standing.admission, identity, certificate),
      onConnection: (identity, up) => identity === canaryIdentity || log.info({ event: up ? 'connected' : 'disconnected', ...identity }),
      onRefused: (reason, identity) => log.warn({ event: 'refused', reason, ...identity }),
      onTakeOverLoop: (identity) => log.error({ event: 'take-over-loop', ...identity }),
    });
    this.#canary = new Canary({
      everyMs: canary.everyMs,
      slowMs: canary.slowMs,
      open: () => this.#broker.open(canaryIdentity),
      publish: (topic, payload) => this.#broker.publish(topic, payload, { qos: 1, retain: false }),
      onAlarm: (begins, lastMs) => {
        if (begins) log.error({ event: 'slow', lastMs });
        else log.info({ event: 'slow-ended', lastMs });
      },
    });
    this.#door = metrics && new MetricsDoor({ ...metrics, text: () => this.#figures() });
  }

  /** Ports that were asked for as 0 are told. Throws where a port cannot be listened on. */
  async start(): Promise<{ port: number; metricsPort?: number }> {
    const { port } = await this.#broker.start();
    this.#loop.enable();
    this.#canary.start();
    if (!this.#door) return { port };
    return { port, metricsPort: (await this.#door.start()).port };
  }

  /** Read all files again. What is wrong in any of them is told, and all stays as it was. */
  reload(): Promise<void> {
    const done = this.#reloading.then(() => this.#reload());
    this.#reloading = done.catch(() => undefined);
    return done;
  }

  async #reload(): Promise<void> {
    const read = await readStanding(this.#file);
    if (!read.ok) return this.#log.error({ event: 'reload-refused', ...told(read.problem) });
    const before = this.#standing;
    const { config, tls, admission } = read.value;
    const waiting = atStartOnly.filter((field) => JSON.stringify(config[field]) !== JSON.stringify(before.config[field]));
    this.#standing = read.value;
    const cut = this.#broker.renew(tls) + this.#broker.recheck();
    this.#log.info({ event: 'reloaded', enrolled: admission.enrolled.size, cut, ...(waiting.length > 0 && { needsRestart: waiting }) });
  }

  /** Take nobody in any more, cut those who are there over `drainMs`, and end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#drain();
    return this.#stopping;
  }

  async #drain(): Promise<void> {
    const { drainMs } = this.#standing.config;
    this.#log.info({ event: 'draining', connections: this.#broker.metrics().connections, drainMs });
    this.#canary.stop();
    await this.#broker.drain(drainMs);
    await this.#broker.stop();
    await this.#door?.stop();
    this.#loop.disable();
  }

  #figures(): string {
    const loopDelayS = this.#loop.percentile(99) / 1e9;
    this.#loop.reset();
    const { user, system } = process.cpuUsage();
    return figuresText({
      ...this.#broker.metrics(),
      canary: this.#canary.watch,
      loopDelayS,
      residentBytes: process.memoryUsage.rss(),
      processorS: (user + system) / 1e6,
      certificateEndsS: Date.parse(new X509Certificate(this.#standing.tls.cert).validTo) / 1000,
    });
  }
}

/** A problem as fields of a log line. */
export function told({ code, path, detail }: Problem): { code: string; path?: string; detail: string } {
  return { code, ...(path !== '' && path !== undefined && { path }), detail };
}
