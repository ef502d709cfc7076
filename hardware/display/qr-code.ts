// A QR code as a drawing, for pages a board makes itself (ISO/IEC 18004, correction level M).
import { create } from 'qrcode';

export const qrLettersMax = 300;
const quiet = 4;

/** SVG on a light plate of its own, with the quiet zone of four modules; `undefined` for text that is too long. */
export function qrSign(text: string): string | undefined {
  if (text === '' || text.length > qrLettersMax) return undefined;
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const side = modules.size + 2 * quiet;
  let path = '';
  for (let y = 0; y < modules.size; y++)
    for (let x = 0; x < modules.size; x++) if (modules.get(y, x)) path += `M${x + quiet} ${y + quiet}h1v1h-1z`;
  return `<svg class="qr" viewBox="0 0 ${side} ${side}" role="img" aria-label="QR" shape-rendering="crispEdges"><rect width="${side}" height="${side}" rx="2" fill="#f4f8f6"/><path d="${path}" fill="#0b1f19"/></svg>`;
}
