// The cabinet's fan: on when the board is hot, off when it is well below that, so that it does not start and stop all day.
import type { Turn } from './turn.ts';

export const fanOnC = 60;
export const fanOffC = 50;

/** Pure. A board that does not tell its heat is cooled. */
export function fanWish(temperatureC: number | null, isOn: boolean): boolean {
  if (temperatureC === null) return true;
  return isOn ? temperatureC > fanOffC : temperatureC >= fanOnC;
}

/** Judged once for each sample of the machine; a line that did not follow is told again with the next. */
export function closeFan(turn: Turn): void {
  const { sample } = turn.live.telemetry;
  const { fanPercent } = turn.live.wired;
  if (sample === null || fanPercent === null || sample === turn.before.live.telemetry.sample) return;
  const isOn = fanPercent > 0;
  const wish = fanWish(sample.temperatureC, isOn);
  if (wish !== isOn) turn.act({ do: 'switchFan', on: wish });
}
