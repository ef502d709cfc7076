// Is there sound on a line? A level meter over 100 ms and a gate with hysteresis. Pure.
// It never opens an amplifier: it only says whether an authorised session has something to send.

export interface SquelchSettings {
  /** Opens at this level over 100 ms, dBFS of the mean square. */
  readonly openDb: number;
  /** Closes when the level stays below `openDb` less this … */
  readonly hysteresisDb?: number;
  /** … for so long. */
  readonly holdMs?: number;
}

export interface Squelch {
  readonly open: boolean;
  /** Level of the last whole 100 ms, dBFS; a full-scale sine is −3. */
  readonly levelDb: number;
  readonly quietMs: number;
  /** Of the 100 ms under way. */
  readonly squares: number;
  readonly frames: number;
}

const windowFrames = 4_800;
const windowMs = 100;
const standardHysteresisDb = 6;
const standardHoldMs = 2_000;
/** Digital silence is told as this. */
export const silenceDb = -100;

export const closedSquelch: Squelch = { open: false, levelDb: silenceDb, quietMs: 0, squares: 0, frames: 0 };

/** The gate after these frames more. */
export function listen(before: Squelch, frames: Int16Array, settings: SquelchSettings): Squelch {
  let squelch = before;
  for (let at = 0; at < frames.length; ) {
    const part = frames.subarray(at, at + windowFrames - squelch.frames);
    at += part.length;
    squelch = { ...squelch, squares: squelch.squares + squaresOf(part), frames: squelch.frames + part.length };
    if (squelch.frames === windowFrames) squelch = judge(squelch, settings);
  }
  return squelch;
}

/** Level of frames, dBFS of the mean square. */
export function levelDbOf(frames: Int16Array): number {
  return levelDb(squaresOf(frames), frames.length);
}

function judge(full: Squelch, { openDb, hysteresisDb = standardHysteresisDb, holdMs = standardHoldMs }: SquelchSettings): Squelch {
  const level = levelDb(full.squares, full.frames);
  const quietMs = level < openDb - hysteresisDb ? full.quietMs + windowMs : 0;
  const open = full.open ? quietMs < holdMs : level >= openDb;
  return { open, levelDb: level, quietMs, squares: 0, frames: 0 };
}

function levelDb(squares: number, frames: number): number {
  if (frames === 0 || squares === 0) return silenceDb;
  return Math.max(silenceDb, 10 * Math.log10(squares / frames / 32_768 ** 2));
}

function squaresOf(frames: Int16Array): number {
  let squares = 0;
  for (const sample of frames) squares += sample * sample;
  return squares;
}
