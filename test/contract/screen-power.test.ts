// Every means of switching a screen does what the door promises; programs are stand-ins that keep what was said to them.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { CecPower } from '../../hardware/screen-power/cec-power.ts';
import { DdcPower } from '../../hardware/screen-power/ddc-power.ts';
import { RelayPower } from '../../hardware/screen-power/relay-power.ts';
import { SimulatedPower } from '../../hardware/screen-power/simulated-power.ts';
import { runScreenTool } from '../../hardware/screen-power/tool.ts';
import { WlrPower } from '../../hardware/screen-power/wlr-power.ts';
import type { ScreenPower } from '../../hardware/screen-power.ts';

const folder = mkdtempSync(join(tmpdir(), 'loa-screen-'));
const programs = join(folder, 'bin');
const state = join(folder, 'state');
const words = join(folder, 'words');
const devices = join(folder, 'dev');
const path = process.env['PATH'];
mkdirSync(programs);
mkdirSync(devices);
for (const name of ['cec0', 'cec1', 'cecnot']) writeFileSync(join(devices, name), '');

/** A stand-in keeps its words, then does as the real program does with the state of a screen. */
function standIn(name: string, script: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\nprintf '%s\\n' "${name} $*" >> '${words}'\nSTATE='${state}'\n${script}\n`);
  chmodSync(join(programs, name), 0o755);
}

standIn(
  'cec-ctl',
  `case "$*" in
*cec1*) echo '	Physical Address           : f.f.f.f'; case "$*" in *--playback*) exit 0;; *) exit 1;; esac;;
*--playback*) echo '	Physical Address           : 1.0.0.0';;
*--image-view-on*) echo on > "$STATE"; echo '	Tx, Ok';;
*--standby*) echo standby > "$STATE"; echo '	Tx, Ok';;
*--give-device-power-status*) printf 'Received from TV (0):\\nREPORT_POWER_STATUS (0x90):\\n\\tpwr-state: %s (0x00)\\n' "$(cat "$STATE")";;
esac`,
);
standIn(
  'wlr-randr',
  `case "$*" in
*--on) echo on > "$STATE";;
*--off) echo standby > "$STATE";;
--json) [ "$(cat "$STATE")" = on ] && E=true || E=false; echo "[{\\"name\\":\\"HDMI-A-1\\",\\"enabled\\":$E}]";;
esac`,
);
standIn(
  'ddcutil',
  `case "$*" in
*'setvcp d6 1') echo on > "$STATE";;
*'setvcp d6 4') echo standby > "$STATE";;
*'getvcp d6') [ "$(cat "$STATE")" = on ] && echo 'VCP D6 SNC x01' || echo 'VCP D6 SNC x04';;
esac`,
);

process.env['PATH'] = `${programs}${delimiter}${path}`;
afterAll(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  writeFileSync(words, '');
  writeFileSync(state, 'on\n');
});

const said = () => readFileSync(words, 'utf8').trim().split('\n');
const lit = () => readFileSync(state, 'utf8').trim() === 'on';

interface Kind {
  readonly make: () => ScreenPower;
  readonly confirms: boolean;
  readonly isLit: () => boolean;
}

let simulated = new SimulatedPower();
const relay = { active: false };
const line = {
  set: (_place: number, active: boolean) => {
    relay.active = active;
  },
  close: () => {
    relay.active = false;
  },
};
const kinds: Readonly<Record<string, Kind>> = {
  simulated: { make: () => (simulated = new SimulatedPower()), confirms: true, isLit: () => simulated.lit },
  cec: { make: () => new CecPower({ folder: devices }), confirms: true, isLit: lit },
  'wlr-randr': { make: () => new WlrPower({ output: 'HDMI-A-1' }), confirms: true, isLit: lit },
  ddcutil: { make: () => new DdcPower({ bus: 3 }), confirms: true, isLit: lit },
  relay: {
    make: () => new RelayPower({ pin: 5, activeLow: false, openLine: async () => line }),
    confirms: false,
    isLit: () => !relay.active,
  },
};

describe.each(Object.entries(kinds))('%s', (_name, { make, confirms, isLit }) => {
  test('is there, goes off and on, says the same again without harm, and tells sent from confirmed', async () => {
    const power = make();
    expect(await power.probe()).toEqual({ ok: true, value: undefined });
    expect(isLit()).toBe(true);
    for (const on of [false, false, true, true]) {
      expect(await power.switch(on)).toEqual({ sent: true, confirmed: confirms });
      expect(isLit()).toBe(on);
    }
    await power.stop();
    expect(isLit()).toBe(true);
  });
});

describe('what the programs are told', () => {
  test('cec-ctl speaks on every socket with a link and asks the screen', async () => {
    await new CecPower({ folder: devices }).switch(false);
    const cec0 = join(devices, 'cec0');
    expect(said().filter((one) => one.includes('cec0'))).toEqual([
      `cec-ctl -d ${cec0} --playback`,
      `cec-ctl -d ${cec0} -s --to 0 --standby`,
      `cec-ctl -d ${cec0} -s --to 0 --give-device-power-status`,
    ]);
    expect(said().filter((one) => one.includes('cec1'))).toEqual([`cec-ctl -d ${join(devices, 'cec1')} --playback`]);
  });

  test('ddcutil and wlr-randr get fixed words', async () => {
    await new DdcPower({ bus: 3 }).switch(false);
    await new WlrPower({ output: 'HDMI-A-1' }).switch(true);
    expect(said()).toEqual([
      'ddcutil --bus 3 --noverify setvcp d6 4',
      'ddcutil --bus 3 --terse getvcp d6',
      'wlr-randr --output HDMI-A-1 --on',
      'wlr-randr --json',
    ]);
  });
});

describe('what is not there', () => {
  test('no socket, no link, no output, no answer: a problem that says so', async () => {
    expect(await new CecPower({ folder: join(folder, 'none') }).probe()).toMatchObject({
      problem: { detail: expect.stringContaining('no CEC socket') },
    });
    expect(await new CecPower({ device: join(devices, 'cec1') }).switch(true)).toMatchObject({ problem: { code: 'device-failed' } });
    expect(await new WlrPower({ output: 'DP-9' }).probe()).toMatchObject({ problem: { code: 'device-failed' } });
    const mute = new DdcPower({ bus: 3, run: async (_program, asked) => ({ ok: true, value: asked.includes('setvcp') ? '' : 'no' }) });
    expect(await mute.probe()).toMatchObject({ problem: { code: 'device-failed' } });
    expect(await mute.switch(false)).toEqual({ sent: true, confirmed: false });
  });

  test('a program that is missing or hangs is named and ended', async () => {
    expect(await runScreenTool('loa-no-such-program', [])).toMatchObject({ problem: { code: 'tool-missing' } });
    standIn('hanging', 'exec sleep 60');
    expect(await runScreenTool('hanging', [], 200)).toMatchObject({ problem: { code: 'tool-timeout' } });
  });
});
