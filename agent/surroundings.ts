// Builds what stands around a box for its page: network door, trial, hotspot, names. The same for a box and for one that is nobody yet.
import { join } from 'node:path';
import type { Network } from '../hardware/network.ts';
import { makeNetwork } from '../hardware/open-network.ts';
import type { Problem } from '../schemas/problems.ts';
import type { AgentConfig } from './config.ts';
import type { EarlyRow } from './early-rows.ts';
import { HotspotDoor } from './hotspot.ts';
import { readHotspotKey } from './hotspot-key.ts';
import { LocalName } from './local-name.ts';
import { NetworkTrial } from './network-trial.ts';
import { Site } from './page/site.ts';
import type { Page } from './page.ts';

export interface SurroundingsOptions {
  readonly dataDir: string;
  readonly config: AgentConfig;
  readonly dev: string | undefined;
  readonly centreHost: string | undefined;
  readonly certificatePem: string | undefined;
  readonly now: () => { readonly wallMs: number; readonly monoMs: number };
  readonly reachedSince: (monoMs: number) => boolean;
  readonly tell: (row: EarlyRow) => void;
  readonly page: () => Page | undefined;
  readonly warn: (event: string, problem: Problem) => void;
}

export interface Surroundings {
  readonly site: Site;
  readonly hotspot: HotspotDoor | undefined;
  /** Once the page listens. */
  start(port: number): void;
  stop(): Promise<void>;
}

export async function makeSurroundings(options: SurroundingsOptions): Promise<Surroundings> {
  const { dataDir, config, dev, now, tell, warn } = options;
  const network = await makeNetwork(config.network);
  const monoMs = () => now().monoMs;
  const row = (act: EarlyRow['act'], detail: string) => tell({ act, detail });
  const trial = network && new NetworkTrial({ network, monoMs, reachedSince: options.reachedSince, tell: row });
  const hotspot = network && config.hotspot && (await makeHotspot(options, network, row));
  const name = new LocalName(config.page.name ?? `loa-${dev ?? 'moi'}`, warn);
  const { file } = config.log;
  const site = new Site({
    network,
    trial,
    hotspot,
    centreHost: options.centreHost,
    certificatePem: options.certificatePem,
    usb: config.page.usb,
    localName: () => name.known,
    logFile: file === undefined ? undefined : file.startsWith('/') ? file : join(dataDir, file),
    nowMs: () => now().wallMs,
    monoMs,
    tell: row,
  });
  return {
    site,
    hotspot,
    start: (port) => {
      void network?.start().then((begun) => begun.ok || warn('networkNotRead', begun.problem));
      // Only a page that others can reach has a name for them.
      if (config.page.host !== '127.0.0.1') void name.start(port);
    },
    stop: async () => {
      trial?.stop();
      await Promise.all([hotspot?.stop(), name.stop()]);
    },
  };
}

async function makeHotspot(
  { dataDir, config, now, page, warn }: SurroundingsOptions,
  network: Network,
  tell: (act: 'hotspot-on' | 'hotspot-off', detail: string) => void,
): Promise<HotspotDoor | undefined> {
  if (!config.hotspot) return undefined;
  const { ssid, passphrase, address, port } = config.hotspot;
  const key = await readHotspotKey(dataDir, { ...(ssid !== undefined && { ssid }), ...(passphrase !== undefined && { passphrase }) });
  const listen = async (at: string) => {
    try {
      await page()?.join(at, port);
      return true;
    } catch (error) {
      warn('hotspotPage', { code: 'device-busy', path: '', detail: (error as Error).message });
      return false;
    }
  };
  return new HotspotDoor({
    network,
    hotspot: { ...key, address },
    monoMs: () => now().monoMs,
    tell,
    listen,
    unlisten: async () => page()?.leave(),
  });
}
