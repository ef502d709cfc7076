// Door to the 4G modem beside the data line: how it stands, and text messages. AT commands over a serial port; the simulation speaks them too.

import type { Problem, Result } from '../../schemas/problems.ts';
import { cryptography } from '../host/crypto.ts';
import { problemOf } from '../host/failure.ts';
import type { Serial } from '../serial.ts';
import { type Answer, AtChannel } from './at-channel.ts';
import {
  betterOf,
  operatorOf,
  type Registration,
  registrationOf,
  type Signal,
  type SimState,
  signalOfCesq,
  signalOfCsq,
  simOf,
  simOfError,
  storedOf,
} from './modem-replies.ts';
import { readDeliver, type SmsMessage } from './sms-pdu.ts';

export interface ModemStatus {
  /** `gone`: no such port; `silent`: it is there and answers nothing. */
  readonly line: 'gone' | 'silent' | 'answers';
  readonly sim: SimState;
  readonly registration: Registration;
  readonly operator: string | null;
  readonly signal: Signal | null;
  /** Names the SIM without telling its number; null while it is not known. */
  readonly card: string | null;
}

export interface Modem {
  start(): void;
  stop(): Promise<void>;
  /** Called with each change; the first comes when the first look is over. */
  onStatus(listener: (status: ModemStatus) => void): void;
  /**
   * Every message, also those that came while nobody listened. It leaves the modem when the promise is fulfilled; one that is
   * rejected is offered again with the next look.
   */
  onMessage(listener: (message: SmsMessage) => Promise<void>): void;
  /** What could not be read or done; a page's or a log's matter. */
  onProblem(listener: (problem: Problem) => void): void;
}

export interface AtModemOptions {
  readonly open: () => Promise<Result<Serial>>;
  /** Said once to a SIM that asks for it: three wrong ones lock it. Never told to anybody. */
  readonly pin?: string;
  readonly lookEveryMs?: number;
  readonly reopenEveryMs?: number;
}

export const modemLookEveryMs = 10_000;
export const modemReopenEveryMs = 2_000;
/** Without echo, errors as numbers, operators by name, messages as PDUs, kept until they were read, changes told. */
const settingUp = ['ATE0', 'AT+CMEE=1', 'AT+COPS=3,0', 'AT+CMGF=0', 'AT+CNMI=2,1,0,0,0', 'AT+CREG=1', 'AT+CEREG=1'];
/** What a modem says when something may be other than it was. */
const news = /^\+(CMTI|CREG|CGREG|CEREG|CPIN|CME ERROR)\b|^(RDY|PB DONE|SMS DONE|\+QIND|\+SIM|\*)/;
const away = { sim: 'unknown', registration: 'unknown', operator: null, signal: null, card: null } as const;

/** INVARIANT: one command at a time, one look at a time; a message is deleted only after whoever listens has kept it. */
export class AtModem implements Modem {
  readonly #options: AtModemOptions;
  readonly #statusListeners = new Set<(status: ModemStatus) => void>();
  readonly #messageListeners = new Set<(message: SmsMessage) => Promise<void>>();
  readonly #problemListeners = new Set<(problem: Problem) => void>();
  #channel: AtChannel | undefined;
  #told: ModemStatus | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #stopped = true;
  #pinSaid = false;

  constructor(options: AtModemOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.#look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#drop();
    await this.#looking;
  }

  onStatus(listener: (status: ModemStatus) => void): void {
    this.#statusListeners.add(listener);
  }

  onMessage(listener: (message: SmsMessage) => Promise<void>): void {
    this.#messageListeners.add(listener);
  }

  onProblem(listener: (problem: Problem) => void): void {
    this.#problemListeners.add(listener);
  }

  /** A look now, or one more when one is under way. */
  #look(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#again = false;
    this.#looking = this.#lookOnce()
      .catch((error: unknown) => this.#complain(problemOf(error)))
      .then(() => {
        this.#looking = undefined;
        if (this.#stopped) return;
        const { lookEveryMs = modemLookEveryMs, reopenEveryMs = modemReopenEveryMs } = this.#options;
        if (this.#again) this.#look();
        else this.#timer = setTimeout(() => this.#look(), this.#channel ? lookEveryMs : reopenEveryMs);
      });
  }

  async #lookOnce(): Promise<void> {
    const channel = this.#channel ?? (await this.#openChannel());
    if (!channel) return;
    const status = await this.#ask(channel);
    if (this.#channel !== channel || this.#stopped) return;
    if (!status) {
      this.#tell({ line: 'silent', ...away });
      await this.#drop();
      return;
    }
    this.#tell(status);
    if (status.sim === 'ready') await this.#collect(channel);
  }

  async #openChannel(): Promise<AtChannel | undefined> {
    const opened = await this.#options.open();
    if (!opened.ok || this.#stopped) {
      if (opened.ok) await opened.value.close();
      else this.#tell({ line: 'gone', ...away }, opened.problem);
      return undefined;
    }
    const channel = new AtChannel(opened.value, (line) => news.test(line) && this.#look());
    this.#channel = channel;
    opened.value.onFailure((problem) => this.#lost(channel, problem));
    for (const command of settingUp) {
      const answer = await channel.ask(command);
      if (this.#channel !== channel) return undefined;
      if (answer.ok) continue;
      this.#tell({ line: answer.problem.code === 'tool-timeout' ? 'silent' : 'gone', ...away }, answer.problem);
      await this.#drop();
      return undefined;
    }
    return channel;
  }

  #lost(channel: AtChannel, problem: Problem): void {
    if (this.#channel !== channel || this.#stopped) return;
    this.#tell({ line: 'gone', ...away }, problem);
    void this.#drop().then(() => this.#look());
  }

  /** Nothing where it answers no more. */
  async #ask(channel: AtChannel): Promise<ModemStatus | undefined> {
    const sim = await this.#simNow(channel);
    if (sim === undefined) return undefined;
    const asked: Answer[] = [];
    for (const [command, prefix] of [
      ['AT+CEREG?', '+CEREG'],
      ['AT+CREG?', '+CREG'],
      ['AT+CESQ', '+CESQ'],
      ['AT+CSQ', '+CSQ'],
      ['AT+COPS?', '+COPS'],
    ] as const) {
      const answer = await channel.ask(command, [prefix]);
      if (!answer.ok) return undefined;
      asked.push(answer.value);
    }
    const card = sim === 'ready' ? await channel.ask('AT+CIMI', [], /^\d{6,15}$/) : undefined;
    if (card?.ok === false) return undefined;
    const [lte, old, newSignal, signal, operator] = asked.map((answer) => (answer.is === 'ok' ? answer.lines : []));
    return {
      line: 'answers',
      sim,
      registration: betterOf(registrationOf(lte ?? [], '+CEREG'), registrationOf(old ?? [], '+CREG')),
      operator: operatorOf(operator ?? []),
      signal: signalOfCesq(newSignal ?? []) ?? signalOfCsq(signal ?? []),
      card:
        card?.value.is === 'ok' && card.value.lines[0] !== undefined
          ? cryptography.sha256(Buffer.from(card.value.lines[0])).slice(0, 12)
          : null,
    };
  }

  async #simNow(channel: AtChannel): Promise<SimState | undefined> {
    const sim = await askSim(channel);
    const { pin } = this.#options;
    if (sim === 'missing') this.#pinSaid = false; // another card may come
    if (sim !== 'pin' || pin === undefined || this.#pinSaid) return sim;
    this.#pinSaid = true;
    const said = await channel.ask(`AT+CPIN="${pin}"`);
    if (!said.ok) return undefined;
    return askSim(channel);
  }

  async #collect(channel: AtChannel): Promise<void> {
    const listed = await channel.ask('AT+CMGL=4', ['+CMGL']);
    if (!listed.ok || listed.value.is !== 'ok') return;
    for (const { index, pdu } of storedOf(listed.value.lines)) {
      if (pdu === null) continue; // spoiled on the way; listed again with the next look
      const read = readDeliver(pdu);
      if (!read.ok) this.#complain(read.problem);
      else if (!(await this.#offer(read.value))) continue;
      await channel.ask(`AT+CMGD=${index}`);
      if (this.#stopped) return;
    }
  }

  async #offer(message: SmsMessage): Promise<boolean> {
    const taken = await Promise.allSettled([...this.#messageListeners].map((take) => take(message)));
    for (const one of taken) if (one.status === 'rejected') this.#complain(problemOf(one.reason));
    return taken.length > 0 && taken.every(({ status }) => status === 'fulfilled');
  }

  #tell(status: ModemStatus, problem?: Problem): void {
    if (JSON.stringify(status) === JSON.stringify(this.#told)) return;
    this.#told = status;
    if (problem) this.#complain(problem);
    for (const listener of this.#statusListeners) listener(status);
  }

  #complain(problem: Problem): void {
    for (const listener of this.#problemListeners) listener(problem);
  }

  async #drop(): Promise<void> {
    const channel = this.#channel;
    this.#channel = undefined;
    await channel?.close();
  }
}

async function askSim(channel: AtChannel): Promise<SimState | undefined> {
  const answer = await channel.ask('AT+CPIN?', ['+CPIN']);
  if (!answer.ok) return undefined;
  return answer.value.is === 'ok' ? simOf(answer.value.lines) : simOfError(answer.value.code);
}
