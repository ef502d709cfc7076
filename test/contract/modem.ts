// What every modem door promises, whatever line it hangs on.
import { afterEach, expect, test } from 'vitest';
import { AtModem, type AtModemOptions, type Modem, type ModemStatus } from '../../hardware/serial/modem.ts';
import type { SimulatedModem } from '../../hardware/serial/simulated-modem.ts';
import type { SmsMessage } from '../../hardware/serial/sms-pdu.ts';
import type { Serial } from '../../hardware/serial.ts';
import type { Result } from '../../schemas/problems.ts';
import { until } from '../wire/waiting.ts';

/** One line to one simulated modem. */
export interface ModemLine {
  readonly device: SimulatedModem;
  readonly open: () => Promise<Result<Serial>>;
  readonly unplug: () => Promise<void>;
  readonly plugIn: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/** Faults have to be seen, and seen to be over, within this (edge of the acceptance). */
const seenWithinMs = 30_000;

class Watched {
  readonly modem: Modem;
  readonly statuses: ModemStatus[] = [];
  readonly messages: SmsMessage[] = [];
  readonly problems: string[] = [];
  keeps = true;

  constructor(open: ModemLine['open'], more: Pick<AtModemOptions, 'pin' | 'lookEveryMs'>) {
    this.modem = new AtModem({ open, ...more });
    this.modem.onStatus((status) => this.statuses.push(status));
    this.modem.onMessage(async (message) => {
      if (!this.keeps) throw new Error('the disk is full');
      this.messages.push(message);
    });
    this.modem.onProblem(({ code }) => this.problems.push(code));
    this.modem.start();
  }

  /** The newest status, once it is so. */
  async sees(want: Partial<ModemStatus>): Promise<ModemStatus> {
    const fits = (status: ModemStatus | undefined) =>
      status && Object.entries(want).every(([key, value]) => JSON.stringify(status[key as keyof ModemStatus]) === JSON.stringify(value));
    return until(
      `the modem to be ${JSON.stringify(want)}, last ${JSON.stringify(this.statuses.at(-1))}`,
      () => (fits(this.statuses.at(-1)) ? this.statuses.at(-1) : undefined),
      seenWithinMs,
    );
  }
}

export function promiseModem(make: () => Promise<ModemLine>): void {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  async function watched(
    prepare: (device: SimulatedModem) => void = () => undefined,
    more: Pick<AtModemOptions, 'pin' | 'lookEveryMs'> = {},
  ) {
    const line = await make();
    prepare(line.device);
    const seen = new Watched(line.open, more);
    ends.push(line.end, () => seen.modem.stop());
    return { line, device: line.device, seen };
  }

  test('tells SIM, network, operator and signal in dBm', async () => {
    const { seen } = await watched();
    expect(await seen.sees({ line: 'answers' })).toEqual({
      line: 'answers',
      sim: 'ready',
      registration: 'home',
      operator: 'Viettel',
      signal: { dbm: -91, of: 'rsrp' },
      card: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
  }, 60_000);

  test('tells the signal of an older modem that knows no LTE figures', async () => {
    const { seen } = await watched((device) => {
      device.state.rsrp = null;
    });
    await seen.sees({ signal: { dbm: -73, of: 'rssi' } });
  }, 60_000);

  test('tells a SIM that is taken out, and put in again, by the modem’s own word', async () => {
    const { device, seen } = await watched();
    await seen.sees({ sim: 'ready' });
    device.setSim('missing');
    await seen.sees({ sim: 'missing' });
    device.setSim('ready');
    await seen.sees({ sim: 'ready' });
  }, 90_000);

  test('tells a network that is lost, searched for, and refuses', async () => {
    const { device, seen } = await watched();
    await seen.sees({ registration: 'home' });
    device.setRegistration(2);
    await seen.sees({ registration: 'searching' });
    device.setRegistration(3);
    await seen.sees({ registration: 'denied' });
    device.setRegistration(5);
    await seen.sees({ registration: 'roaming' });
  }, 120_000);

  test('says the PIN once, and never a second wrong one', async () => {
    const right = await watched((device) => void device.setSim('pin'), { pin: '1234' });
    await right.seen.sees({ sim: 'ready' });
    const wrong = await watched((device) => void device.setSim('pin'), { pin: '9999', lookEveryMs: 500 });
    await wrong.seen.sees({ sim: 'pin' });
    wrong.device.setRegistration(1);
    wrong.device.setSim('pin');
    const looks = wrong.device.heard.filter((one) => one === 'AT+CPIN?').length;
    await until(
      'two more looks',
      () => wrong.device.heard.filter((one) => one === 'AT+CPIN?').length > looks + 2 || undefined,
      seenWithinMs,
    );
    expect(wrong.device.heard.filter((one) => one === 'AT+CPIN=')).toHaveLength(1);
    expect(wrong.device.state.sim).toBe('pin');
  }, 120_000);

  test('hands on a message of 140 octets unchanged, once, and deletes it then', async () => {
    const { device, seen } = await watched();
    await seen.sees({ sim: 'ready' });
    const data = Uint8Array.from({ length: 140 }, (_, i) => 255 - i);
    device.deliver({ from: '+84912345678', data });
    await until('the message', () => seen.messages.at(0), seenWithinMs);
    await until('its deletion', () => device.stored() === 0 || undefined, seenWithinMs);
    expect(seen.messages).toEqual([{ from: '+84912345678', data }]);
  }, 90_000);

  test('hands on what came while nobody listened, and keeps what could not be kept', async () => {
    const { device, seen } = await watched(
      (one) => {
        one.deliver({ from: '1414', data: Uint8Array.of(1, 2, 3) });
      },
      { lookEveryMs: 500 },
    );
    await until('the message', () => seen.messages.at(0), seenWithinMs);
    await until('its deletion', () => device.stored() === 0 || undefined, seenWithinMs);
    seen.keeps = false;
    device.deliver({ from: '1414', data: Uint8Array.of(4) });
    await until('the refusal', () => (seen.problems.length > 0 ? true : undefined), seenWithinMs);
    expect(device.stored()).toBe(1);
    seen.keeps = true;
    await until('the message offered again', () => seen.messages.at(1), seenWithinMs);
    await until('its deletion', () => device.stored() === 0 || undefined, seenWithinMs);
    expect(seen.messages[1]?.data).toEqual(Uint8Array.of(4));
  }, 120_000);

  test('throws away what is no order’s bearer, so that the memory never fills', async () => {
    const { device, seen } = await watched();
    await seen.sees({ sim: 'ready' });
    for (let i = 0; i < 25; i++) {
      await until('room', () => device.deliver({ from: '9029', data: Buffer.from('quang cao') }, 0x00) || undefined, seenWithinMs);
      device.deliverPdu('00'.repeat(1 + (i % 20)));
    }
    await until('an empty memory', () => device.stored() === 0 || undefined, seenWithinMs);
    expect(seen.messages).toEqual([]);
    expect(seen.problems).toContain('bad-input');
  }, 120_000);

  test('believes nothing of noise, and goes on', async () => {
    const { device, seen } = await watched();
    await seen.sees({ sim: 'ready' });
    device.noise(Uint8Array.from({ length: 9_000 }, (_, i) => (i * 7 + (i >> 5)) & 0xff));
    device.noise(Buffer.from('\r\n\u0000\u00ff+CSQ: 99999,\r\n+CMGL: x\r\n+CME ERROR: \r\n+CEREG: 77\r\n'));
    device.deliver({ from: '+84912345678', data: Uint8Array.of(9) });
    await until('the message', () => seen.messages.at(0), seenWithinMs);
    await seen.sees({ line: 'answers', sim: 'ready', registration: 'home' });
  }, 120_000);

  test('tells a modem that falls silent, and that it answers again', async () => {
    const { device, seen } = await watched();
    await seen.sees({ line: 'answers' });
    device.state.silent = true;
    await seen.sees({ line: 'silent', signal: null });
    device.state.silent = false;
    await seen.sees({ line: 'answers', sim: 'ready' });
  }, 120_000);

  test('tells a modem that was unplugged, and finds it again', async () => {
    const { line, seen } = await watched();
    await seen.sees({ line: 'answers' });
    await line.unplug();
    await seen.sees({ line: 'gone', operator: null });
    await line.plugIn();
    await seen.sees({ line: 'answers', sim: 'ready' });
  }, 120_000);
}
