// What stands around the box and is neither plan nor sound: its networks, its hotspot, its names; shown and changed on the page.
import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import * as v from 'valibot';
import { type Network, NetworkChange } from '../../hardware/network.ts';
import { bad, ok } from '../../schemas/problems.ts';
import type { HotspotDoor } from '../hotspot.ts';
import type { NetworkTrial } from '../network-trial.ts';
import type { Readings } from './checklist.ts';
import { logBytesMax, readTail, withoutSecrets } from './logs.ts';
import { type PagePost, pinnedPost } from './post.ts';
import type { PageFacts, PageNetwork } from './view.ts';
import { type InterfaceSeen, interfacesOf } from './way.ts';

export interface SiteOptions {
  readonly network: Network | undefined;
  readonly trial: NetworkTrial | undefined;
  readonly hotspot: HotspotDoor | undefined;
  /** Host of the centre; undefined while there is none. */
  readonly centreHost: string | undefined;
  readonly certificatePem: string | undefined;
  readonly usb: readonly string[];
  readonly localName: () => string | null;
  readonly logFile: string | undefined;
  readonly nowMs: () => number;
  readonly monoMs: () => number;
  readonly tell: (act: 'logs-read', detail: string) => void;
}

/** Names and networks are asked about at most so often, and only while somebody looks. */
const askEveryMs = 10_000;
const nameWithinMs = 8_000;

export class Site {
  readonly #options: SiteOptions;
  readonly #certificate: Readings['certificate'];
  #names: Readings['names'];
  #namesAskedMonoMs = Number.NEGATIVE_INFINITY;
  #devices: PageNetwork['devices'] = [];
  #devicesAskedMonoMs = Number.NEGATIVE_INFINITY;
  #tone: Readings['tone'] = { heard: null, atMs: null, proved: false };
  #accepted: { readonly position: string | null; readonly photo: boolean } = { position: null, photo: false };

  constructor(options: SiteOptions) {
    this.#options = options;
    this.#certificate = datesOf(options.certificatePem);
  }

  async measured(): Promise<PageFacts['measured']> {
    this.#askName();
    return {
      ...(this.#names && { names: this.#names }),
      ...(this.#certificate && { certificate: this.#certificate }),
      tone: this.#tone,
      ...this.#accepted,
    };
  }

  async network(): Promise<PageNetwork | null> {
    const { network, trial, hotspot, localName, monoMs } = this.#options;
    if (!network) return null;
    if (monoMs() - this.#devicesAskedMonoMs > askEveryMs) {
      this.#devicesAskedMonoMs = monoMs();
      const told = await network.devices();
      this.#devices = told.ok ? told.value : [];
    }
    const spot = hotspot?.open ?? null;
    return { devices: this.#devices, trial: trial?.pending ?? null, hotspot: spot, canOpen: hotspot !== undefined, name: localName() };
  }

  interfaces(): InterfaceSeen[] {
    const { hotspot, usb } = this.#options;
    return interfacesOf(networkInterfaces(), { hotspotAddress: hotspot?.open?.address ?? null, usb });
  }

  /** The technician's own word of the tone, and what the acceptance form brought. */
  toneHeard(heard: 'yes' | 'no'): void {
    this.#tone = { heard, atMs: this.#options.nowMs(), proved: false };
  }

  accepted(position: string | null, photo: boolean): void {
    this.#accepted = { position, photo };
  }

  posts(): PagePost[] {
    const { network, trial, hotspot, logFile, tell } = this.#options;
    const none = async () => bad('not-found', 'this box steers no network');
    const changed = <T>(done: T) => {
      this.#devicesAskedMonoMs = Number.NEGATIVE_INFINITY;
      return done;
    };
    return [
      pinnedPost('/tone-heard', { heard: v.picklist(['yes', 'no']) }, async ({ heard }) => ok(this.toneHeard(heard))),
      pinnedPost('/wifi', {}, async () => (network ? network.scan() : none())),
      pinnedPost('/network', { change: NetworkChange }, async ({ change }) => (trial ? changed(await trial.try(change)) : none())),
      pinnedPost('/hotspot', { on: v.boolean() }, async ({ on }) => {
        if (!hotspot) return none();
        hotspot.tell(on ? { is: 'asked', by: 'page' } : { is: 'ended', by: 'page' });
        return changed(ok(undefined));
      }),
      pinnedPost('/logs', {}, async () => {
        tell('logs-read', `at most ${logBytesMax} bytes`);
        return ok(
          logFile === undefined ? 'Nhật ký nằm trong journald của máy · the log is in journald\n' : withoutSecrets(await readTail(logFile)),
        );
      }),
    ];
  }

  /** Not waited for: the page shows what was found last. */
  #askName(): void {
    const { centreHost: host, monoMs } = this.#options;
    if (host === undefined || monoMs() - this.#namesAskedMonoMs < askEveryMs) return;
    this.#namesAskedMonoMs = monoMs();
    const began = monoMs();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(Object.assign(new Error('late'), { code: 'ETIMEOUT' })), nameWithinMs);
    });
    void Promise.race([lookup(host), late])
      .then(
        () => ({ host, tookMs: Math.round(monoMs() - began), problem: null }),
        (error: NodeJS.ErrnoException) => ({ host, tookMs: null, problem: error.code ?? 'failed' }),
      )
      .then((names) => {
        clearTimeout(timer);
        this.#names = names;
      });
  }
}

function datesOf(pem: string | undefined): Readings['certificate'] {
  if (pem === undefined) return undefined;
  try {
    const { validFrom, validTo } = new X509Certificate(pem);
    return { fromMs: Date.parse(validFrom), untilMs: Date.parse(validTo) };
  } catch {
    return undefined;
  }
}
