// One box of a fleet: the agent's own line, keys, loop and rules; only its card, its relays and its player are simulated.
import { join } from 'node:path';
import { ConnectionCounter } from '../../../agent/connections.ts';
import { HeldKeys } from '../../../agent/held-keys.ts';
import { CentreLink } from '../../../agent/link.ts';
import { type FlightLine, Loop } from '../../../agent/run.ts';
import { cryptography, randomHex, randomId, signerFrom } from '../../../hardware/host/crypto.ts';
import { monoMs, SystemClock } from '../../../hardware/host/system-clock.ts';
import type { Cryptography } from '../../../schemas/envelope.ts';
import type { KeysDocument, TrustRoot } from '../../../schemas/keys.ts';
import type { Entry } from '../../../schemas/outbox.ts';
import type { Problem } from '../../../schemas/problems.ts';
import { FleetHands } from './fleet-hands.ts';
import type { FleetMarks } from './fleet-marks.ts';
import { MemoryJournal } from './memory-journal.ts';

export interface FleetMember {
  readonly dev: string;
  readonly cert: string;
  readonly key: string;
  /** Signs its log. */
  readonly signingKey: string;
  readonly keys: KeysDocument;
}

export interface FleetPlace {
  readonly brokerUrl: string;
  readonly ca: string;
  readonly trustRoot: TrustRoot;
  /** The centre's content folder: parts are read there instead of being fetched a thousand times. */
  readonly blobs: string;
  /** Scratch for keys documents. */
  readonly dir: string;
  readonly relayDelayMs: number;
  /** Longest wait between two attempts to connect; the product's own unless said. */
  readonly reconnectMaxMs?: number;
}

/** Rows that a simulation made a box say, and what became of them. */
export interface SaidRows {
  said: number;
  acked: number;
  /** From saying to the verified receipt of the centre. */
  readonly ackMs: number[];
}

const saidMark = 'fleet-row';
const samplesMax = 20_000;

/** An order's frame is known by its size before anything of it is read. */
const frameSoundBytesMin = 8 * 1024;

export class FleetBox {
  readonly #dev: string;
  readonly #marks: FleetMarks;
  readonly #keys: HeldKeys;
  readonly #document: KeysDocument;
  readonly #clock = new SystemClock();
  readonly #journal: MemoryJournal;
  readonly #hands: FleetHands;
  readonly #loop: Loop;
  readonly #makeLink: () => CentreLink;
  readonly problems: Problem[] = [];
  readonly rows: SaidRows = { said: 0, acked: 0, ackMs: [] };
  #link: CentreLink | undefined;

  constructor(member: FleetMember, place: FleetPlace, marks: FleetMarks) {
    const { dev } = member;
    this.#dev = dev;
    this.#marks = marks;
    this.#document = member.keys;
    this.#keys = new HeldKeys({ file: join(place.dir, `${dev}.json`), root: place.trustRoot, dev, crypto: cryptography });
    this.#journal = new MemoryJournal((entry) => this.#acknowledged(entry));
    this.#hands = new FleetHands({ place, clock: this.#clock, link: () => this.#link });
    this.#loop = new Loop({ clock: this.#clock, journal: this.#journal, hands: this.#hands, log: (line) => this.#follow(line) });
    this.#makeLink = () =>
      new CentreLink({
        dev,
        ...(place.reconnectMaxMs !== undefined && { reconnectMaxMs: place.reconnectMaxMs }),
        boot: 'b1',
        version: '0.1.0',
        url: place.brokerUrl,
        tls: { ca: place.ca, cert: member.cert, key: member.key },
        signer: signerFrom(member.signingKey),
        keys: this.#keys,
        crypto: this.#cryptography(),
        clock: this.#clock,
        journal: this.#journal,
        cache: { storeOrderAudio: async () => ({ ok: true, value: undefined }) },
        connections: new ConnectionCounter({ read: async () => undefined, write: async () => undefined }),
        randomHex,
        tell: (event) => this.#loop.tell(event),
        settled: () => this.#loop.settled(),
        warn: (_event, problem) => this.problems.length < 20 && this.problems.push(problem),
      });
  }

  async start(): Promise<void> {
    const offered = await this.#keys.offer(this.#document);
    if (!offered.ok) throw new Error(`${this.#dev}: ${offered.problem.code} ${offered.problem.path} ${offered.problem.detail}`);
    await this.#loop.start();
    this.#loop.tell({
      is: 'booted',
      boot: randomId('b'),
      version: '0.1.0',
      hardware: { audioOut: 'simulated', board: 'simulated', display: 'none' },
      outputs: [{ id: 'main', kind: 'loudspeaker' }],
    });
    this.#loop.tell({ is: 'cacheSeen', has: [], freeBytes: 2 ** 33 });
    this.#loop.tell({ is: 'outputReady', output: 'main' });
    this.#clock.onChange(() => this.#loop.tell({ is: 'clockChanged' }));
    this.#link = this.#makeLink();
    this.#link.start();
  }

  /** One row as a person's act at the box makes it, with a number that is found again in the centre's tables. */
  async say(): Promise<void> {
    const { wallMs, quality } = this.#clock.now();
    this.rows.said += 1;
    const fact = { kind: 'act', act: 'tone', detail: `${saidMark} ${this.#dev} ${this.rows.said}` } as const;
    await this.#journal.commit(undefined, [{ boot: 'b1', atMs: Math.round(wallMs), monoMs: monoMs(), clock: quality, fact }]);
  }

  /** Leave as a box does that is switched off. */
  async leave(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    await link?.stop();
  }

  comeBack(): void {
    if (this.#link) return;
    this.#link = this.#makeLink();
    this.#link.start();
  }

  /** Connected, with signed time and a plan applied, and nothing owed. */
  get ready(): boolean {
    const { live } = this.#loop.snapshot();
    return this.up && this.#clock.now().quality === 'signed' && live.plan !== null && this.#journal.ackedTo() === this.#journal.lastSeq();
  }

  get up(): boolean {
    return this.#link?.status().up === true;
  }

  /** Amplifiers off and nothing sounding. */
  get quiet(): boolean {
    return Object.values(this.#loop.snapshot().live.outputs).every(
      ({ amplifier, player }) => amplifier.is === 'off' && player.is === 'idle',
    );
  }

  async stop(): Promise<void> {
    this.#hands.stop();
    await Promise.all([this.#link?.stop(), this.#loop.stop()]);
    this.#clock.stop();
  }

  /** The first thing done with a frame that came is hashing the sound in it. */
  #cryptography(): Cryptography {
    return {
      verify: cryptography.verify,
      sha256: (bytes) => {
        if (bytes.length >= frameSoundBytesMin) this.#marks.mark('received', this.#dev);
        return cryptography.sha256(bytes);
      },
    };
  }

  #follow(line: FlightLine): void {
    if (!('facts' in line)) return;
    for (const fact of line.facts) {
      if (fact.kind !== 'order') continue;
      if (fact.state === 'accepted') this.#marks.mark('verified', this.#dev);
      if (fact.state === 'sounding') this.#marks.mark('sounding', this.#dev);
    }
  }

  #acknowledged({ fact, monoMs: saidMs }: Entry): void {
    if (fact.kind === 'act' && fact.detail.startsWith(saidMark)) {
      this.rows.acked += 1;
      if (this.rows.ackMs.length < samplesMax) this.rows.ackMs.push(monoMs() - saidMs);
    }
    if (fact.kind !== 'order') return;
    if (fact.state === 'sounding') this.#marks.mark('acknowledged', this.#dev);
    if (fact.state === 'cleared') this.#marks.mark('cleared', this.#dev);
  }
}
