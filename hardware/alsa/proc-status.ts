// What the kernel tells about one PCM in /proc/asound/…/sub0/status: read by pure functions, so a fake tree tests them.
import { bad, ok, type Result } from '../../schemas/problems.ts';

const states = ['OPEN', 'SETUP', 'PREPARED', 'RUNNING', 'XRUN', 'DRAINING', 'PAUSED', 'SUSPENDED', 'DISCONNECTED'] as const;
export type PcmState = (typeof states)[number];

export interface PcmStatus {
  readonly state: PcmState;
  readonly ownerPid: number | undefined;
  /** When it last started or stopped; another value while it runs means another run. */
  readonly trigger: string;
  /** Frames given to the card that have not left it, those on their way through a bus included. */
  readonly delayFrames: number;
  readonly availFrames: number;
  /** Both grow for ever and wrap at the `boundary` of the same folder's sw_params. */
  readonly hwPtr: number;
  readonly applPtr: number;
}

const fieldsMax = 40;

/** The status as the kernel writes it; `closed` when nobody has the device open. Problem: device-failed. */
export function readPcmStatus(text: string): Result<PcmStatus | 'closed'> {
  if (text.trim() === 'closed') return ok('closed');
  const fields = fieldsOf(text);
  const state = states.find((each) => each === fields.get('state'));
  if (!state) return bad('device-failed', `PCM status names no state: ${text.slice(0, 100)}`);
  const ownerPid = whole(fields.get('owner_pid'));
  const [delayFrames, availFrames] = [whole(fields.get('delay')), whole(fields.get('avail'))];
  const [hwPtr, applPtr] = [whole(fields.get('hw_ptr')), whole(fields.get('appl_ptr'))];
  // A device that is opened but not yet set up tells its state only.
  if (state === 'OPEN') return ok({ state, ownerPid, trigger: '', delayFrames: 0, availFrames: 0, hwPtr: 0, applPtr: 0 });
  if (delayFrames === undefined || availFrames === undefined || hwPtr === undefined || applPtr === undefined)
    return bad('device-failed', `PCM status lacks delay, avail or a pointer: ${text.slice(0, 200)}`);
  return ok({ state, ownerPid, trigger: fields.get('trigger_time') ?? '', delayFrames, availFrames, hwPtr, applPtr });
}

/** Rate and channels that the device really runs with; nothing while it is closed. */
export function readHwParams(text: string): { readonly rateHz: number; readonly channels: number } | undefined {
  const fields = fieldsOf(text);
  const rateHz = whole(fields.get('rate')?.split(' ')[0]);
  const channels = whole(fields.get('channels'));
  return rateHz === undefined || channels === undefined ? undefined : { rateHz, channels };
}

/** Where both pointers begin anew at zero; on 32-bit kernels that is after hours. */
export function readBoundary(text: string): number | undefined {
  const boundary = whole(fieldsOf(text).get('boundary'));
  return boundary !== undefined && boundary > 0 ? boundary : undefined;
}

/** How far a pointer went from one reading to the next, seen through at most one wrap. Negative: it was reset. */
export function advanceOf(before: number, after: number, boundary: number | undefined): number {
  const advance = after - before;
  return boundary !== undefined && advance < -boundary / 2 ? advance + boundary : advance;
}

function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n').slice(0, fieldsMax)) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  return fields;
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,19}$/.test(text) ? Number(text) : undefined;
}
