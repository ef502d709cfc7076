// The local configuration of what hangs on serial ports: modem and power meter.
import * as v from 'valibot';
import { type MeterMap, pzem004t } from '../hardware/serial/meter-map.ts';

/** A serial port by its stable name or number. */
export const PortPath = v.pipe(v.string(), v.maxLength(200), v.regex(/^\/[A-Za-z0-9._/:+-]+$/, 'must be a path, e.g. /dev/ttyUSB2'));
const BaudRate = v.picklist([1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200]);

export const ModemConfig = v.strictObject({
  /** Its AT port, not the one that carries data: often the third of a USB modem. */
  port: PortPath,
  baudRate: v.optional(BaudRate, 115_200),
  /** Of the SIM, said once when it asks. */
  pin: v.optional(v.pipe(v.string(), v.regex(/^\d{4,8}$/, 'must be 4 to 8 digits'))),
  /** Its network interface, whose bytes are counted; the first of wwan, ppp and usb unless said. */
  interface: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_.-]{0,14}$/, 'must be an interface, e.g. wwan0'))),
  /** What the SIM may use in a month, MB (10⁶); told when four fifths are used. None unless said. */
  budgetMb: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
});
export type ModemConfig = v.InferOutput<typeof ModemConfig>;

const Place = v.strictObject({
  /** 3: holding registers, 4: input registers. */
  function: v.picklist([3, 4]),
  register: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_534)),
  type: v.picklist(['u16', 'i16', 'u32', 'i32', 'f32']),
  wordOrder: v.optional(v.picklist(['high-first', 'low-first']), 'high-first'),
  /** The quantity's unit for each count: 0.1 where 2284 means 228.4 V. */
  scale: v.optional(v.pipe(v.number(), v.minValue(-1e6), v.maxValue(1e6)), 1),
});

/** A power meter on RS-485 that feeds all amplifiers of this box. */
export const MeterConfig = v.strictObject({
  port: PortPath,
  baudRate: v.optional(BaudRate, 9_600),
  parity: v.optional(v.picklist(['none', 'even', 'odd']), 'none'),
  address: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(248)), 1),
  /** A known meter, unless `registers` says where another one keeps its figures. */
  model: v.optional(v.picklist(['pzem-004t-v3']), 'pzem-004t-v3'),
  registers: v.optional(
    v.strictObject({
      mainsV: v.optional(Place),
      currentMa: v.optional(Place),
      powerW: v.optional(Place),
      energyWh: v.optional(Place),
    }),
  ),
});
export type MeterConfig = v.InferOutput<typeof MeterConfig>;

/** The map of the meter that is configured. */
export function meterMapOf({ registers }: MeterConfig): MeterMap {
  if (!registers) return pzem004t;
  return Object.fromEntries(Object.entries(registers).filter(([, place]) => place !== undefined));
}
