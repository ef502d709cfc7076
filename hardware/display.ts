// Door to a public e-board's screen. Chromium over its pipe, pictures, serial LED signs and a simulation honour one contract.
import type { Problem, Result } from '../schemas/problems.ts';

/** A larger document is refused as `too-large`. */
export const htmlBytesMax = 16 * 1024 * 1024;
/** Limits of the plain twin, see `Frame.text`; more is cut by whoever makes the frame. */
export const textLinesMax = 8;
export const textLineLettersMax = 240;

/** What a page is made of: the document, and the same words without it. */
export interface Page {
  /** Whole HTML document, shown in a sandboxed frame without scripts or network. */
  readonly html: string;
  /** The twin in plain lines, which a sign without HTML shows; NFC, the most important line first, at most `textLinesMax`. */
  readonly text: readonly string[];
  /** The page's colours (`#rrggbb`) for techniques that draw the text themselves. */
  readonly tint?: Tint;
  /** Plays over the page where the technique plays films; elsewhere the page, which is its still, stands alone. */
  readonly film?: Film;
  /** The page as a PNG made by the centre, for boxes without a browser. */
  readonly picture?: Uint8Array;
}

/** Without sound: loudspeakers are another output. */
export interface Film {
  /** On this machine, `http://127.0.0.1:PORT/…`, MP4; an address from elsewhere is not asked for. */
  readonly url: string;
  /** Over the whole page, once; or in the lower right corner, again and again, as an interpreter stands. */
  readonly place: 'whole' | 'corner';
  /** Wall instant at which its first picture is due: a page that comes later begins so far into the film. */
  readonly fromMs?: number;
}

export interface Tint {
  readonly ground: string;
  readonly ink: string;
}

export interface Frame extends Page {
  /** Names the showing; comes back in `shown` and `sample`, and joins `prepare` with its `show`. */
  readonly id: string;
  readonly kind: 'bulletin' | 'order' | 'safe';
}

/** What the technique can do; settled once the display has been made. */
export interface DisplayAbilities {
  /** Shows the document itself; otherwise the text. */
  readonly html: boolean;
  /** `screenshot` has one. */
  readonly picture: boolean;
  /** Dots of the screen. */
  readonly columns: number;
  readonly rows: number;
  /** How many colours a dot can have; 2 is lit or dark. */
  readonly colours: number;
  /** A prepared frame is shown by a swap alone. */
  readonly prepare: boolean;
  /** The screen itself is asked what it shows: only then `sample` measures and `blank` confirms. */
  readonly readBack: boolean;
}

/** `dark`: it lies ready behind a blanked screen, where nobody sees it; `paintedMs` is then when it was put there. */
export type Shown = { readonly paintedMs: number; readonly dark?: true } | { readonly problem: Problem };

export interface Sample {
  /** The frame on the screen, seen or `dark`. */
  readonly shown: string | null;
  readonly dark: boolean;
  /** Frames the screen has painted since the display started; while it lives it grows by at least one in two seconds. */
  readonly paintedFrames: number;
  /** Wall instant of the last of them. */
  readonly lastPaintMs: number;
  /** The film of the frame should move and does not. */
  readonly filmStands?: true;
}

/** What stands around a bulletin where the technique has room for it; an order covers it. */
export interface Surround {
  /** IANA zone of the clock; absent: no clock, as without trusted time. */
  readonly clockZone?: string;
  /** The centre is not reached. */
  readonly offline: boolean;
  /** Short notices, shown as still pages one after the other. */
  readonly ticker: readonly string[];
  /** Document of the side zone, guarded as bulletins are. */
  readonly side?: string;
}

/** The display that is seen in place of another. */
export interface Behind {
  /** As in the report: a screen that cannot be asked is named so. */
  readonly display: string;
  /** What became of the other. */
  readonly problem: Problem;
}

export interface Display {
  readonly name: string;
  /** Of two displays that are one screen: what the one that is seen can do. */
  readonly can: DisplayAbilities;
  start(): Promise<void>;
  /**
   * Make it ready, unseen: a later `show` of the same id and document is only the swap. At most `preparedMax` wait, the oldest
   * goes first. A technique that cannot answers ok at once. Problems: too-large, device-failed, tool-timeout.
   */
  prepare(frame: Frame): Promise<Result<void>>;
  /**
   * Switch only when painted. Resolves with the wall instant of the first painted frame, or a problem; a newer call
   * supersedes an older one, which then answers `conflict`.
   */
  show(frame: Frame): Promise<Shown>;
  /**
   * Remote blank: black page, dark sign or power off, until it is taken back; also through a restart of what is behind.
   * An order is seen all the same, and the frame after it is dark again. `sent` is not `confirmed`: only a screen that was
   * asked can confirm.
   */
  blank(on: boolean): Promise<{ readonly sent: true; readonly confirmed: boolean } | { readonly problem: Problem }>;
  /** Set what stands around bulletins from now on; absent where the technique has no zones. */
  surround?(around: Surround): Promise<void>;
  /** Proof that the screen lives. `unmeasured` where it cannot be asked or does not answer: never a guess. */
  sample(): Promise<Sample | 'unmeasured'>;
  /** The id now on the screen, and PNG bytes of what is seen (undefined where the technique cannot). */
  shown(): string | null;
  screenshot(): Promise<Uint8Array | undefined>;
  onFailure(listener: (problem: Problem) => void): void;
  /** Of two displays that are one screen: told when the one behind becomes the screen, and `undefined` when it is the first again. */
  onReplaced?(listener: (behind: Behind | undefined) => void): void;
  stop(): Promise<void>;
}

export const preparedMax = 4;

/** Is the screen dark with this frame on it? One rule for all techniques. */
export function isDark(blanked: boolean, frame: Pick<Frame, 'kind'> | undefined): boolean {
  return blanked && frame?.kind !== 'order';
}
