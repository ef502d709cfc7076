// Runs another laboratory of `npm run chaos` as a process of its own; its exit code is its verdict, its last line its figures.
import { spawn } from 'node:child_process';
import type { Verdict } from './judge.ts';

/** The program that is running: chaos itself, with other words. */
export function runLab(words: readonly string[]): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [process.argv[1] ?? '', ...words, '--json'], { stdio: ['ignore', 'pipe', 2] });
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-16_384);
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      const figure = (said.trim().split('\n').at(-1) ?? '').slice(0, 600);
      resolve({ result: code === 0 && figure !== '' ? 'holds' : 'failed', figure: code === 0 ? figure : `exit ${code}: ${figure}` });
    });
  });
}
