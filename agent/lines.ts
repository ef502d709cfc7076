// The box's two lines and what hangs on plan and keys beside them: its own centre, one centre above, the orders that lie ready.
import { cryptography, randomHex, signerFrom } from '../hardware/host/crypto.ts';
import type { SystemClock } from '../hardware/host/system-clock.ts';
import type { Problem } from '../schemas/problems.ts';
import type { Cache } from './cache.ts';
import type { AgentConfig } from './config.ts';
import type { ConnectionCounter } from './connections.ts';
import type { HeldKeys } from './held-keys.ts';
import type { Identity } from './identity.ts';
import { CentreLink } from './link.ts';
import { LocalOrderShelf } from './local-orders.ts';
import type { OutboxJournal } from './ports.ts';
import type { FlightLine, Loop } from './run.ts';
import { UpperLink } from './upper-link.ts';

export interface LinesOptions {
  readonly boot: string;
  readonly version: string;
  readonly machine?: string | undefined;
  readonly config: AgentConfig;
  readonly identity: Identity;
  readonly keys: HeldKeys;
  readonly clock: SystemClock;
  readonly journal: OutboxJournal;
  readonly cache: Cache;
  readonly connections: ConnectionCounter;
  readonly loop: Loop;
  readonly warn: (event: string, problem: Problem) => void;
}

export interface Lines {
  readonly link: CentreLink;
  readonly upper: UpperLink;
  /** After each decision: another plan, other keys. */
  readonly follow: (line: FlightLine) => void;
}

export function makeLines(options: LinesOptions): Lines {
  const { boot, version, machine, config, identity, keys, clock, journal, cache, connections, loop, warn } = options;
  const both = {
    dev: identity.dev,
    tls: identity.tls,
    keys,
    crypto: cryptography,
    ...(config.reconnectMaxMs !== undefined && { reconnectMaxMs: config.reconnectMaxMs }),
    clock,
    cache,
    tell: (event: Parameters<Loop['tell']>[0]) => loop.tell(event),
    settled: () => loop.settled(),
    warn,
  };
  const link = new CentreLink({
    ...both,
    boot,
    version,
    machine,
    url: config.brokerUrl ?? identity.brokerUrl,
    signer: signerFrom(identity.signingKeyPem),
    journal,
    connections,
    randomHex,
  });
  const upper = new UpperLink(both);
  const shelf = new LocalOrderShelf({ reader: () => ({ ring: keys.ring(), crypto: cryptography }), tell: both.tell, warn });
  const follow = (line: FlightLine) => {
    if (!('event' in line)) return;
    const { plan } = loop.snapshot().live;
    upper.follow(plan?.paths);
    shelf.follow(plan);
    if (line.event.is !== 'keysChanged') return;
    upper.refresh();
    shelf.read();
  };
  return { link, upper, follow };
}
