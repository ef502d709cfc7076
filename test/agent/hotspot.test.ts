// The box's own Wi-Fi, changes of its network on trial, its key, and logs without secrets.
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type HotspotEvent, type HotspotState, hotspotClosed, hotspotOpenMs, hotspotTurn } from '../../agent/core/hotspot.ts';
import { HotspotDoor } from '../../agent/hotspot.ts';
import { readHotspotKey, wifiCode } from '../../agent/hotspot-key.ts';
import { identityFile } from '../../agent/identity.ts';
import { NetworkTrial, networkTrialMs } from '../../agent/network-trial.ts';
import { readTail, withoutSecrets } from '../../agent/page/logs.ts';
import { SimulatedNetwork } from '../../hardware/network/simulated-network.ts';
import { until } from '../wire/waiting.ts';

const folder = await mkdtemp(join(tmpdir(), 'loa-hotspot-'));
afterAll(() => rm(folder, { recursive: true }));

describe('the rule of the hotspot', () => {
  function told(events: readonly (readonly [atMs: number, event: HotspotEvent])[]) {
    let state: HotspotState = hotspotClosed;
    return events.map(([atMs, event]) => {
      const turn = hotspotTurn(state, event, atMs);
      state = turn.state;
      return [turn.do, turn.row && `${turn.row.act} ${turn.row.detail}`];
    });
  }

  test('a press opens it for a quarter of an hour, then it is gone', () => {
    expect(hotspotOpenMs).toBe(15 * 60_000);
    expect(
      told([
        [0, { is: 'asked', by: 'button' }],
        [hotspotOpenMs - 1, { is: 'timePassed' }],
        [hotspotOpenMs, { is: 'timePassed' }],
        [hotspotOpenMs + 1, { is: 'timePassed' }],
      ]),
    ).toEqual([
      ['open', 'hotspot-on button'],
      [null, null],
      ['close', 'hotspot-off time'],
      [null, null],
    ]);
  });

  test('a second press gives the time anew without disturbing who is joined; the page closes it at once', () => {
    expect(
      told([
        [0, { is: 'asked', by: 'first-boot' }],
        [600_000, { is: 'asked', by: 'button' }],
        [hotspotOpenMs, { is: 'timePassed' }],
        [hotspotOpenMs + 1, { is: 'ended', by: 'page' }],
        [hotspotOpenMs + 2, { is: 'ended', by: 'page' }],
      ]),
    ).toEqual([
      ['open', 'hotspot-on first-boot'],
      [null, 'hotspot-on button, longer'],
      [null, null],
      ['close', 'hotspot-off page'],
      [null, null],
    ]);
  });

  test('one that does not come up is closed and said so, once', () => {
    expect(
      told([
        [0, { is: 'asked', by: 'button' }],
        [5, { is: 'failed', detail: 'not-found no wifi' }],
        [6, { is: 'failed', detail: 'again' }],
        [7, { is: 'asked', by: 'button' }],
      ]),
    ).toEqual([
      ['open', 'hotspot-on button'],
      [null, 'hotspot-off failed: not-found no wifi'],
      [null, null],
      ['open', 'hotspot-on button'],
    ]);
  });
});

describe('the hotspot on a machine', () => {
  const hotspot = { ssid: 'Loa-1234', passphrase: 'khoa-cua-hop', address: '10.84.0.1' };

  function door(network = new SimulatedNetwork(), listens = true) {
    const rows: string[] = [];
    const heard: string[] = [];
    const made = new HotspotDoor({
      network,
      hotspot,
      monoMs: () => 1_000,
      tell: (act, detail) => rows.push(`${act} ${detail}`),
      listen: async (address) => {
        heard.push(address);
        return listens;
      },
      unlisten: async () => void heard.push('closed'),
    });
    return { network, rows, heard, made };
  }

  test('opens radio and page together, each step a row, and takes both away when the box stops', async () => {
    const { network, rows, heard, made } = door();
    made.tell({ is: 'asked', by: 'button' });
    await made.settled();
    expect(network.hotspot).toEqual(hotspot);
    expect(made.open).toEqual({ name: 'Loa-1234', address: '10.84.0.1', leftMs: hotspotOpenMs });
    await made.stop();
    expect(network.hotspot).toBeUndefined();
    expect(heard).toEqual(['10.84.0.1', 'closed']);
    expect(rows).toEqual(['hotspot-on button']);
  });

  test('a press brings it back when a Wi-Fi that was joined has taken the radio, and disturbs nobody while it is there', async () => {
    const { network, heard, made } = door();
    made.tell({ is: 'asked', by: 'button' });
    made.tell({ is: 'asked', by: 'button' });
    await made.settled();
    expect(heard).toEqual(['10.84.0.1']);
    await network.try({ kind: 'wifi', ssid: 'UBND xã', passphrase: 'mat-khau-thu' });
    expect(network.hotspot).toBeUndefined();
    made.tell({ is: 'asked', by: 'button' });
    await made.settled();
    expect(network.hotspot).toEqual(hotspot);
    expect(heard).toEqual(['10.84.0.1', '10.84.0.1']);
    await made.stop();
  });

  test('without a page behind it there is no hotspot', async () => {
    const { network, rows, made } = door(new SimulatedNetwork(), false);
    made.tell({ is: 'asked', by: 'button' });
    await made.settled();
    expect([network.hotspot, made.open]).toEqual([undefined, null]);
    expect(rows).toEqual(['hotspot-on button', 'hotspot-off failed: the page cannot listen at 10.84.0.1']);
    await made.stop();
  });
});

describe('a change of the network', () => {
  function rig(reached: { since: number | null }) {
    const clock = { monoMs: 5_000 };
    const network = new SimulatedNetwork();
    const rows: string[] = [];
    const trial = new NetworkTrial({
      network,
      monoMs: () => clock.monoMs,
      reachedSince: (monoMs) => reached.since !== null && reached.since > monoMs,
      tell: (act, detail) => rows.push(`${act} ${detail}`),
    });
    const profile = async (name: string) => {
      const devices = await network.devices();
      return devices.ok ? devices.value.find((one) => one.name === name)?.profile : undefined;
    };
    return { clock, network, rows, trial, profile };
  }
  const wifi = { kind: 'wifi', ssid: 'UBND xã', passphrase: 'mat-khau-thu' } as const;

  test('is taken back when the centre is not reached within ten minutes', async () => {
    expect(networkTrialMs).toBe(600_000);
    const { clock, rows, trial, profile } = rig({ since: null });
    expect((await trial.try(wifi)).ok).toBe(true);
    expect(await profile('wlan0')).toBe('loa-wifi-1');
    clock.monoMs += networkTrialMs - 1;
    expect(trial.pending).toEqual({ kind: 'wifi', leftMs: 1 });
    clock.monoMs += 1;
    await until('the way back', () => (trial.pending === null ? true : undefined));
    expect(await profile('wlan0')).toBeNull();
    expect(rows).toEqual(['network-tried wifi UBND xã on wlan0', 'network-reverted wifi']);
    trial.stop();
  });

  test('stays once the centre was reached through it; what was reached before does not count', async () => {
    const reached: { since: number | null } = { since: 4_000 };
    const { rows, trial, profile } = rig(reached);
    await trial.try(wifi);
    expect(await trial.try(wifi)).toMatchObject({ problem: { code: 'conflict' } });
    expect(trial.pending).not.toBeNull();
    reached.since = 6_000;
    await until('the change to be kept', () => (trial.pending === null ? true : undefined));
    expect(await profile('wlan0')).toBe('loa-wifi-1');
    expect(rows).toEqual(['network-tried wifi UBND xã on wlan0', 'network-kept wifi']);
    trial.stop();
  });

  test('one that does not come up is told with its reason and without its secret', async () => {
    const { rows, trial } = rig({ since: null });
    expect(await trial.try({ ...wifi, passphrase: 'mat-khau-sai' })).toMatchObject({ problem: { code: 'device-failed' } });
    expect(rows).toEqual(['network-reverted wifi UBND xã: device-failed']);
    expect(trial.pending).toBeNull();
  });
});

describe('name and key of the hotspot', () => {
  test('are made once, kept for this user alone, and differ from box to box', async () => {
    const first = await readHotspotKey(join(folder, 'a'));
    expect(await readHotspotKey(join(folder, 'a'))).toEqual(first);
    expect(first.passphrase).toMatch(/^[2-9a-z]{12}$/);
    expect((await stat(join(folder, 'a', 'hotspot.json'))).mode & 0o077).toBe(0);
    expect((await readHotspotKey(join(folder, 'b'))).passphrase).not.toBe(first.passphrase);
    const named = await readHotspotKey(join(folder, 'a'), { ssid: 'Loa cột 7' });
    expect(named).toEqual({ ssid: 'Loa cột 7', passphrase: first.passphrase });
  });

  test('are those of the claim, as on the label that the centre prints, once the box has one', async () => {
    const dir = join(folder, 'claimed');
    const own = await readHotspotKey(dir);
    const hotspot = { name: 'Loa-cum-1', key: 'khoacuanhan1' };
    await mkdir(join(dir, 'identity'));
    await writeFile(identityFile(dir, 'hotspot.json'), JSON.stringify(hotspot));
    expect(await readHotspotKey(dir)).toEqual({ ssid: hotspot.name, passphrase: hotspot.key });
    expect(await readHotspotKey(dir, { ssid: 'Loa cột 7' })).toEqual({ ssid: 'Loa cột 7', passphrase: hotspot.key });
    await writeFile(identityFile(dir, 'hotspot.json'), '\0\0');
    expect(await readHotspotKey(dir)).toEqual(own);
  });

  test('stand in the code that phones read, with their own signs taken care of', () => {
    expect(wifiCode({ ssid: 'Loa;1', passphrase: 'a:b"c\\d,e;f' })).toBe('WIFI:T:WPA;S:Loa\\;1;P:a\\:b\\"c\\\\d\\,e\\;f;;');
  });
});

describe('logs to take away', () => {
  test('are the last whole lines under a limit', async () => {
    const path = join(folder, 'box.log');
    await writeFile(path, Array.from({ length: 1_000 }, (_, n) => `{"line":${n}}`).join('\n'));
    const tail = await readTail(path, 100);
    expect(tail.length).toBeLessThanOrEqual(100);
    expect(tail.startsWith('{"line":')).toBe(true);
    expect(tail.endsWith('{"line":999}')).toBe(true);
    expect(await readTail(join(folder, 'none'))).toBe('');
    expect(await readTail(path)).toBe(await readFile(path, 'utf8'));
  });

  test.each([
    '{"event":"x","pin":"135790"}',
    '{"a":{"passphrase":"135790 with \\" more"}}',
    '{"claim":"135790","privateKeyPem":"135790"}',
    'psk=135790 and more',
    'password: 135790',
    'mqtts://box:135790@host:8883',
    'https://centre.example/claim#d=loa-1&t=135790',
    '-----BEGIN PRIVATE KEY-----\n135790\n-----END PRIVATE KEY-----',
    '-----BEGIN EC PRIVATE KEY-----\n135790 and cut off',
    'scrypt:135790AAAA:BBBB135790==',
  ])('hold no secret: %s', (line) => {
    const shown = withoutSecrets(line);
    expect(shown).not.toContain('135790');
    expect(shown).toContain('[secret]');
  });

  test('and are otherwise as they were', () => {
    const line = '{"level":40,"event":"linkProblem","problem":{"code":"offline","detail":"ECONNREFUSED 10.0.0.1:8883"},"keyid":"abc"}';
    expect(withoutSecrets(line)).toBe(line);
  });
});
