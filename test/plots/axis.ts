// Scales, ticks and text of the plots: calm SVG by hand, readable without colour. Pure.

export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
}

/** Below it no power of ten is left for the steps. */
const leastShown = 1e-300;

/** A scale from 0 or below the values to a round number above them, with about `count` round ticks. */
export function scaleOf(values: readonly number[], count: number, fromZero = true): Scale {
  const known = values.filter(Number.isFinite).map((value) => (Math.abs(value) < leastShown ? 0 : value));
  const low = known.length === 0 ? 0 : Math.min(...known);
  const high = known.length === 0 ? 1 : Math.max(...known);
  const min = fromZero ? Math.min(0, low) : low;
  const step = roundStep((high > min ? high - min : Math.abs(high) || 1) / Math.max(1, count));
  const first = Math.floor(min / step);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => tidy((first + at) * step));
  return { min: tidy(first * step), max: tidy(last * step), ticks };
}

/** From the lowest to the highest value and no further, with round ticks between. */
export function exactScale(values: readonly number[], count: number): Scale {
  const { ticks } = scaleOf(values, count, false);
  const known = values.filter(Number.isFinite);
  const [min, max] = known.length === 0 ? [0, 1] : [Math.min(...known), Math.max(...known)];
  return { min, max: max > min ? max : min + 1, ticks: ticks.filter((tick) => tick >= min && tick <= max) };
}

/** 1, 2 or 5 times a power of ten, not below `raw`. */
function roundStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const share = raw / power;
  return (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10) * power;
}

function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

/** Where a value stands between two pixels. */
export function place(value: number, { min, max }: Scale, fromPx: number, toPx: number): number {
  return Math.round((fromPx + ((value - min) / (max - min)) * (toPx - fromPx)) * 10) / 10;
}

/** Short, without trailing zeros: 1200 → `1,200`, 0.034 → `0.034`, 12000000 → `12M`. */
export function numberText(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6) return `${trimmed(value / 1e6)}M`;
  if (size >= 100) return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
  return trimmed(value);
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(3)));
}

export const ink = {
  text: '#222',
  soft: '#666',
  grid: '#e4e4e4',
  first: '#1f5f8b',
  second: '#c26a1a',
  third: '#6b8e4e',
  bad: '#b3261e',
  peer: '#b9c4cc',
} as const;

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escaped(text: string): string {
  return text.replace(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '').replace(/[&<>"]/g, (sign) => signs[sign] ?? '');
}

export interface TextLook {
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly colour?: string;
  readonly bold?: boolean;
  /** Readable over lines. */
  readonly clear?: boolean;
}

export function label(
  x: number,
  y: number,
  words: string,
  { size = 12, anchor = 'start', colour = ink.text, bold = false, clear = false }: TextLook = {},
): string {
  const weight = bold ? ' font-weight="600"' : '';
  const halo = clear ? ' paint-order="stroke" stroke="#fff" stroke-width="4"' : '';
  return `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" fill="${colour}"${weight}${halo}>${escaped(words)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, colour: string, dashed = false): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colour}"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`;
}

/** A whole picture; its title is what a screen reader says. */
export function picture(width: number, height: number, title: string, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}
