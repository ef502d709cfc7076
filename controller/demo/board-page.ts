// Bulletins of the demo's e-board: whole HTML documents, no script, nothing from outside.
import * as v from 'valibot';

export const BoardText = v.strictObject({
  id: v.string(),
  title: v.string(),
  tone: v.picklist(['green', 'blue', 'amber', 'sky', 'red']),
  icon: v.picklist(['loa', 'nguoi', 'dien', 'troi', 'la', 'goi']),
  durationMs: v.number(),
  lines: v.array(v.tuple([v.string(), v.string()])),
});
export type BoardText = v.InferOutput<typeof BoardText>;

const tones = {
  green: ['#063d33', '#0e6b5c', '#b9f3dc'],
  blue: ['#0a2a57', '#1c4f96', '#cfe3ff'],
  amber: ['#4b2c00', '#8a5a00', '#ffe7b3'],
  sky: ['#08364a', '#12708f', '#c9f0ff'],
  red: ['#570b0b', '#a31d1d', '#ffd9d3'],
} as const;

/** Pictograms in a 24 × 24 box, strokes only. */
const icons = {
  loa: 'M4 9v6h4l6 5V4L8 9zM17 8a5 5 0 0 1 0 8M19.5 5a9 9 0 0 1 0 14',
  nguoi: 'M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21a8 8 0 0 1 16 0',
  dien: 'M13 2 5 14h6l-1 8 8-12h-6z',
  troi: 'M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM12 1v3M12 20v3M1 12h3M20 12h3M4 4l2 2M18 18l2 2M4 20l2-2M18 6l2-2',
  la: 'M5 21c0-10 5-17 15-18 0 11-6 16-13 15M5 21c2-5 5-8 9-10',
  goi: 'M5 3h4l2 5-3 2a12 12 0 0 0 6 6l2-3 5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 5a2 2 0 0 1 2-2z',
} as const;

function asText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Lay out one bulletin for any landscape screen; letters grow with the screen. */
export function boardPage({ title, tone, icon, lines }: BoardText): string {
  const [dark, mid, light] = tones[tone];
  const rows = lines.map(([name, text]) => `<li><b>${asText(name)}</b><span>${asText(text)}</span></li>`).join('\n');
  return `<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<title>${asText(title)}</title>
<style>
* { box-sizing: border-box; margin: 0; padding: 0; }
html, body { height: 100%; }
body { font-family: "Be Vietnam Pro", "Noto Sans", "DejaVu Sans", system-ui, sans-serif; color: #fff; background: radial-gradient(120vw 90vh at 85% -10%, ${mid}, ${dark} 70%); padding: 5vmin 6vmin; display: flex; flex-direction: column; gap: 4vmin; overflow: hidden; }
header { display: flex; align-items: center; gap: 4vmin; }
svg { width: 15vmin; height: 15vmin; flex: none; fill: none; stroke: ${light}; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
h1 { font-size: min(9.4vmin, 6vw); line-height: 1.12; font-weight: 800; letter-spacing: -.01em; }
ul { list-style: none; flex: 1; display: flex; flex-direction: column; justify-content: center; gap: 2.6vmin; }
li { display: flex; align-items: baseline; gap: 4vmin; padding: 2.4vmin 4vmin; border-radius: 2.4vmin; background: rgb(255 255 255 / .09); }
b { flex: 0 0 27%; color: ${light}; font-size: 5.4vmin; }
span { font-size: 5.4vmin; line-height: 1.25; }
footer { display: flex; justify-content: space-between; font-size: 3vmin; color: ${light}; }
.demo { border: .35vmin solid ${light}; border-radius: 99vmin; padding: .5vmin 2.4vmin; line-height: 1.4; font-weight: 700; letter-spacing: .08em; }
</style>
</head>
<body>
<header><svg viewBox="0 0 24 24" aria-hidden="true"><path d="${icons[icon]}"/></svg><h1>${asText(title)}</h1></header>
<ul>
${rows}
</ul>
<footer><span>UBND xã Sơn Dương</span><span class="demo">TRÌNH DIỄN</span></footer>
</body>
</html>
`;
}
