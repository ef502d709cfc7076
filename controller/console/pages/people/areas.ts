// Areas as people call them, and in the order of the tree.
import type { SessionAnswer } from '../../../../schemas/api.ts';
import type { UnitAnswer } from '../../../../schemas/units.ts';

type Centre = SessionAnswer['centre'];

/** The unit's name; of a place that no unit has, its path. */
export function areaName(area: string, centre: Centre, units: readonly UnitAnswer[], language: 'vi' | 'en'): string {
  const unit = units.find((one) => one.area === area);
  if (unit) return language === 'en' ? (unit.nameEn ?? unit.name) : unit.name;
  return area === centre.area ? centre.name : area;
}

export interface AreaChoice {
  readonly area: string;
  readonly name: string;
  /** How far below the first it lies. */
  readonly depth: number;
}

/** The centre's area and all units in it, each under the one it lies in; what is `chosen` is always among them. */
export function areaChoices(centre: Centre, units: readonly UnitAnswer[], language: 'vi' | 'en', chosen = ''): AreaChoice[] {
  const inside = units.map(({ area }) => area).filter((area) => area.startsWith(`${centre.area}/`));
  const areas = [...new Set([centre.area, ...inside, ...(chosen === '' ? [] : [chosen])])].sort();
  const top = centre.area.split('/').length;
  return areas.map((area) => ({
    area,
    name: areaName(area, centre, units, language),
    depth: Math.max(0, area.split('/').length - top),
  }));
}
