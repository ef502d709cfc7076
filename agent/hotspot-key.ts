// The name and key of the box's own Wi-Fi: from the configuration, from the claim as on the centre's label, or made once.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { readIfPresent, writeFileAtomic } from '../hardware/host/files.ts';
import { Passphrase, Ssid } from '../hardware/network.ts';
import { parseJson } from '../schemas/parse.ts';
import { identityFile } from './identity.ts';

const HotspotKey = v.strictObject({ ssid: Ssid, passphrase: Passphrase });
export type HotspotKey = v.InferOutput<typeof HotspotKey>;

/** Signs that nobody mistakes for one another on a label in the rain: 31^12 is 59 bits. */
const signs = '23456789abcdefghjkmnpqrstuvwxyz';
const keySigns = 12;
const nameSigns = 4;

/** As a claim brings it (agent/identity.ts). */
const Claimed = v.object({ name: Ssid, key: Passphrase });

/** A box uses what its centre printed with the claim; before there is one, what it made itself and keeps in DATA/hotspot.json. */
export async function readHotspotKey(dataDir: string, given: Partial<HotspotKey> = {}): Promise<HotspotKey> {
  const file = join(dataDir, 'hotspot.json');
  const { ssid, passphrase } = given;
  if (ssid !== undefined && passphrase !== undefined) return { ssid, passphrase };
  const claimed = parseJson(Claimed, (await readIfPresent(identityFile(dataDir, 'hotspot.json')))?.toString('utf8') ?? '');
  if (claimed.ok) return { ssid: ssid ?? claimed.value.name, passphrase: passphrase ?? claimed.value.key };
  const kept = parseJson(HotspotKey, (await readIfPresent(file))?.toString('utf8') ?? '');
  const key = kept.ok ? kept.value : { ssid: `Loa-${random(nameSigns)}`, passphrase: random(keySigns) };
  if (!kept.ok) await writeFileAtomic(file, `${JSON.stringify(key)}\n`, 0o600);
  return { ...key, ...(ssid !== undefined && { ssid }), ...(passphrase !== undefined && { passphrase }) };
}

/** What a phone's camera joins by (the `WIFI:` form of ZXing, which Android and iOS read). */
export function wifiCode({ ssid, passphrase }: HotspotKey): string {
  const plain = (text: string) => text.replace(/[\\;,":]/g, (sign) => `\\${sign}`);
  return `WIFI:T:WPA;S:${plain(ssid)};P:${plain(passphrase)};;`;
}

function random(count: number): string {
  return Array.from({ length: count }, () => signs[randomInt(signs.length)]).join('');
}
