// Asks for the next certificate in time (EST simplereenroll), keeps key and certificate together through a power cut, shows them.
import { X509Certificate } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { waitMs } from '../broker/link/back-off.ts';
import { sha256 } from '../hardware/host/crypto.ts';
import { readIfPresent, writeFileAtomic } from '../hardware/host/files.ts';
import { estPaths } from '../schemas/enrolment.ts';
import { bad, ok, type Problem, type Result } from '../schemas/problems.ts';
import type { Moment } from '../schemas/time.ts';
import type { CentreDoor } from './centre-door.ts';
import { makeKey, makeRequest, readCertificate } from './certificate-request.ts';
import { type CertificateLife, renewalDue, spreadOf } from './core/renewal.ts';
import { judge } from './enrol.ts';
import { type Identity, identityFile } from './identity.ts';
import type { Logger } from './log.ts';

const lookEveryMs = 60_000;
/** A centre that is away for days is asked a few times a day. */
const backOff = { baseMs: 60_000, maxMs: 6 * 3600_000 };

export interface RenewerOptions {
  readonly dataDir: string;
  readonly identity: Pick<Identity, 'dev' | 'hardware' | 'tls'>;
  readonly door: Pick<CentreDoor, 'ask' | 'as'>;
  readonly clock: { now(): Moment };
  readonly up: () => boolean;
  /** The bus is there and will not have us. */
  readonly refused: () => boolean;
  /** Everything that shows a certificate shows this one from now on. */
  readonly present: (tls: Identity['tls']) => Promise<void>;
  readonly told: (event: string) => void;
  readonly warn: (event: string, problem: Problem) => void;
}

/** INVARIANT: one request at a time; a pair is shown after it is on the disk. */
export class Renewer {
  readonly #options: RenewerOptions;
  #life: CertificateLife;
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<void> | undefined;
  #tries = 0;
  #notBeforeMonoMs = 0;
  #upAtMonoMs: number;

  constructor(options: RenewerOptions) {
    this.#options = options;
    this.#life = lifeOf(options.identity.tls.cert);
    this.#upAtMonoMs = options.clock.now().monoMs;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), lookEveryMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#asking;
  }

  /** One look at the time; the timer, and every change of the clock, calls it. */
  look(): Promise<void> {
    const { clock, up, refused } = this.#options;
    const now = clock.now();
    if (up()) this.#upAtMonoMs = now.monoMs;
    const downMs = up() ? null : now.monoMs - this.#upAtMonoMs;
    if (this.#asking || now.monoMs < this.#notBeforeMonoMs || !renewalDue(this.#life, now, downMs, refused()))
      return this.#asking ?? Promise.resolve();
    this.#asking = this.#renew().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #renew(): Promise<void> {
    const { identity, clock, present, told, warn } = this.#options;
    const renewed = await this.#askAndKeep().catch((error: Error) => bad<Identity['tls']>('device-failed', error.message));
    if (!renewed.ok) {
      this.#notBeforeMonoMs = clock.now().monoMs + backOff.baseMs + waitMs(this.#tries++, Math.random(), backOff);
      return warn('notRenewed', renewed.problem);
    }
    this.#life = lifeOf(renewed.value.cert);
    this.#tries = 0;
    // The one before counts until this one is shown, so it is shown at once.
    await present({ ...renewed.value, ca: identity.tls.ca });
    told('renewed');
  }

  async #askAndKeep(): Promise<Result<Identity['tls']>> {
    const { dataDir, door } = this.#options;
    const asked = await this.#ask(door);
    const renewed = asked.ok || asked.problem.code !== 'not-allowed' ? asked : await this.#askAsBefore(asked);
    if (!renewed.ok) return renewed;
    await writeFileAtomic(identityFile(dataDir, 'next.pem'), `${renewed.value.key}\n${renewed.value.cert}`, 0o600);
    await settleRenewal(dataDir);
    return renewed;
  }

  /** A centre that came back from an older backup knows the certificate before this one. */
  async #askAsBefore(refused: Result<Identity['tls']>): Promise<Result<Identity['tls']>> {
    const { dataDir, door, identity } = this.#options;
    const pair = pairIn((await readIfPresent(identityFile(dataDir, 'before.pem')))?.toString('utf8') ?? '');
    if (!pair) return refused;
    const older = door.as({ ca: identity.tls.ca, ...pair });
    const renewed = await this.#ask(older);
    older.stop();
    return renewed;
  }

  async #ask(door: Pick<CentreDoor, 'ask'>): Promise<Result<Identity['tls']>> {
    const { identity } = this.#options;
    const { dev, hardware, tls } = identity;
    const key = makeKey();
    const body = await makeRequest({ dev, keyPem: key, hardware });
    const headers = { 'content-type': 'application/pkcs10' };
    const answer = await door.ask({ method: 'POST', path: estPaths.simplereenroll, headers, body });
    if (!answer.ok) return answer;
    const said = judge(answer.value);
    if (!said.ok) return said;
    const cert = await readCertificate(said.value, key, tls.ca);
    return cert.ok ? ok({ ca: tls.ca, cert: cert.value, key }) : cert;
  }
}

/** Key and certificate came in one file; after a power cut between the two moves they are moved again. */
export async function settleRenewal(dataDir: string): Promise<void> {
  const read = async (name: 'next.pem' | 'key.pem' | 'cert.pem') =>
    (await readIfPresent(identityFile(dataDir, name)))?.toString('utf8') ?? '';
  const next = pairIn(await read('next.pem'));
  if (next) {
    const before = pairIn(`${await read('key.pem')}\n${await read('cert.pem')}`);
    // Half moved already: what was before was kept then.
    if (before && before.key !== next.key) await writeFileAtomic(identityFile(dataDir, 'before.pem'), `${before.key}${before.cert}`, 0o600);
    await writeFileAtomic(identityFile(dataDir, 'key.pem'), next.key, 0o600);
    await writeFileAtomic(identityFile(dataDir, 'cert.pem'), next.cert, 0o600);
  }
  await rm(identityFile(dataDir, 'next.pem'), { force: true });
}

function pairIn(both: string): { readonly key: string; readonly cert: string } | undefined {
  const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(both)?.[0];
  const cert = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(both)?.[0];
  return key && cert ? { key: `${key}\n`, cert: `${cert}\n` } : undefined;
}

function lifeOf(pem: string): CertificateLife {
  const { validFrom, validTo, raw } = new X509Certificate(pem);
  return { notBeforeMs: Date.parse(validFrom), notAfterMs: Date.parse(validTo), spread: spreadOf(sha256(raw)) };
}

/** A certificate of ours was made after this instant by its centre's clock: no time lies before. */
export function notBeforeOf(pem: string): number {
  return Date.parse(new X509Certificate(pem).validFrom);
}

/** By the bus: MQTT 3.1.1 §3.2.2.3, return code 5, in the client's words. */
export function shownOut(problem: Problem | null): boolean {
  return /not authorized/i.test(problem?.detail ?? '');
}

interface Showing {
  readonly present: (tls: Identity['tls']) => Promise<void>;
}

/** All that shows a certificate of a running box. */
export function makeRenewer(
  parts: Omit<RenewerOptions, 'up' | 'refused' | 'present' | 'told' | 'door'> & {
    readonly door: CentreDoor;
    readonly link: Showing & { status(): { readonly up: boolean; readonly problem: Problem | null } };
    readonly upper: Showing;
    readonly log: Pick<Logger, 'info'>;
  },
): Renewer {
  const { door, link, upper, log, ...rest } = parts;
  const present = async (tls: Identity['tls']) => {
    door.present(tls);
    await Promise.all([link.present(tls), upper.present(tls)]);
  };
  const refused = () => shownOut(link.status().problem);
  return new Renewer({
    ...rest,
    door,
    up: () => link.status().up,
    refused,
    present,
    told: (event) => log.info({ event, dev: rest.identity.dev }),
  });
}
