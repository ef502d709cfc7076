// Measured values as bars, each beside its peers and the line it should not pass. Pure.
import { ink, label, line, numberText, picture, place, scaleOf } from './axis.ts';

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Ours; the others are peers. */
  readonly own?: boolean;
}

export interface BarGroup {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
  /** The bar to reach: a line of its own. */
  readonly target?: { readonly value: number; readonly says: string };
  readonly missed?: boolean;
}

export interface BarsPlot {
  readonly title: string;
  readonly subtitle: string;
  readonly groups: readonly BarGroup[];
}

const width = 760;
const left = 190;
const right = 110;
const barHeight = 20;
const barGap = 6;
const groupHead = 26;
const groupGap = 22;

export function plotBars({ title, subtitle, groups }: BarsPlot): string {
  const parts = [label(20, 28, title, { size: 16, bold: true }), label(20, 48, subtitle, { size: 12, colour: ink.soft })];
  let y = 66;
  for (const group of groups) {
    parts.push(...groupParts(group, y));
    y += heightOf(group) + groupGap;
  }
  return picture(width, y, title, parts);
}

function heightOf({ bars, target }: BarGroup): number {
  return groupHead + bars.length * (barHeight + barGap) + (target ? 16 : 0);
}

function groupParts({ title, unit, bars, target, missed = false }: BarGroup, y: number): string[] {
  const scale = scaleOf([...bars.map(({ value }) => value), target?.value ?? 0], 4);
  const x = (value: number) => place(value, scale, left, width - right);
  const head = unit === '' ? title : `${title}, ${unit}`;
  const parts = [label(20, y + 14, head, { size: 13, bold: true })];
  if (missed) parts.push(label(width - 20, y + 14, 'missed', { size: 13, bold: true, colour: ink.bad, anchor: 'end' }));
  const [top, floor] = [y + groupHead, y + groupHead + bars.length * (barHeight + barGap)];
  parts.push(line(left, top - 2, left, floor, ink.soft));
  if (target) {
    const at = x(target.value);
    const anchor = at > width / 2 ? 'end' : 'start';
    parts.push(line(at, top - 4, at, floor + 2, ink.text, true), label(at, floor + 15, target.says, { size: 11, anchor }));
  }
  for (const [at, { name, value, own = false }] of bars.entries()) {
    const barTop = top + at * (barHeight + barGap);
    const colour = own ? (missed ? ink.bad : ink.first) : ink.peer;
    const length = Math.max(1, Math.round((x(value) - left) * 10) / 10);
    parts.push(
      label(left - 8, barTop + 15, name, { anchor: 'end', bold: own }),
      `<rect x="${left}" y="${barTop}" width="${length}" height="${barHeight}" fill="${colour}"/>`,
      label(Math.round((left + length + 6) * 10) / 10, barTop + 15, numberText(value), { size: 12, bold: own, clear: true }),
    );
  }
  return parts;
}
