// What may be hard to read on the board, told to the author; nothing is changed for it.
import type { Declaration, Rule } from '../../../schemas/bulletin-css.ts';
import type { Viewing, Warning } from '../../../schemas/bulletin-removals.ts';
import type { Written } from './write.ts';

/** Height of a capital letter of its size, as common screen letters have it. */
const capitals = 0.72;
/** Radians of 16 minutes of arc, the least for capitals (ISO 9241-303). */
const leastAngle = 0.00465;
/** Rows of dots that `px` are taken for. */
const rows = 1080;
const lengths: Readonly<Record<string, number>> = {
  vmin: 0.01,
  vh: 0.01,
  vw: 16 / 9 / 100,
  vmax: 16 / 9 / 100,
  px: 1 / rows,
  pt: 4 / 3 / rows,
};
const standardPx = 16;

export function lint({ rules, inline, words }: Written, { distanceM, screenHeightM }: Viewing): Warning[] {
  if (words.trim() === '') return [{ code: 'no-words', detail: '' }];
  const least = (distanceM * leastAngle) / screenHeightM / capitals;
  const sizes = [...declarationsOf(rules), ...inline].flatMap(sizesOf);
  const said = sizes.length > 0 ? sizes : [{ said: `${standardPx}px`, part: standardPx / rows }];
  return [...new Map(said.filter(({ part }) => part < least).map((one) => [one.said, one])).values()].slice(0, 10).map((size) => ({
    code: 'letters-small',
    detail: `${size.said}: ${percent(size.part)} of the screen, ${percent(least)} at ${distanceM} m`,
  }));
}

function declarationsOf(rules: readonly Rule[]): Declaration[] {
  return rules.flatMap((rule) => ('declarations' in rule ? [...rule.declarations] : declarationsOf(rule.rules)));
}

/** Sizes that stand for themselves; what hangs on a parent (`em`, `%`) is as large as that. */
function sizesOf({ property, value }: Declaration): { readonly said: string; readonly part: number }[] {
  if (property !== 'font-size' && property !== 'font') return [];
  const size = property === 'font' ? (value.split('/')[0] ?? '') : value;
  return [...size.matchAll(/(?<![\w.])(\d+\.?\d*|\.\d+)(vmin|vmax|vh|vw|px|pt)\b/g)].map(([said, number, unit]) => ({
    said,
    part: Number(number) * (lengths[unit ?? ''] ?? 0),
  }));
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}
