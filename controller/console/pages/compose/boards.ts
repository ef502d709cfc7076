// The boards of the centre, each with the size that its box tells.
import type { BoxAnswer } from '../../../../schemas/api.ts';
import type { BoardAround } from '../../../../schemas/board-around.ts';
import type { Viewing } from '../../../../schemas/bulletin-removals.ts';

export interface Board {
  /** Of its box; empty: the standard one. */
  readonly id: string;
  readonly name: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** The box has told its size. */
  readonly told: boolean;
  /** A LED sign: it shows the words alone, page after page. */
  readonly sign?: true;
}

export const standardBoard: Board = { id: '', name: '', widthPx: 1280, heightPx: 720, told: false };

/** What a box calls its display has its size where it has one: `chromium 1920x1080`, `image 512x256-unmeasured`. */
const size = / (\d{2,4})x(\d{2,4})\b/;

export function boardsOf(boxes: readonly Pick<BoxAnswer, 'id' | 'name' | 'outputs' | 'report'>[]): Board[] {
  return boxes
    .filter(({ outputs }) => outputs.some(({ kind }) => kind === 'board'))
    .map(({ id, name, report }) => {
      const [, width, height] = size.exec(report?.hardware.display ?? '') ?? [];
      if (width === undefined || height === undefined) return { ...standardBoard, id, name };
      const sign = report?.hardware.display.includes('sign ') === true;
      return { id, name, widthPx: Number(width), heightPx: Number(height), told: true, ...(sign && { sign }) };
    });
}

/** How its farthest reader sees a board, within what a bulletin is judged by. */
export function viewingOf(around: BoardAround | undefined): Viewing | undefined {
  if (!around?.viewing) return undefined;
  const { distanceM, heightMm } = around.viewing;
  return { distanceM: Math.min(100, distanceM), screenHeightM: Math.min(20, Math.max(0.1, heightMm / 1000)) };
}
