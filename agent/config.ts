// The box's local configuration: which hardware stands behind each port, where its page listens. Not signed, never from the network.
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { readDeviceName } from '../hardware/alsa/device.ts';
import type { AudioInSettings } from '../hardware/open-audio-in.ts';
import type { AudioOutSettings } from '../hardware/open-audio-out.ts';
import type { DisplaySettings } from '../hardware/open-display.ts';
import { Id } from '../schemas/ids.ts';
import { parseJson } from '../schemas/parse.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import { Output } from '../schemas/settings.ts';

const Port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));
const flag = (standard: boolean) => v.optional(v.boolean(), standard);

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
  squelchDb: SquelchDb,
});

const AlsaIn = v.strictObject({ kind: v.literal('alsa'), device: Device, squelchDb: SquelchDb });

export const AgentConfig = v.strictObject({
  /** The local page. Off loopback it is read-only. Port 0 picks a free one. */
  page: v.optional(
    v.strictObject({ host: v.optional(v.pipe(v.string(), v.maxLength(64)), '127.0.0.1'), port: v.optional(Port, 8090) }),
    {},
  ),
  audioOut: v.optional(v.variant('kind', [VirtualOut, AlsaOut]), { kind: 'virtual' }),
  /** Microphones and lines by the id that sessions name. */
  audioIn: v.optional(v.pipe(v.record(Id, v.variant('kind', [SimulatedIn, AlsaIn])), v.maxEntries(4)), {}),
  board: v.optional(
    v.strictObject({ kind: v.literal('simulated'), relayDelayMs: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(5000)), 200) }),
    { kind: 'simulated' },
  ),
  display: v.optional(
    v.strictObject({
      kind: v.picklist(['chromium', 'simulated', 'none']),
      width: v.optional(v.pipe(v.number(), v.integer(), v.minValue(64), v.maxValue(4096)), 1280),
      height: v.optional(v.pipe(v.number(), v.integer(), v.minValue(64), v.maxValue(4096)), 720),
    }),
    { kind: 'simulated' },
  ),
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

/** The display door's settings. */
export function displaySettings({ display }: AgentConfig): DisplaySettings {
  const { kind, width, height } = display;
  return kind === 'chromium' ? { kind, widthPx: width, heightPx: height } : { kind };
}
