// What nmcli is told and what it answers in its terse form (`nmcli(1)`, options -t and -e). Pure.
import type { DeviceKind, Hotspot, NetworkChange, NetworkDevice, WifiSeen } from '../network.ts';

/** Names of our own profiles; all others are somebody's and stay. */
export const ownProfile = /^loa-(wifi|mobile|cable)-[12]$/;
export const hotspotProfile = 'loa-hotspot';
const linesMax = 512;
const wifisMax = 32;

/** Fields of one terse line: colons within a value are written `\:`, backslashes `\\`. */
export function splitTerse(line: string): string[] {
  const fields: string[] = [];
  let field = '';
  for (let i = 0; i < line.length; i += 1) {
    if (line[i] === ':') {
      fields.push(field);
      field = '';
    } else {
      if (line[i] === '\\' && i + 1 < line.length) i += 1;
      field += line[i];
    }
  }
  return [...fields, field];
}

export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .slice(0, linesMax);
}

/** `nmcli -t -f DEVICE,TYPE,STATE,CONNECTION device status` */
export function readDevices(text: string): Pick<NetworkDevice, 'name' | 'kind' | 'state' | 'profile'>[] {
  return linesOf(text).flatMap((line) => {
    const [name = '', type = '', state = '', profile = ''] = splitTerse(line);
    if (name === '' || name === 'lo' || type === 'wifi-p2p') return [];
    return [{ name, kind: kindOf(name, type), state: stateOf(state), profile: profile === '' || profile === '--' ? null : profile }];
  });
}

function kindOf(name: string, type: string): DeviceKind {
  if (type === 'wifi') return 'wifi';
  if (type === 'gsm') return 'mobile';
  if (type === 'ethernet') return /^usb\d/.test(name) ? 'usb' : 'ethernet';
  return 'other';
}

function stateOf(text: string): NetworkDevice['state'] {
  if (text.startsWith('connected')) return 'connected';
  if (text.startsWith('connecting') || text === 'deactivating') return 'connecting';
  if (text === 'unmanaged') return 'unmanaged';
  return text === 'disconnected' ? 'disconnected' : 'unavailable';
}

/** `nmcli -t -f IP4.ADDRESS,IP4.GATEWAY,IP4.DNS device show NAME`: one `IP4.ADDRESS[1]:…` a line. */
export function readAddresses(text: string): Pick<NetworkDevice, 'addresses' | 'gateway' | 'dns'> {
  const named = linesOf(text).map((line) => splitTerse(line));
  const of = (name: string) => named.flatMap(([key = '', value = '']) => (key.startsWith(name) && value !== '' ? [value] : []));
  return { addresses: of('IP4.ADDRESS'), gateway: of('IP4.GATEWAY')[0] ?? null, dns: of('IP4.DNS') };
}

/** `nmcli -t -f IN-USE,SSID,SIGNAL,SECURITY device wifi list`: many access points may carry one name. */
export function readWifis(text: string): WifiSeen[] {
  const byName = new Map<string, WifiSeen>();
  for (const line of linesOf(text)) {
    const [used = '', ssid = '', signal = '', security = ''] = splitTerse(line);
    if (ssid === '') continue; // hidden
    const before = byName.get(ssid);
    const joined = used === '*' || before?.joined === true;
    const signalPercent = Math.max(before?.signalPercent ?? 0, Math.min(100, Number.parseInt(signal, 10) || 0));
    byName.set(ssid, { ssid, signalPercent, security: securityOf(security), joined });
  }
  return [...byName.values()].sort((a, b) => b.signalPercent - a.signalPercent).slice(0, wifisMax);
}

function securityOf(text: string): WifiSeen['security'] {
  if (text === '' || text === '--') return 'open';
  return /WPA[12]|WPA3/.test(text) && !text.includes('802.1X') ? 'passphrase' : 'other';
}

/** `nmcli -t -f NAME connection show` */
export function readProfiles(text: string): string[] {
  return linesOf(text).map((line) => splitTerse(line)[0] ?? '');
}

/** Words that make a profile which never comes up by itself: the next start of the machine takes the change back. */
export function profileWords(change: NetworkChange, profile: string, device: string): string[] {
  const head = ['connection', 'add', 'con-name', profile, 'ifname', device, 'autoconnect', 'no', 'save', 'yes'];
  switch (change.kind) {
    case 'wifi':
      return [...head, 'type', 'wifi', 'ssid', change.ssid, ...(change.passphrase ? ['wifi-sec.key-mgmt', 'wpa-psk'] : [])];
    case 'mobile':
      return [...head, 'type', 'gsm', 'apn', change.apn, ...(change.user === undefined ? [] : ['user', change.user])];
    case 'cable':
      return [...head, 'type', 'ethernet', ...addressWords(change)];
    default:
      return change satisfies never;
  }
}

function addressWords({ fixed }: NetworkChange & { kind: 'cable' }): string[] {
  if (!fixed) return ['ipv4.method', 'auto'];
  const { address, prefix, gateway, dns } = fixed;
  const places = ['ipv4.addresses', `${address}/${prefix}`, 'ipv4.gateway', gateway, 'ipv4.dns', dns.join(',')];
  return ['ipv4.method', 'manual', ...places];
}

/** Phones get addresses and the name server of the box (`shared`); WPA2 with CCMP alone. */
export function hotspotWords({ ssid, address }: Hotspot, device: string): string[] {
  const head = ['connection', 'add', 'con-name', hotspotProfile, 'ifname', device, 'autoconnect', 'no', 'save', 'no', 'type', 'wifi'];
  const radio = ['ssid', ssid, 'mode', 'ap', 'wifi.band', 'bg'];
  const secret = ['wifi-sec.key-mgmt', 'wpa-psk', 'wifi-sec.proto', 'rsn', 'wifi-sec.pairwise', 'ccmp', 'wifi-sec.group', 'ccmp'];
  return [...head, ...radio, ...secret, 'ipv4.method', 'shared', 'ipv4.addresses', `${address}/24`, 'ipv6.method', 'disabled'];
}

/** Secrets go through standard input, where no list of processes shows them. */
export function secretLines(property: 'wifi-sec.psk' | 'gsm.password', secret: string, stored: boolean): string {
  return `set ${property} ${secret}\nsave ${stored ? 'persistent' : 'temporary'}\nyes\nquit\n`;
}
