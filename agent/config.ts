// The box's local configuration: which hardware stands behind each port, where its page listens. Not signed, never from the network.
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { readDeviceName } from '../hardware/alsa/device.ts';
import { pinTwiceUsed } from '../hardware/board/wiring.ts';
import { DeviceName, Passphrase, Ssid } from '../hardware/network.ts';
import type { AudioInSettings } from '../hardware/open-audio-in.ts';
import type { AudioOutSettings } from '../hardware/open-audio-out.ts';
import type { BoardSettings, GpioSettings } from '../hardware/open-board.ts';
import { Id } from '../schemas/ids.ts';
import { parseJson } from '../schemas/parse.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { Report } from '../schemas/report.ts';
import { Output } from '../schemas/settings.ts';
import { DisplayConfig, displayName } from './display-config.ts';
import { MeterConfig, ModemConfig } from './serial-config.ts';

const Port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));
const flag = (standard: boolean) => v.optional(v.boolean(), standard);

const FilePath = v.pipe(v.string(), v.minLength(1), v.maxLength(400));
const LeadMs = v.optional(v.pipe(v.number(), v.minValue(20), v.maxValue(2000)));
/** The card itself, by its stable id or index; layers that hide the position are refused. */
const Device = v.pipe(
  v.string(),
  v.maxLength(64),
  v.check((name) => readDeviceName(name).ok, 'expected hw:CARD=ID[,DEV=N]'),
);

const VirtualOut = v.strictObject({
  kind: v.literal('virtual'),
  /** Drift of the simulated crystal. */
  ppm: v.optional(v.pipe(v.number(), v.minValue(-1000), v.maxValue(1000)), 0),
  rewinds: flag(true),
  leadMs: LeadMs,
  /** Tells its position in such steps, as the on-board jack does (10 ms); exact unless said. */
  quantumMs: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100)), 0),
  /** What people would hear is kept in this WAV file (relative to the data folder). */
  recordWav: v.optional(v.pipe(v.string(), v.maxLength(400))),
});

const AlsaOut = v.strictObject({
  kind: v.literal('alsa'),
  device: Device,
  /** `auto`: libasound in the process, aplay where that is missing. */
  driver: v.optional(v.picklist(['auto', 'libasound', 'aplay']), 'auto'),
  leadMs: LeadMs,
  /** Where aplay's cards are told of instead of /proc: for trials without a card. */
  proc: v.optional(v.pipe(v.string(), v.maxLength(400))),
});

/** Sound below this level over 100 ms is no sound. */
const SquelchDb = v.optional(v.pipe(v.number(), v.minValue(-100), v.maxValue(0)));

const SimulatedIn = v.strictObject({
  kind: v.literal('simulated'),
  /** What it hears, over and over; a voice-like murmur unless named. */
  wav: v.optional(v.pipe(v.string(), v.maxLength(400))),
  ppm: v.optional(v.pipe(v.number(), v.minValue(-1000), v.maxValue(1000)), 0),
  /** It stands before this output's simulated loudspeaker. */
  hears: v.optional(Id),
  squelchDb: SquelchDb,
});

const AlsaIn = v.strictObject({ kind: v.literal('alsa'), device: Device, squelchDb: SquelchDb });

const RelayDelayMs = v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(5000)), 200);
/** A line of the chip, as on the header (BCM on a Raspberry Pi). */
const Pin = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1023));
/** Mains amplifier and speaker line of each output. */
const Relays = v.pipe(v.record(Id, v.strictObject({ relay1: Pin, relay2: Pin })), v.maxEntries(4));
const lines = {
  /** None on a box that has only a beacon. */
  relays: v.optional(Relays, {}),
  /** A lamp that flashes while an order is in force. */
  beacon: v.optional(v.strictObject({ pin: Pin, activeLow: flag(false) })),
  /** A cabinet's fan, turned by the board's temperature. */
  fan: v.optional(v.strictObject({ pin: Pin, activeLow: flag(false) })),
  relayDelayMs: RelayDelayMs,
  /** The relay card closes on a low level. */
  activeLow: flag(false),
  /** Label of the chip (character device: or its path); the header's chip unless said. */
  chip: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
};
const inputsOf = <I extends v.GenericSchema>(Input: I) =>
  v.optional(
    v.strictObject({
      button: v.optional(Input),
      tamper: v.optional(Input),
      mains: v.optional(Input),
      key: v.optional(Input),
      'contact-1': v.optional(Input),
      'contact-2': v.optional(Input),
    }),
  );
/** `activeLow`: on while the line is low, as a button against ground. */
const input = { pin: Pin, activeLow: flag(false) };

const SimulatedBoardConfig = v.strictObject({
  kind: v.literal('simulated'),
  relayDelayMs: RelayDelayMs,
  beacon: flag(false),
  fan: flag(false),
});
const ChardevBoardConfig = v.strictObject({
  kind: v.literal('gpio-chardev'),
  ...lines,
  inputs: inputsOf(v.strictObject({ ...input, pull: v.optional(v.picklist(['up', 'down', 'none'])) })),
});
/** For kernels without the character device; cannot set pulls. */
const SysfsBoardConfig = v.strictObject({ kind: v.literal('gpio-sysfs'), ...lines, inputs: inputsOf(v.strictObject(input)) });

const BoardConfig = v.pipe(
  v.variant('kind', [SimulatedBoardConfig, ChardevBoardConfig, SysfsBoardConfig]),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.value.kind === 'simulated') return;
    if (Object.keys(dataset.value.relays).length === 0 && !dataset.value.beacon) addIssue({ message: 'a board needs relays or a beacon' });
    const twice = pinTwiceUsed(gpioSettings(dataset.value));
    if (twice !== undefined) addIssue({ message: twice });
  }),
);

const ScreenPowerConfig = v.variant('kind', [
  v.strictObject({ kind: v.literal('cec'), device: v.optional(v.pipe(v.string(), v.regex(/^\/dev\/cec\d{1,2}$/, 'must be /dev/cecN'))) }),
  v.strictObject({
    kind: v.literal('wlr-randr'),
    output: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/, 'must be a connector, e.g. HDMI-A-1')),
  }),
  v.strictObject({ kind: v.literal('ddcutil'), bus: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(99)) }),
  v.strictObject({ kind: v.literal('relay'), pin: Pin, activeLow: flag(false), chip: lines.chip }),
  v.strictObject({ kind: v.literal('simulated') }),
]);

const LampConfig = v.variant('kind', [
  v.strictObject({ kind: v.literal('none') }),
  v.strictObject({ kind: v.literal('simulated') }),
  v.strictObject({
    kind: v.literal('led'),
    name: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9:_.-]{0,62}$/, 'must be a name below /sys/class/leds, e.g. ACT'))),
    /** Where the lamps lie: for trials without one. */
    dir: v.optional(FilePath),
  }),
]);

export const AgentConfig = v.strictObject({
  /** The local page. Off loopback it is read-only. Port 0 picks a free one. */
  page: v.optional(
    v.strictObject({
      host: v.optional(v.pipe(v.string(), v.maxLength(64)), '127.0.0.1'),
      port: v.optional(Port, 8090),
      /** Files (PEM) of a certificate for the page: then it is HTTPS, and a LAN may act with the PIN. */
      tls: v.optional(v.strictObject({ cert: FilePath, key: FilePath })),
      /** USB network interfaces, whose other end is a laptop on the pole. */
      usb: v.optional(v.pipe(v.array(DeviceName), v.maxLength(4)), ['usb0']),
      /** Be found as `NAME.local`; `loa-ID` unless said. */
      name: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/))),
    }),
    {},
  ),
  /** Who steers the machine's networks; none: the page shows none. */
  network: v.optional(v.strictObject({ kind: v.picklist(['none', 'nmcli', 'simulated']) }), { kind: 'none' }),
  /** The box's own Wi-Fi for technicians (PRODUCT §1.18); needs `network`. Name and key are made at the first start unless given. */
  hotspot: v.optional(
    v.strictObject({
      ssid: v.optional(Ssid),
      passphrase: v.optional(Passphrase),
      /** Not of any network that boxes meet: 10.84.0.0/24. */
      address: v.optional(v.pipe(v.string(), v.ipv4()), '10.84.0.1'),
      port: v.optional(Port, 80),
    }),
  ),
  /** A box without identity waits for a claim on the boot partition; with `page` on its page and its hotspot too. */
  whenUnenrolled: v.optional(v.picklist(['wait', 'page']), 'wait'),
  audioOut: v.optional(v.variant('kind', [VirtualOut, AlsaOut]), { kind: 'virtual' }),
  /** Microphones and lines by the id that sessions name. */
  audioIn: v.optional(v.pipe(v.record(Id, v.variant('kind', [SimulatedIn, AlsaIn])), v.maxEntries(4)), {}),
  /** By output: the microphone at its horn, which proves that an order was heard. */
  proofs: v.optional(v.pipe(v.record(Id, Id), v.maxEntries(4)), {}),
  board: v.optional(BoardConfig, { kind: 'simulated' }),
  display: v.optional(DisplayConfig, { kind: 'simulated' }),
  /** Means of switching the board's screen; all of them are used. None: the page goes black, the lamp stays on. */
  screenPower: v.optional(v.pipe(v.array(ScreenPowerConfig), v.maxLength(4)), []),
  /** The lamp on the case that blinks how the box is (schemas/box-signals.ts). A LED: its name below /sys/class/leds, the usual one unless said. */
  lamp: v.optional(LampConfig, { kind: 'none' }),
  /** The 4G modem's command port; absent: nothing is known of a SIM, and no order comes as a text message. */
  modem: v.optional(ModemConfig),
  /** A power meter of the amplifiers: proof of sound, and faults of the speaker line. */
  meter: v.optional(MeterConfig),
  /** Outputs prepared at start; those that a signed plan adds are prepared when it is applied. */
  outputs: v.optional(v.pipe(v.array(Output), v.maxLength(4)), []),
  /** Where to find the centre, when not where the claim said (a proxy in between). Identity is checked all the same. */
  brokerUrl: v.optional(v.pipe(v.string(), v.regex(/^mqtts:\/\/[^\s]{1,200}$/, 'must begin with mqtts://'))),
  /** Longest wait between two attempts to reach the centre; 5 minutes unless said, for herds of boxes. */
  reconnectMaxMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(300_000))),
  centreUrl: v.optional(v.pipe(v.string(), v.regex(/^https:\/\/[^\s]{1,200}$/, 'must begin with https://'))),
  clock: v.optional(
    v.strictObject({
      /** A simulated error of the box's clock. */
      offsetMs: v.optional(v.number(), 0),
      /** A battery clock is fitted. */
      rtc: flag(false),
    }),
    {},
  ),
  /** The boot partition: a claim is looked for there, and why the box is not enrolled is written there. */
  bootDir: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(400)), '/boot/firmware'),
  /** Where the machine's serial is read; the device tree and the mainboard unless said. */
  serialFiles: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(400))), v.maxLength(8))),
  /** Hard ceiling of the media cache on this card, whatever the plan says. */
  cacheBytesMax: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1024 * 1024)), 8 * 1024 ** 3),
  /** Left free on the disk, for the journal. */
  diskReserveBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 64 * 1024 ** 2),
  /** Rows kept in the journal at most; the least important go first. */
  journalRowsMax: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(1_000_000)), 50_000),
  log: v.optional(
    v.strictObject({
      level: v.optional(v.picklist(['silent', 'error', 'warn', 'info', 'debug']), 'info'),
      /** Relative to the data folder; absent: standard error. */
      file: v.optional(v.pipe(v.string(), v.maxLength(400))),
    }),
    {},
  ),
  /** Where releases lie; absent: the box does not update itself. */
  releases: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(400))),
  /** Keep each decision in DATA/flight.jsonl (a bounded ring). */
  flight: flag(true),
});
export type AgentConfig = v.InferOutput<typeof AgentConfig>;

/** Read the configuration, or the defaults where there is no file and none was named. */
export async function readConfig(file: string, named: boolean): Promise<Result<AgentConfig>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (!named && (error as NodeJS.ErrnoException).code === 'ENOENT') return ok(v.parse(AgentConfig, {}));
    return bad('not-found', `configuration ${file}: ${(error as Error).message}`);
  }
  return parseJson(AgentConfig, text);
}

/** The audio door's settings. */
export function audioOutSettings({ audioOut }: AgentConfig): AudioOutSettings {
  const lead = audioOut.leadMs === undefined ? {} : { leadMs: audioOut.leadMs };
  if (audioOut.kind === 'alsa') {
    const { kind, device, driver, proc } = audioOut;
    return { kind, device, driver, ...lead, ...(proc !== undefined && { proc }) };
  }
  return { kind: 'virtual', ppm: audioOut.ppm, rewinds: audioOut.rewinds, quantumMs: audioOut.quantumMs, ...lead };
}

/** The settings of one microphone or line; nothing where none has this id. */
export function audioInSettings({ audioIn }: AgentConfig, line: string): AudioInSettings | undefined {
  const found = audioIn[line];
  if (found?.kind !== 'simulated') return found && { kind: 'alsa', device: found.device };
  return { kind: 'simulated', ppm: found.ppm, ...(found.wav !== undefined && { wav: found.wav }) };
}

/** The board door's settings; a simulated board is made for one output. */
export function boardSettings({ board }: AgentConfig, output: string): BoardSettings {
  if (board.kind !== 'simulated') return gpioSettings(board);
  return { kind: 'simulated', wirings: [{ output, relayDelayMs: board.relayDelayMs }], beacon: board.beacon, fan: board.fan };
}

function gpioSettings(board: v.InferOutput<typeof ChardevBoardConfig> | v.InferOutput<typeof SysfsBoardConfig>): GpioSettings {
  const { kind, relays, relayDelayMs, activeLow, chip, beacon, fan, inputs = {} } = board;
  const wirings = Object.entries(relays).map(([output, { relay1, relay2 }]) => {
    return { output, relayDelayMs, relay1Pin: relay1, relay2Pin: relay2 };
  });
  const wired = Object.entries(inputs).filter(([, wiring]) => wiring !== undefined);
  return {
    kind,
    wirings,
    activeLow,
    inputs: Object.fromEntries(wired),
    ...(beacon && { beacon }),
    ...(fan && { fan }),
    ...(chip !== undefined && { chip }),
  };
}

/** What the configuration puts behind the ports, for the report. */
export function hardwareOf(config: AgentConfig): Report['hardware'] {
  return { audioOut: config.audioOut.kind, board: config.board.kind, display: displayName(config.display) };
}
