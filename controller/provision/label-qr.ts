// QR codes of labels, as one path each: no markup comes from a library.
import type { DrawQr } from './label-sheet.ts';

export async function qrDrawer(): Promise<DrawQr> {
  const { default: qrcode } = await import('qrcode');
  const quiet = 4; // modules around it (ISO/IEC 18004)
  return (text) => {
    const { modules } = qrcode.create(text, { errorCorrectionLevel: 'M' });
    let path = '';
    for (let y = 0; y < modules.size; y++)
      for (let x = 0; x < modules.size; x++) if (modules.get(y, x)) path += `M${x + quiet} ${y + quiet}h1v1h-1z`;
    return { path, size: modules.size + 2 * quiet };
  };
}
