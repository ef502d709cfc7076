// What the kernel and local settings say about cards, read by pure functions and from a fake tree.
import { afterEach, describe, expect, test } from 'vitest';
import { busyFailure, holderOf, pcmFolder, readDeviceName, writeDeviceName } from '../../hardware/alsa/device.ts';
import { loadLibasound } from '../../hardware/alsa/libasound.ts';
import { advanceOf, type PcmState, type PcmStatus, readBoundary, readHwParams, readPcmStatus } from '../../hardware/alsa/proc-status.ts';
import { AplayCount } from '../../hardware/audio-out/aplay-count.ts';
import { findCards, readCards } from '../../hardware/host/sound-cards.ts';
import { makeAudioOut } from '../../hardware/open-audio-out.ts';
import { FakeCard } from './fake-card.ts';

const running = `state: RUNNING
owner_pid   : 129
trigger_time: 4.376840611
tstamp      : 0.000000000
delay       : 9216
avail       : 384
avail_max   : 8640
-----
hw_ptr      : 92928
appl_ptr    : 102144
`;

describe('status of a PCM', () => {
  test('every field is read', () => {
    expect(readPcmStatus(running)).toEqual({
      ok: true,
      value: {
        state: 'RUNNING',
        ownerPid: 129,
        trigger: '4.376840611',
        delayFrames: 9_216,
        availFrames: 384,
        hwPtr: 92_928,
        applPtr: 102_144,
      },
    });
  });

  test('a closed device is told as closed, one just opened by its state alone', () => {
    expect(readPcmStatus('closed\n')).toEqual({ ok: true, value: 'closed' });
    expect(readPcmStatus('state: OPEN\nowner_pid   : 5\n')).toMatchObject({ ok: true, value: { state: 'OPEN', ownerPid: 5 } });
  });

  test('a card that ran past its writer tells a negative delay', () => {
    const past = running.replace('delay       : 9216', 'delay       : -480');
    expect(readPcmStatus(past)).toMatchObject({ ok: true, value: { delayFrames: -480 } });
  });

  test('an underrun and a card pulled out are states', () => {
    for (const state of ['XRUN', 'DISCONNECTED', 'SUSPENDED'])
      expect(readPcmStatus(running.replace('RUNNING', state))).toMatchObject({ ok: true, value: { state } });
  });

  test.each([
    ['nothing', ''],
    ['garbage', '\u0000\u0001 state RUNNING'],
    ['an unknown state', running.replace('RUNNING', 'DANCING')],
    ['half a file', running.slice(0, 60)],
    ['a pointer that is no number', running.replace('92928', '9e4')],
    ['a pointer too long to be one', running.replace('92928', '9'.repeat(30))],
  ])('%s is a named problem', (_, text) => {
    expect(readPcmStatus(text)).toMatchObject({ ok: false, problem: { code: 'device-failed' } });
  });

  test('rate, channels and boundary come from the files beside it', () => {
    expect(readHwParams('access: RW_INTERLEAVED\nchannels: 2\nrate: 44100 (44100/1)\n')).toEqual({ rateHz: 44_100, channels: 2 });
    expect(readHwParams('closed\n')).toBeUndefined();
    expect(readBoundary('silence_size: 0\nboundary: 1610612736\n')).toBe(1_610_612_736);
    expect(readBoundary('closed\n')).toBeUndefined();
  });
});

describe('counting through aplay', () => {
  const status = (state: PcmState, applPtr: number, hwPtr: number, trigger = '1.0'): PcmStatus => {
    const delayFrames = state === 'RUNNING' ? applPtr - hwPtr : 0;
    return { state, ownerPid: 1, trigger, delayFrames, availFrames: 0, hwPtr, applPtr };
  };

  test('a pointer that wraps at its boundary goes on', () => {
    expect(advanceOf(990, 20, 1_000)).toBe(30);
    expect(advanceOf(990, 20, undefined)).toBe(-970);
    const count = new AplayCount(1_000_000);
    count.add(status('RUNNING', 999_000, 990_000));
    expect(count.add(status('RUNNING', 8_000, 999_500))).toBe(1_008_000 - (8_000 - 999_500));
    expect(count.xruns).toBe(0);
  });

  test('an underrun is counted once, however often it is seen, and the count goes on over the new pointers', () => {
    const count = new AplayCount(undefined);
    expect(count.add(status('RUNNING', 9_600, 960))).toBe(960);
    expect(count.add(status('XRUN', 9_600, 9_700))).toBe(9_600);
    expect(count.add(status('XRUN', 9_600, 9_700))).toBe(9_600);
    expect(count.add(status('PREPARED', 960, 0))).toBe(9_600);
    expect(count.add(status('RUNNING', 2_880, 480, '2.0'))).toBe(10_080);
    expect(count.xruns).toBe(1);
    expect(count.given).toBe(12_480);
  });

  test('pointers that began anew and have passed their old place since are told by the start of their run', () => {
    const count = new AplayCount(undefined);
    expect(count.add(status('RUNNING', 2_880, 960, '1.0'))).toBe(960);
    expect(count.add(status('RUNNING', 9_600, 1_920, '1.3'))).toBe(2_880 + 1_920);
    expect(count.xruns).toBe(1);
  });

  test('an underrun between two looks is seen by the pointers that began anew', () => {
    const count = new AplayCount(undefined);
    count.add(status('RUNNING', 9_600, 960));
    expect(count.add(status('RUNNING', 4_800, 1_000))).toBe(10_600);
    expect(count.xruns).toBe(1);
  });
});

describe('names of devices', () => {
  test.each([
    ['hw:CARD=Device,DEV=1', 'hw:CARD=Device,DEV=1'],
    ['hw:Headphones', 'hw:CARD=Headphones,DEV=0'],
    ['hw:1,0,3', 'hw:CARD=1,DEV=0,SUBDEV=3'],
    ['Loopback', 'hw:CARD=Loopback,DEV=0'],
    ['hw:CARD=b1', 'hw:CARD=b1,DEV=0'],
  ])('%s is the card itself', (name, canonical) => {
    const device = readDeviceName(name);
    expect(device.ok && writeDeviceName(device.value)).toBe(canonical);
  });

  test.each([
    'default',
    'plughw:0',
    'plug:hw:0',
    'dmix:CARD=0',
    'pulse',
    'hw:',
    'hw:0,x',
    'hw:CARD=a b',
    'hw:CARD=0,RATE=5',
    'hw:0,0,0,0',
    '',
  ])('%j is refused', (name) => {
    expect(readDeviceName(name)).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
  });
});

describe('the tree of cards', () => {
  const cards: FakeCard[] = [];
  const plugged = () => {
    const card = new FakeCard();
    cards.push(card);
    return card;
  };
  afterEach(() => {
    for (const card of cards.splice(0)) card.remove();
  });
  const jack = { card: 'Jack', device: 0, subdevice: undefined };

  test('cards are found with their stable ids', () => {
    expect(findCards(plugged().proc)).toEqual([{ index: 0, id: 'Jack', name: 'USB-Audio - USB Jack' }]);
    expect(readCards('--- no soundcards ---\n')).toEqual([]);
    expect(findCards('/nowhere')).toEqual([]);
  });

  test('a card is found by id and by index', () => {
    const { proc } = plugged();
    expect(pcmFolder(jack, 'playback', proc)).toBe(`${proc}/asound/card0/pcm0p`);
    expect(pcmFolder({ ...jack, card: '0' }, 'capture', proc)).toBe(`${proc}/asound/card0/pcm0c`);
    expect(() => pcmFolder({ ...jack, card: 'Gone' }, 'playback', proc)).toThrow('present: Jack');
  });

  test('who holds a card is named, and nobody when it is closed', () => {
    const card = plugged();
    expect(holderOf(jack, 'playback', card.proc)).toBeUndefined();
    card.hold(4_711, 'pipewire');
    expect(busyFailure(jack, 'playback', card.proc).problem).toMatchObject({
      code: 'device-busy',
      detail: expect.stringContaining('pid 4711 (pipewire)'),
    });
  });
});

describe('a missing driver', () => {
  test('libasound that is not on this machine is a named state', async () => {
    await expect(loadLibasound('libasound-that-is-not-there.so')).rejects.toMatchObject({ problem: { code: 'driver-missing' } });
  });

  test('aplay asked for by name but not there is a named state', async () => {
    const settings = { kind: 'alsa', device: 'hw:0', driver: 'aplay' } as const;
    await expect(makeAudioOut(settings, {})).rejects.toMatchObject({ problem: { code: 'driver-missing' } });
    expect((await makeAudioOut(settings, { APLAY_BIN: process.execPath })).rewinds).toBe(false);
  });

  test('a layered device never becomes an output', async () => {
    await expect(makeAudioOut({ kind: 'alsa', device: 'default' })).rejects.toMatchObject({ problem: { code: 'bad-input' } });
  });
});
