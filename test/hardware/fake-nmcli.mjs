#!/usr/bin/env node
// Stands where nmcli stands: the same words, the same terse answers and errors, over a state kept in the file NMCLI_STATE names.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const file = process.env['NMCLI_STATE'] ?? '';
const state = existsSync(file)
  ? JSON.parse(readFileSync(file, 'utf8'))
  : {
      profiles: { 'Wired connection 1': { type: '802-3-ethernet', ifname: 'eth0', autoconnect: 'yes' } },
      up: { eth0: 'Wired connection 1' },
      said: [],
    };
const devices = { eth0: 'ethernet', wlan0: 'wifi', 'cdc-wdm0': 'gsm', 'p2p-dev-wlan0': 'wifi-p2p', lo: 'loopback' };
const air = [
  { ssid: 'UBND xã', signal: 78, security: 'WPA2', psk: 'mat-khau-thu' },
  { ssid: 'UBND xã', signal: 41, security: 'WPA2', psk: 'mat-khau-thu' },
  { ssid: 'Nhà văn hóa thôn', signal: 52, security: '' },
  { ssid: 'a:b\\c', signal: 30, security: 'WPA2 802.1X' },
  { ssid: '', signal: 90, security: 'WPA2' },
];

function save() {
  if (file) writeFileSync(file, JSON.stringify(state));
}
function leave(code, words) {
  save();
  process.stderr.write(`Error: ${words}\n`);
  process.exit(code);
}
const escaped = (text) => text.replaceAll('\\', '\\\\').replaceAll(':', '\\:');
const print = (...fields) => process.stdout.write(`${fields.map((one) => escaped(String(one))).join(':')}\n`);

const words = process.argv.slice(2);
state.said.push(words.join(' '));
const args = [];
for (let i = 0; i < words.length; i += 1) {
  if (words[i] === '-t') continue;
  if (words[i] === '-f' || words[i] === '--wait') i += 1;
  else args.push(words[i]);
}
const after = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const [object, verb, third] = args;

function bringUp(name) {
  const profile = state.profiles[name];
  if (!profile) leave(10, `unknown connection '${name}'.`);
  const device = profile.ifname;
  if (profile.type === '802-11-wireless' && profile.mode !== 'ap') {
    const heard = air.find(({ ssid }) => ssid === profile.ssid);
    if (!heard) leave(4, `Connection activation failed: The Wi-Fi network could not be found`);
    if ((heard.psk ?? '') !== (profile.psk ?? '')) leave(4, 'Connection activation failed: Secrets were required, but not provided');
  }
  if (profile.type === 'gsm' && profile.apn === 'no-such-apn') leave(4, 'Connection activation failed: The GSM modem has no APN');
  state.up[device] = name;
  process.stdout.write(`Connection successfully activated (D-Bus active path: /org/freedesktop/NetworkManager/ActiveConnection/7)\n`);
}

if (object === 'device' && verb === 'status') {
  for (const [name, type] of Object.entries(devices)) {
    const profile = state.up[name];
    print(name, type, type === 'loopback' ? 'unmanaged' : profile ? 'connected' : 'disconnected', profile ?? '');
  }
} else if (object === 'device' && verb === 'show') {
  const profile = state.profiles[state.up[third]] ?? {};
  print('IP4.ADDRESS[1]', profile['ipv4.addresses'] ?? '192.168.1.20/24');
  print('IP4.GATEWAY', profile['ipv4.gateway'] ?? '192.168.1.1');
  for (const [i, one] of (profile['ipv4.dns'] ?? '192.168.1.1').split(',').entries()) print(`IP4.DNS[${i + 1}]`, one);
} else if (object === 'device' && verb === 'wifi') {
  for (const { ssid, signal, security } of air)
    print(state.profiles[state.up['wlan0']]?.ssid === ssid && ssid ? '*' : ' ', ssid, signal, security);
} else if (object === 'connection' && verb === 'show') {
  for (const [name, { autoconnect }] of Object.entries(state.profiles)) print(name, autoconnect);
} else if (object === 'connection' && verb === 'add') {
  const type = { wifi: '802-11-wireless', gsm: 'gsm', ethernet: '802-3-ethernet' }[after('type')];
  if (!type) leave(2, `invalid connection type`);
  const known = ['ssid', 'mode', 'apn', 'user', 'ifname', 'autoconnect', 'ipv4.method', 'ipv4.addresses', 'ipv4.gateway', 'ipv4.dns'];
  const given = Object.fromEntries(known.flatMap((name) => (after(name) === undefined ? [] : [[name, after(name)]])));
  state.profiles[after('con-name')] = { type, ...given };
  process.stdout.write(`Connection '${after('con-name')}' (0f6c2b2e-0f0e-4a39-9b9d-2f2f6f9f1b11) successfully added.\n`);
} else if (object === 'connection' && verb === 'edit') {
  const profile = state.profiles[third];
  if (!profile) leave(10, `Unknown connection '${third}'.`);
  for (const line of readFileSync(0, 'utf8').split('\n')) {
    const [, property, value] = /^set (\S+) (.*)$/.exec(line) ?? [];
    if (property === 'wifi-sec.psk') profile.psk = value;
    if (property === 'gsm.password') profile.password = value;
  }
  process.stdout.write(`===| nmcli interactive connection editor |===\n`);
} else if (object === 'connection' && verb === 'modify') {
  if (!state.profiles[third]) leave(10, `unknown connection '${third}'.`);
  if (after('connection.autoconnect')) state.profiles[third].autoconnect = after('connection.autoconnect');
} else if (object === 'connection' && verb === 'delete') {
  if (!state.profiles[third]) leave(10, `unknown connection '${third}'.\nError: cannot delete unknown connection(s): '${third}'.`);
  for (const [device, name] of Object.entries(state.up)) if (name === third) delete state.up[device];
  delete state.profiles[third];
} else if (object === 'connection' && verb === 'up') bringUp(third);
else leave(2, `argument '${verb}' not understood. Try passing --help instead.`);
save();
