// The processes of a board's browser, as a test finds them to hurt them.
import { readFileSync } from 'node:fs';
import { descendants } from '../bench/parts/process-tree.ts';

/** Of this test process, by Chromium's own word for the kind. */
export function browserProcesses(kind: 'browser' | 'renderer' | 'gpu-process'): number[] {
  return descendants(process.pid).filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      if (!words.includes('loa-board-')) return false;
      return kind === 'browser' ? !words.includes('--type=') : words.includes(`--type=${kind}`);
    } catch {
      return false; // it ended while we looked
    }
  });
}
