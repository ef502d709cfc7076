// Boxes on a map, gathered by eye: what would lie on one another at this scale is one sign with a number. Pure.
import { type State, states } from './box-list.ts';

export interface Spot {
  readonly id: string;
  readonly name: string;
  readonly state: State;
  readonly area: string;
  readonly latitude: number;
  readonly longitude: number;
}

export interface Sign {
  readonly latitude: number;
  readonly longitude: number;
  readonly spots: readonly Spot[];
  /** Of all that are gathered here. */
  readonly worst: State;
}

/** By squares of a grid of `cellDegrees`; each sign stands in the middle of what it gathers. */
export function gather(spots: readonly Spot[], cellDegrees: number): Sign[] {
  const cells = new Map<string, Spot[]>();
  for (const spot of spots) {
    const key = `${Math.floor(spot.latitude / cellDegrees)} ${Math.floor(spot.longitude / cellDegrees)}`;
    const cell = cells.get(key);
    if (cell) cell.push(spot);
    else cells.set(key, [spot]);
  }
  return [...cells.values()].map((cell) => ({
    latitude: cell.reduce((sum, one) => sum + one.latitude, 0) / cell.length,
    longitude: cell.reduce((sum, one) => sum + one.longitude, 0) / cell.length,
    spots: cell,
    worst: states.find((state) => cell.some((one) => one.state === state)) ?? 'unknown',
  }));
}
