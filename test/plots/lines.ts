// Courses over one time axis, panel below panel: what grows is seen at a glance, limits are dashed. Pure.
import { exactScale, ink, label, line, numberText, picture, place, type Scale, scaleOf } from './axis.ts';

export type Point = readonly [x: number, y: number];

export interface Course {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly courses: readonly Course[];
  /** A straight line through part of the panel: a fitted slope. */
  readonly fit?: { readonly from: Point; readonly to: Point; readonly says: string };
  readonly limit?: number;
}

export interface LinesPlot {
  readonly title: string;
  readonly subtitle: string;
  readonly xTitle: string;
  readonly panels: readonly Panel[];
  /** What stands left of it does not count. */
  readonly warmUpTo?: number;
}

const width = 960;
const left = 84;
const right = 24;
const top = 64;
const panelHeight = 132;
const panelGap = 44;
const bottom = 48;
const colours = [ink.first, ink.second, ink.third];
/** More points than pixels say nothing more. */
const pointsMax = 1_600;

export function plotLines({ title, subtitle, xTitle, panels, warmUpTo }: LinesPlot): string {
  const height = top + panels.length * (panelHeight + panelGap) + bottom;
  const xs = panels.flatMap(({ courses }) => courses.flatMap(({ points }) => points.map(([x]) => x)));
  const xScale = exactScale(xs, 8);
  const parts = [label(left, 26, title, { size: 17, bold: true }), label(left, 46, subtitle, { colour: ink.soft })];
  for (const [at, panel] of panels.entries()) {
    const y = top + 22 + at * (panelHeight + panelGap);
    parts.push(...panelParts(panel, y, xScale, warmUpTo));
  }
  const axisY = top + 22 + panels.length * (panelHeight + panelGap) - panelGap;
  for (const tick of xScale.ticks)
    parts.push(label(x(tick, xScale), axisY + 16, numberText(tick), { anchor: 'middle', size: 11, colour: ink.soft }));
  parts.push(label((left + width - right) / 2, axisY + 36, xTitle, { anchor: 'middle', colour: ink.soft }));
  return picture(width, height, title, parts);
}

function x(value: number, scale: Scale): number {
  return place(value, scale, left, width - right);
}

function panelParts({ title, unit, courses, fit, limit }: Panel, y: number, xScale: Scale, warmUpTo: number | undefined): string[] {
  const values = courses.flatMap(({ points }) => points.map(([, value]) => value));
  const highest = Math.max(0, ...values);
  // A limit far above what was measured is told in words; drawn, it would press everything to the floor.
  const drawn = limit !== undefined && limit <= highest * 3 ? [limit] : [];
  const scale = scaleOf([...values, ...drawn], 4);
  const [floor, ceiling] = [y + panelHeight, y];
  const parts: string[] = [];
  if (warmUpTo !== undefined) {
    const to = x(warmUpTo, xScale);
    parts.push(`<rect x="${left}" y="${ceiling}" width="${Math.max(0, to - left)}" height="${panelHeight}" fill="#f5f5f3"/>`);
  }
  for (const tick of scale.ticks) {
    const at = place(tick, scale, floor, ceiling);
    parts.push(
      line(left, at, width - right, at, ink.grid),
      label(left - 8, at + 4, numberText(tick), { anchor: 'end', size: 11, colour: ink.soft }),
    );
  }
  const beyond = limit !== undefined && drawn.length === 0 ? ` · limit ${numberText(limit)}` : '';
  const slope = fit ? ` · ${fit.says}` : '';
  parts.push(label(left, ceiling - 8, `${title}, ${unit}${beyond}${slope}`, { bold: true, size: 12 }));
  let nameX = width - right;
  for (const [at, { name, points }] of [...courses.entries()].reverse()) {
    const colour = colours[at % colours.length] ?? ink.first;
    parts.push(label(nameX, ceiling - 8, name, { anchor: 'end', size: 12, colour, bold: true }));
    nameX -= 14 + name.length * 7.5;
    const [only] = points;
    if (points.length === 1 && only)
      parts.push(`<circle cx="${x(only[0], xScale)}" cy="${place(only[1], scale, floor, ceiling)}" r="2.5" fill="${colour}"/>`);
    const path = thinned(points).map(([px, value]) => `${x(px, xScale)},${place(value, scale, floor, ceiling)}`);
    parts.push(`<polyline fill="none" stroke="${colour}" stroke-width="1.6" points="${path.join(' ')}"/>`);
  }
  for (const value of drawn) {
    const at = place(value, scale, floor, ceiling);
    parts.push(
      line(left, at, width - right, at, ink.bad, true),
      label(width - right, at - 4, `limit ${numberText(value)}`, { anchor: 'end', size: 11, colour: ink.bad }),
    );
  }
  if (fit) {
    const [from, to] = [fit.from, fit.to].map(([px, value]) => [x(px, xScale), place(value, scale, floor, ceiling)] as const);
    if (from && to) parts.push(line(from[0], from[1], to[0], to[1], ink.text, true));
  }
  return parts;
}

function thinned(points: readonly Point[]): readonly Point[] {
  const each = Math.ceil(points.length / pointsMax);
  return points.filter((_, at) => at % each === 0 || at === points.length - 1);
}
