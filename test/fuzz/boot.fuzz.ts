// What lies on a card that any laptop can write: the claim and the box's configuration are refused or read as written, and the words that
// the box leaves there for a technician never hold the claim's secrets.
import { BootFiles, statusText } from '../../agent/boot-files.ts';
import { AgentConfig, audioInSettings, audioOutSettings, boardSettings, hardwareOf } from '../../agent/config.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bent } from './bent-json.ts';
import { holds, judged, modeOf, same, textOf } from './judged.ts';

const boot = new BootFiles('/nonexistent', '/nonexistent');
const token = 'M4-BI-MAT-CUA-THE';
const pin = '482913';
const key = 'khoa-wifi-cua-loa';
const goodClaim = {
  dev: 'loa-1',
  centreUrl: 'https://trung-tam.example:8443',
  brokerUrl: 'mqtts://trung-tam.example:8883',
  ca: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  trustRoot: { demo: false, threshold: 1, keys: [{ keyid: 'k', alg: 'ed25519', publicKey: `${'A'.repeat(43)}=` }] },
  token,
  expMs: 1_795_366_800_000,
  pin,
  hotspot: { name: 'Loa 1', key },
};
const goodConfig = {
  page: { host: '0.0.0.0', port: 80, usb: ['usb0'], name: 'loa-1' },
  network: { kind: 'nmcli' },
  audioOut: { kind: 'alsa', device: 'hw:CARD=Device,DEV=0', leadMs: 200 },
  audioIn: { mic: { kind: 'alsa', device: 'hw:CARD=Device', squelchDb: -50 } },
  board: {
    kind: 'gpio-chardev',
    relays: { main: { relay1: 5, relay2: 6 } },
    beacon: { pin: 13 },
    inputs: { button: { pin: 17, pull: 'up' } },
  },
  display: { kind: 'simulated' },
  screenPower: [{ kind: 'cec' }, { kind: 'ddcutil', bus: 1 }],
  lamp: { kind: 'led', name: 'ACT' },
  outputs: [{ id: 'main', kind: 'loudspeaker' }],
  log: { level: 'info' },
};

export function fuzz(data: Buffer): void {
  judged(() => {
    const [mode, rest] = modeOf(data, 4);
    if (mode === 0) claim(textOf(rest));
    else if (mode === 1) claim(JSON.stringify(bent(goodClaim, rest)) ?? '');
    else if (mode === 2) config(textOf(rest));
    else config(JSON.stringify(bent(goodConfig, rest)) ?? '');
  });
}

function claim(text: string): void {
  const read = boot.readClaim(text);
  if (read.ok) {
    const again = boot.readClaim(JSON.stringify(read.value));
    holds(again.ok, 'a claim that was read is refused when it is written again');
    same(again.value, read.value, 'a claim means something else when it is written again');
    return;
  }
  const told = statusText({ is: 'claim-wrong', problem: read.problem });
  for (const secret of [token, pin, key])
    if (!JSON.stringify(read.problem.path).includes(secret)) holds(!told.includes(secret), 'the words on the card hold a secret');
  holds(told.length < 4_000 && /^\ufeff/.test(told), 'the words on the card are not for Notepad');
}

function config(text: string): void {
  const read = parseJson(AgentConfig, text);
  if (!read.ok) return;
  const again = parseJson(AgentConfig, JSON.stringify(read.value));
  holds(again.ok, `a configuration that was read is refused when it is written again: ${again.ok ? '' : again.problem.detail}`);
  same(again.value, read.value, 'a configuration means something else when it is written again');
  audioOutSettings(read.value);
  for (const line of Object.keys(read.value.audioIn)) audioInSettings(read.value, line);
  boardSettings(read.value, 'main');
  hardwareOf(read.value);
}
