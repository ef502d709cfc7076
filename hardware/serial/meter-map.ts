// Where a power meter keeps its figures: registers, their words and scales; one known meter and any other by configuration. Pure.
import { type ReadFunction, registersMax } from './modbus-rtu.ts';

export const quantities = ['mainsV', 'currentMa', 'powerW', 'energyWh'] as const;
export type Quantity = (typeof quantities)[number];
export type Measured = { readonly [Key in Quantity]?: number };

export interface Place {
  readonly function: ReadFunction;
  readonly register: number;
  readonly type: 'u16' | 'i16' | 'u32' | 'i32' | 'f32';
  /** Of the two words of a long value. */
  readonly wordOrder: 'high-first' | 'low-first';
  /** The quantity's unit for each count. */
  readonly scale: number;
}

export type MeterMap = Readonly<Partial<Record<Quantity, Place>>>;

const long = { function: 4, type: 'u32', wordOrder: 'low-first' } as const;

/** PZEM-004T version 3 (its manual, §2.2): input registers, long values with the low word first. */
export const pzem004t: MeterMap = {
  mainsV: { function: 4, register: 0, type: 'u16', wordOrder: 'high-first', scale: 0.1 },
  currentMa: { ...long, register: 1, scale: 1 },
  powerW: { ...long, register: 3, scale: 0.1 },
  energyWh: { ...long, register: 5, scale: 1 },
};

export interface Span {
  readonly function: ReadFunction;
  readonly register: number;
  readonly count: number;
}

/** As few requests as the map needs, each of at most `registersMax` registers. */
export function spansOf(map: MeterMap): Span[] {
  const places = Object.values(map).sort((a, b) => a.function - b.function || a.register - b.register);
  const spans: Span[] = [];
  for (const place of places) {
    const last = spans.at(-1);
    const end = place.register + words(place);
    if (last && last.function === place.function && end - last.register <= registersMax)
      spans[spans.length - 1] = { ...last, count: Math.max(last.count, end - last.register) };
    else spans.push({ function: place.function, register: place.register, count: words(place) });
  }
  return spans;
}

/** The figures found in what was read; one that is no finite number is left out. */
export function measuredOf(map: MeterMap, read: readonly { readonly span: Span; readonly registers: Uint16Array }[]): Measured {
  const found = quantities.flatMap((quantity): [Quantity, number][] => {
    const place = map[quantity];
    const from = place && read.find(({ span }) => holds(span, place));
    if (!place || !from) return [];
    const value = readingOf(place, from.registers, place.register - from.span.register) * place.scale;
    return Number.isFinite(value) ? [[quantity, Math.round(value * 1e3) / 1e3]] : [];
  });
  return Object.fromEntries(found);
}

function holds(span: Span, place: Place): boolean {
  return span.function === place.function && place.register >= span.register && place.register + words(place) <= span.register + span.count;
}

function readingOf({ type, wordOrder }: Place, registers: Uint16Array, at: number): number {
  const [first = 0, second = 0] = registers.subarray(at, at + 2);
  const view = new DataView(new ArrayBuffer(4));
  const [high, low] = wordOrder === 'high-first' ? [first, second] : [second, first];
  view.setUint16(0, type.endsWith('16') ? first : high);
  view.setUint16(2, low);
  switch (type) {
    case 'u16':
      return view.getUint16(0);
    case 'i16':
      return view.getInt16(0);
    case 'u32':
      return view.getUint32(0);
    case 'i32':
      return view.getInt32(0);
    default:
      return view.getFloat32(0);
  }
}

function words({ type }: Place): number {
  return type.endsWith('16') ? 1 : 2;
}
