// A sanitiser gone wrong: hangs, dies, answers nonsense or another question.
import { createInterface } from 'node:readline';

process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { html, n } = JSON.parse(line);
  if (html === 'hang') for (;;);
  if (html === 'die') process.exit(3);
  if (html === 'killed') process.kill(process.pid, 'SIGKILL');
  if (html === 'nonsense') process.stdout.write('{\n');
  if (html === 'other') process.stdout.write(`${JSON.stringify({ n: n + 1, ok: true, value: {} })}\n`);
}
