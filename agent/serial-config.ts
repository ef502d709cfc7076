// The local configuration of what hangs on serial ports: modem and power meter.
import * as v from 'valibot';

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
