// A modem that speaks AT commands (3GPP TS 27.007, 27.005): SIM, network, signal and a memory of messages, worked by hand.
import type { FarEnd } from './simulated-line.ts';
import { type SmsMessage, writeDeliver } from './sms-pdu.ts';

export interface SimulatedModemState {
  sim: 'ready' | 'missing' | 'pin' | 'puk';
  /** 27.007 §7.2: 1 home, 2 searching, 3 denied, 5 roaming. */
  registration: number;
  operator: string | null;
  /** 0…31, 99 unknown. */
  rssi: number;
  /** 0…97, 255 unknown; null: an older modem that knows no `AT+CESQ`. */
  rsrp: number | null;
  pin: string;
  imsi: string;
  /** It is there and says nothing. */
  silent: boolean;
}

/** Messages a SIM holds. */
const memory = 20;

export class SimulatedModem implements FarEnd {
  readonly state: SimulatedModemState = {
    sim: 'ready',
    registration: 1,
    operator: 'Viettel',
    rssi: 20,
    rsrp: 50,
    pin: '1234',
    imsi: '452040000000001',
    silent: false,
  };
  say: (bytes: Uint8Array) => void = () => undefined;
  /** Commands heard, oldest first. */
  readonly heard: string[] = [];
  readonly #stored = new Map<number, string>();
  #pinTries = 3;
  #echo = true;
  #numbers = false;
  #line = '';

  take(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte !== 0x0d && byte !== 0x0a) this.#line += String.fromCharCode(byte);
      else if (this.#line !== '') {
        const line = this.#line;
        this.#line = '';
        this.#command(line);
      }
    }
  }

  restart(): void {
    [this.#line, this.#echo, this.#numbers] = ['', true, false];
    if (this.state.sim === 'ready' && this.#pinTries < 3) this.state.sim = 'pin';
  }

  /** A message arrives from the network; false while the memory is full. */
  deliver(message: SmsMessage, coding?: number): boolean {
    return this.deliverPdu(writeDeliver(message, coding));
  }

  deliverPdu(pdu: string): boolean {
    const index = Array.from({ length: memory }, (_, i) => i).find((i) => !this.#stored.has(i));
    if (index === undefined) return false;
    this.#stored.set(index, pdu);
    if (this.state.sim === 'ready') this.#unasked(`+CMTI: "SM",${index}`);
    return true;
  }

  /** Messages not yet read and deleted. */
  stored(): number {
    return this.#stored.size;
  }

  /** The card is taken out, or put in. */
  setSim(sim: SimulatedModemState['sim']): void {
    this.state.sim = sim;
    this.#unasked(`+CPIN: ${sim === 'missing' ? 'NOT INSERTED' : sim === 'ready' ? 'READY' : `SIM ${sim.toUpperCase()}`}`);
  }

  setRegistration(stat: number): void {
    this.state.registration = stat;
    this.#unasked(`+CEREG: ${stat}`);
  }

  /** Anything, as a bad cable brings it. */
  noise(bytes: Uint8Array): void {
    this.say(bytes);
  }

  #unasked(line: string): void {
    if (!this.state.silent) this.say(Buffer.from(`\r\n${line}\r\n`, 'latin1'));
  }

  #command(line: string): void {
    this.heard.push(line.startsWith('AT+CPIN=') ? 'AT+CPIN=' : line);
    if (this.heard.length > 1_000) this.heard.shift();
    if (this.state.silent) return;
    const echoed = this.#echo ? `${line}\r` : '';
    const answer = this.#answer(line);
    const end =
      answer === 'ERROR' || (answer.startsWith('+CM') && answer.includes('ERROR'))
        ? answer
        : `${answer === '' ? '' : `${answer}\r\n\r\n`}OK`;
    this.say(Buffer.from(`${echoed}\r\n${end}\r\n`, 'latin1'));
  }

  #answer(line: string): string {
    const { registration, rssi, rsrp, operator } = this.state;
    switch (line) {
      case 'ATE0':
        this.#echo = false;
        return '';
      case 'AT+CMEE=1':
        this.#numbers = true;
        return '';
      case 'AT':
      case 'AT+COPS=3,0':
      case 'AT+CMGF=0':
      case 'AT+CNMI=2,1,0,0,0':
      case 'AT+CREG=1':
      case 'AT+CEREG=1':
        return '';
      case 'AT+CPIN?':
        return this.#pinAnswer();
      case 'AT+CIMI':
        return this.state.sim === 'ready' ? this.state.imsi : this.#error(10);
      case 'AT+CSQ':
        return `+CSQ: ${rssi},99`;
      case 'AT+CESQ':
        return rsrp === null ? 'ERROR' : `+CESQ: 99,99,255,255,20,${rsrp}`;
      case 'AT+CREG?':
        return `+CREG: 1,${registration}`;
      case 'AT+CEREG?':
        return `+CEREG: 1,${registration},"1A2B","01A2B3C4",7`;
      case 'AT+COPS?':
        return operator === null ? '+COPS: 0' : `+COPS: 0,0,"${operator}",7`;
      case 'AT+CMGL=4':
        return [...this.#stored].map(([index, pdu]) => `+CMGL: ${index},0,,${pdu.length / 2 - 1}\r\n${pdu}`).join('\r\n');
      default:
        return this.#given(line);
    }
  }

  #given(line: string): string {
    const [name, value = ''] = line.split('=');
    if (name === 'AT+CMGD') return this.#stored.delete(Number(value)) ? '' : this.#error(321, 'CMS');
    if (name !== 'AT+CPIN' || this.state.sim !== 'pin') return 'ERROR';
    if (value === `"${this.state.pin}"`) {
      [this.#pinTries, this.state.sim] = [3, 'ready'];
      return '';
    }
    this.#pinTries -= 1;
    if (this.#pinTries === 0) this.state.sim = 'puk';
    return this.#error(16);
  }

  #pinAnswer(): string {
    const { sim } = this.state;
    if (sim === 'missing') return this.#error(10);
    return `+CPIN: ${sim === 'ready' ? 'READY' : `SIM ${sim.toUpperCase()}`}`;
  }

  #error(code: number, of: 'CME' | 'CMS' = 'CME'): string {
    return this.#numbers ? `+${of} ERROR: ${code}` : 'ERROR';
  }
}
