// Which machine this is: the serial of its board, hashed. A memory card that was copied into another machine shows by it.
import { readFile } from 'node:fs/promises';
import { sha256 } from '../hardware/host/crypto.ts';
import { hardwareText } from '../schemas/enrolment.ts';
import type { CentreLink } from './link.ts';

/** The device tree's serial (Raspberry Pi and most boards), then the mainboard's (readable by root only). */
export const serialFiles: readonly string[] = ['/proc/device-tree/serial-number', '/sys/class/dmi/id/product_uuid'];

/** Hash of the serial; nothing where the machine has none that can be read. */
export async function machineHash(files: readonly string[] = serialFiles): Promise<string | undefined> {
  for (const file of files) {
    const text = await readFile(file, 'latin1').catch(() => '');
    const serial = text.replaceAll('\0', '').trim();
    if (serial.length >= 4 && serial.length <= 128 && !/^0+$/.test(serial)) return sha256(hardwareText(serial));
  }
  return undefined;
}

/** Are these keys of another machine? Where either serial is not known nobody is accused. */
export function isCopy({ hardware }: { readonly hardware?: string | undefined }, here: string | undefined): boolean {
  return hardware !== undefined && here !== undefined && hardware !== here;
}

/** What the local page says of the line of a copied card. */
export function copiedLine(link: Pick<CentreLink, 'status'>): Pick<CentreLink, 'status'> {
  const problem = { code: 'another-machine' as const, path: '', detail: 'a new claim makes it a box again' };
  return { status: () => ({ ...link.status(), problem }) };
}
