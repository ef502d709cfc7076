// A LED sign in memory that reads the Alpha protocol byte by byte, as its public description (9708-8061) says a sign does: files,
// memory, run sequence, priority, answers. Written from the reader's side alone; it shares nothing with what writes the frames.
import { type Bitmap, drawBitmap, drawCentred, makeBitmap } from './bitmap.ts';

export interface SimulatedSignOptions {
  readonly columns: number;
  readonly rows: number;
  /** Answers transmissions when told to (protocol 2.0); an older one stays silent. */
  readonly answers?: boolean;
  /** Milliseconds that only rise; a picture's rows that come too soon after its width are lost. */
  readonly now?: () => number;
}

interface File {
  readonly kind: 'A' | 'B' | 'D';
  readonly bytes: number;
  readonly columns: number;
  readonly rows: number;
  mode: string;
  data: string;
  picture: Bitmap | undefined;
}

type Stage = 'idle' | 'header' | 'between' | 'body' | 'sum';

const fault = { illegal: 0x20, checksum: 0x10, overflow: 0x08, timeout: 0x04, parity: 0x01 };
const memoryBytes = 30_000;
const widthPauseMs = 90;

export class SimulatedSign {
  readonly #options: SimulatedSignOptions;
  readonly #now: () => number;
  #files = new Map<string, File>();
  #priority: { mode: string; data: string } | undefined;
  #sequence = 'A';
  #answering = false;
  #stage: Stage = 'idle';
  #header: number[] = [];
  #body: number[] = [];
  #sum: number[] = [];
  #register = 0x40;
  #addressed = false;
  #widthAtMs: number | undefined;
  #reply: number[] = [];
  #last = 0x40;
  readonly #special: string[] = [];
  #faults = 0;

  constructor(options: SimulatedSignOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Bytes from the line; answered with what the sign says then. */
  take(bytes: Uint8Array): Uint8Array {
    this.#reply = [];
    for (const byte of bytes) this.#byte(byte);
    return Uint8Array.from(this.#reply);
  }

  /** What people see: the words of its own letters, or a picture's dots. Dark when nothing is to be shown. */
  seen(): Bitmap {
    const screen = makeBitmap(this.#options.columns, this.#options.rows);
    const running = this.#running();
    if (!running) return screen;
    const picture = this.#calledBy(running.data);
    if (picture) drawBitmap(screen, picture);
    else drawCentred(screen, [this.words()], 1, Number(after(running.data, '\x1c') ?? 1));
    return screen;
  }

  /** The words shown in the sign's own letters; `''` where a picture or nothing is shown. */
  words(): string {
    const data = this.#running()?.data ?? '';
    if (this.#calledBy(data)) return '';
    return data
      .split('\x1c')
      .map((part, at) => (at === 0 ? part : part.slice(1)))
      .join('')
      .trim();
  }

  /** Is the emergency file what is shown? */
  overridden(): boolean {
    return this.#priority !== undefined;
  }

  /** Special functions as they came, `$` and what answers it left out. */
  special(): readonly string[] {
    return this.#special;
  }

  /** Faulty transmissions since it was switched on, and the register of the last. */
  faults(): { readonly count: number; readonly register: number } {
    return { count: this.#faults, register: this.#last };
  }

  /** The mains went and came: files stay (they are kept by a battery), a transmission in its middle does not. */
  restart(): void {
    this.#stage = 'idle';
    this.#answering = false;
  }

  /** All its memory is lost, as after years on a shelf. */
  forget(): void {
    this.restart();
    this.#files = new Map();
    this.#priority = undefined;
  }

  #running(): { readonly mode: string; readonly data: string } | undefined {
    if (this.#priority) return this.#priority;
    for (const label of this.#sequence) {
      const file = this.#files.get(label);
      if (file?.kind === 'A' && file.data !== '') return file;
    }
    return undefined;
  }

  #calledBy(data: string): Bitmap | undefined {
    const label = after(data, '\x14');
    return label === undefined ? undefined : this.#files.get(label)?.picture;
  }

  #byte(byte: number): void {
    if (byte > 0x7f) this.#register |= fault.parity;
    switch (this.#stage) {
      case 'idle':
        // The zeros before are for finding the speed.
        if (byte === 0x01) this.#begin();
        return;
      case 'header':
        this.#header.push(byte);
        if (this.#header.length === 3) this.#readHeader();
        return;
      case 'between':
        if (byte === 0x02) this.#beginBody();
        else if (byte === 0x04) this.#end();
        return;
      case 'body':
        this.#readBody(byte);
        return;
      case 'sum':
        this.#sum.push(byte);
        if (this.#sum.length === 4) this.#check();
    }
  }

  #begin(): void {
    this.#stage = 'header';
    this.#header = [];
    this.#register = 0x40;
  }

  #readHeader(): void {
    const [type, ...number] = this.#header.map((byte) => String.fromCharCode(byte));
    this.#addressed = 'Z!#1'.includes(type ?? '') && ['00', '??', '01', '0?', '?1'].includes(number.join(''));
    this.#stage = 'between';
  }

  #beginBody(): void {
    this.#stage = 'body';
    this.#body = [];
    this.#widthAtMs = undefined;
  }

  #readBody(byte: number): void {
    if (byte === 0x03) {
      this.#stage = 'sum';
      this.#sum = [];
      return;
    }
    if (byte === 0x04) {
      // A transmission without a checksum is taken as it is, unless it was broken off inside a picture.
      if (this.#body[0] !== 0x49) this.#obey();
      this.#end();
      return;
    }
    const picture = this.#body[0] === 0x49;
    if (picture && this.#body.length === 6 && this.#widthAtMs !== undefined && this.#now() - this.#widthAtMs < widthPauseMs)
      this.#register |= fault.overflow;
    this.#body.push(byte);
    if (picture && this.#body.length === 6) this.#widthAtMs = this.#now();
    if (this.#body.length > 60_000) this.#register |= fault.overflow;
  }

  #check(): void {
    const sum = this.#body.reduce((total, byte) => total + byte, 0x02 + 0x03) % 65_536;
    if (Number.parseInt(String.fromCharCode(...this.#sum), 16) !== sum) this.#register |= fault.checksum;
    this.#obey();
    this.#stage = 'between';
  }

  #end(): void {
    this.#stage = 'idle';
    if (!this.#addressed) return;
    this.#last = this.#register;
    if (this.#register !== 0x40) this.#faults++;
    if (this.#answering) this.#reply.push(this.#register === 0x40 ? 0x06 : 0x15, this.#register);
  }

  #obey(): void {
    if (!this.#addressed || this.#register !== 0x40) return;
    const text = String.fromCharCode(...this.#body);
    const label = text[1] ?? '';
    const done =
      text[0] === 'A'
        ? this.#writeText(label, text.slice(2))
        : text[0] === 'B'
          ? this.#tellText(label)
          : text[0] === 'I'
            ? this.#writeDots(label, text.slice(2))
            : text[0] === 'E' && this.#function(text.slice(1));
    if (!done) this.#register |= fault.illegal;
  }

  #writeText(label: string, text: string): boolean {
    const moded = text.startsWith('\x1b');
    const mode = moded ? text.slice(1, 3) : '';
    const data = moded ? text.slice(3) : text;
    if (label === '0') {
      if (text.length > 125) return false;
      this.#priority = text === '' ? undefined : { mode, data };
      return true;
    }
    const file = this.#files.get(label);
    if (file?.kind !== 'A' || text.length > file.bytes) return false;
    file.mode = mode;
    file.data = data;
    return true;
  }

  #tellText(label: string): boolean {
    const file = label === '0' ? (this.#priority ?? { mode: '', data: '' }) : this.#files.get(label);
    if (!file) return false;
    const body = [...`A${label}${file.mode === '' ? '' : `\x1b${file.mode}`}${file.data}`].map((letter) => letter.charCodeAt(0));
    const sum = body.reduce((total, byte) => total + byte, 0x05) % 65_536;
    const digits = [...sum.toString(16).toUpperCase().padStart(4, '0')].map((letter) => letter.charCodeAt(0));
    this.#reply.push(...new Array<number>(20).fill(0), 0x01, 0x30, 0x30, 0x30, 0x02, ...body, 0x03, ...digits, 0x04);
    return true;
  }

  #writeDots(label: string, text: string): boolean {
    const [rows, columns] = [Number.parseInt(text.slice(0, 2), 16), Number.parseInt(text.slice(2, 4), 16)];
    const file = this.#files.get(label);
    const lines = text.slice(4).split('\r');
    if (file?.kind !== 'D' || rows > file.rows || columns > file.columns || lines.length !== rows + 1) return false;
    const picture = makeBitmap(columns, rows);
    for (const [row, line] of lines.slice(0, rows).entries()) {
      if (line.length !== columns || /[^0-8]/.test(line)) return false;
      for (let column = 0; column < columns; column++) picture.dots[row * columns + column] = Number(line[column]);
    }
    file.picture = picture;
    return true;
  }

  #function(text: string): boolean {
    const rest = text.slice(1);
    if (text[0] === '$') return this.#divide(rest);
    if (text[0] === 's') {
      this.#answering = this.#options.answers === true && rest === '1';
      return this.#options.answers === true;
    }
    if (!' /,!.;&'.includes(text[0] ?? '-')) return false;
    this.#special.push(text);
    if (text[0] === '.') this.#sequence = rest.slice(2);
    return true;
  }

  #divide(text: string): boolean {
    const files = new Map<string, File>();
    let usedBytes = 0;
    for (let at = 0; at < text.length; at += 11) {
      const found = /^([ -~])([ABD])[LU]([0-9A-F]{4})([0-9A-F]{4})$/.exec(text.slice(at, at + 11));
      if (!found) return false;
      const [, label = '', kind = '', size = '', more = ''] = found;
      const number = Number.parseInt(size, 16);
      const [rows, columns] = [number >> 8, number & 0xff];
      if ('0?12345'.includes(label) || (kind === 'D' && rows > 31)) return false;
      const bitsADot = { '1000': 1, '2000': 2, '4000': 4 }[more] ?? 8;
      usedBytes += kind === 'D' ? Math.ceil((rows * columns * bitsADot) / 8) : number;
      files.set(label, { kind: kind as File['kind'], bytes: number, columns, rows, mode: '', data: '', picture: undefined });
    }
    if (usedBytes > memoryBytes) return false;
    this.#files = files;
    return true;
  }
}

/** The letter behind a control letter. */
function after(data: string, control: string): string | undefined {
  const at = data.indexOf(control);
  return at < 0 ? undefined : data[at + 1];
}
