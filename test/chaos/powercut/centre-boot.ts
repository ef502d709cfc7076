// The real program of a centre on a folder after a power cut: it comes up, and people sign in and are heard.
import { Program } from '../../wire/program.ts';
import { signedIn } from '../centre-kill/hands.ts';
import type { Found } from './found.ts';

const readyWithinMs = 60_000;

export async function bootCentre(dir: string): Promise<Found> {
  const found = { lost: [] as string[], twice: [] as string[], broken: [] as string[] };
  const program = new Program('controller', ['--data', dir, '--log', 'warn', '--port', '0', '--box-port', '0', '--mqtt-port', '0']);
  try {
    const console = String((await program.start(readyWithinMs))['console']);
    const { cookie, csrf } = await signedIn(console, 'tat-ca');
    const headers = { cookie, 'x-loa-csrf': csrf, 'content-type': 'application/json' };
    const body = JSON.stringify({ title: 'Sau khi mất điện', text: 'Có điện lại.', durationMs: 30_000 });
    const answer = await fetch(`${console}/api/bulletins`, { method: 'POST', headers, body });
    if (!answer.ok) found.broken.push(`boot: a bulletin was answered ${answer.status}`);
  } catch (error) {
    found.broken.push(`boot: ${error instanceof Error ? error.message : error}`);
  } finally {
    await program.kill();
  }
  return found;
}
