// What a modem's lines mean (3GPP TS 27.007, TS 27.005): pure, and nothing a bad line can say is believed.

export type SimState = 'ready' | 'missing' | 'pin' | 'puk' | 'failed' | 'unknown';
export type Registration = 'home' | 'roaming' | 'searching' | 'denied' | 'none' | 'unknown';

/** `rsrp` of LTE, `rscp` of 3G, `rssi` of 2G or of an older modem: dBm of different things. */
export interface Signal {
  readonly dbm: number;
  readonly of: 'rsrp' | 'rscp' | 'rssi';
}

/** How a command ended: TS 27.007 §4.1 and §9, TS 27.005 §3.2.5. Undefined for a line that ends nothing. */
export function endOf(line: string): { readonly ok: true } | { readonly ok: false; readonly code: number | null } | undefined {
  if (line === 'OK') return { ok: true };
  if (line === 'ERROR' || line === 'NO CARRIER' || line === 'ABORTED') return { ok: false, code: null };
  const failed = /^\+CM[ES] ERROR: ?(\d{1,4})$/.exec(line);
  if (failed) return { ok: false, code: Number(failed[1]) };
  return /^\+CM[ES] ERROR:/.test(line) ? { ok: false, code: null } : undefined;
}

/** Only printable ASCII stays: a bad cable, or a modem that boots, sends anything. */
export function cleaned(line: string): string {
  return line.replace(/[^\x20-\x7e]/g, '').trim();
}

/** `+CPIN: READY` (27.007 §8.3). */
export function simOf(lines: readonly string[]): SimState {
  const said = fieldsOf(lines, '+CPIN')?.[0];
  if (said === 'READY') return 'ready';
  if (said === 'SIM PIN' || said === 'SIM PIN2') return 'pin';
  if (said === 'SIM PUK' || said === 'SIM PUK2') return 'puk';
  return 'unknown';
}

/** The error that `AT+CPIN?` gave (27.007 §9.2.1). */
export function simOfError(code: number | null): SimState {
  if (code === 10) return 'missing';
  if (code === 11 || code === 17) return 'pin';
  if (code === 12 || code === 18) return 'puk';
  return code === 13 || code === 15 ? 'failed' : 'unknown';
}

const registrations: readonly Registration[] = ['none', 'home', 'searching', 'denied', 'unknown', 'roaming'];

/** `+CREG: n,stat[,…]`, also `+CGREG` and `+CEREG` (27.007 §7.2, §10.1.20, §10.1.22); an unsolicited one lacks `n`. */
export function registrationOf(lines: readonly string[], prefix: '+CREG' | '+CGREG' | '+CEREG'): Registration {
  const fields = fieldsOf(lines, prefix);
  const stat = Number(fields?.[fields.length === 1 ? 0 : 1] ?? Number.NaN);
  // 6 and 7 are "for SMS only": a box needs data. 9 and 10 are home and roaming with circuit-switched fallback not preferred.
  if (stat === 9) return 'home';
  return stat === 10 ? 'roaming' : (registrations[stat] ?? 'unknown');
}

/** The better of the two networks a modem may stand in. */
export function betterOf(one: Registration, other: Registration): Registration {
  const rank: readonly Registration[] = ['home', 'roaming', 'searching', 'denied', 'none', 'unknown'];
  return rank.indexOf(one) <= rank.indexOf(other) ? one : other;
}

/** `+CSQ: rssi,ber` (27.007 §8.5): 0…31 are −113…−51 dBm, 99 is unknown. */
export function signalOfCsq(lines: readonly string[]): Signal | null {
  const rssi = whole(fieldsOf(lines, '+CSQ')?.[0], 31);
  return rssi === null ? null : { dbm: -113 + 2 * rssi, of: 'rssi' };
}

/** `+CESQ: rxlev,ber,rscp,ecno,rsrq,rsrp` (27.007 §8.69): the newest network that says anything. */
export function signalOfCesq(lines: readonly string[]): Signal | null {
  const fields = fieldsOf(lines, '+CESQ') ?? [];
  const [rsrp, rscp, rxlev] = [whole(fields[5], 97), whole(fields[2], 96), whole(fields[0], 63)];
  if (rsrp !== null) return { dbm: -141 + rsrp, of: 'rsrp' };
  if (rscp !== null) return { dbm: -121 + rscp, of: 'rscp' };
  return rxlev === null ? null : { dbm: -111 + rxlev, of: 'rssi' };
}

/** `+COPS: mode,format,"name",act` (27.007 §7.3); null while it stands in no network. At most 32 characters. */
export function operatorOf(lines: readonly string[]): string | null {
  const name = fieldsOf(lines, '+COPS')?.[2];
  return name ? name.slice(0, 32) : null;
}

/** `+CMGL: index,stat,[alpha],length` and its PDU on the next line (27.005 §3.4.2); lines that do not belong together are dropped. */
export function storedOf(lines: readonly string[]): { readonly index: number; readonly pdu: string | null }[] {
  return lines.flatMap((line, at) => {
    const index = /^\+CMGL: ?(\d{1,4}),/.exec(line)?.[1];
    if (index === undefined) return [];
    const next = lines[at + 1] ?? '';
    return [{ index: Number(index), pdu: /^[0-9A-Fa-f]{2,700}$/.test(next) ? next : null }];
  });
}

/** The fields behind `PREFIX: ` of the first line that has it; quotes are taken off. */
function fieldsOf(lines: readonly string[], prefix: string): string[] | undefined {
  const line = lines.find((one) => one.startsWith(`${prefix}:`));
  const found = line?.slice(prefix.length + 1).match(/"[^"]*"|[^,"]+|(?<=,)(?=,|$)/g);
  return found?.map((field) => field.trim().replace(/^"|"$/g, '')) ?? undefined;
}

function whole(text: string | undefined, most: number): number | null {
  if (text === undefined || !/^\d{1,3}$/.test(text)) return null;
  const value = Number(text);
  return value <= most ? value : null;
}
