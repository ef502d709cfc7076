// A gateway process gone bad, in each way that is told to it in the bytes it should read. Speaks the centre's line protocol.
import { createInterface } from 'node:readline';

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const verdict = { is: 'ignore', code: 'test', reason: `${process.pid}` };

createInterface({ input: process.stdin }).on('line', (line) => {
  const { n, bytes, ...ask } = JSON.parse(line);
  if (ask.do === 'remember') return say({ n, ok: true, value: null });
  const wish = Buffer.from(bytes, 'base64').toString();
  if (wish === 'hang') for (;;);
  if (wish === 'bomb') for (const heap = []; ; ) heap.push('x'.repeat(1_000_000) + heap.length);
  if (wish === 'buffers') for (const heap = []; ; ) heap.push(Buffer.alloc(16_000_000, 1));
  // Slow without work of its own, as on a machine that has no time for it.
  const slowMs = Number(/^slow (\d+)$/.exec(wish)?.[1] ?? 0);
  if (slowMs > 0)
    return setTimeout(() => say({ n, ok: true, value: { verdict, alert: null, ends: [], notes: [], remember: [], forget: [] } }), slowMs);
  if (wish === 'die') process.exit(7);
  if (wish === 'flood') for (;;) process.stdout.write('x'.repeat(1_000_000));
  if (wish === 'nonsense') return say({ n, ok: true, value: { verdict: { is: 'accept', code: 'DROP TABLE', reason: '' } } });
  if (wish === 'other') return say({ n: n + 1, ok: true, value: null });
  return say({ n, ok: true, value: { verdict, alert: null, ends: [], notes: [], remember: [], forget: [] } });
});
say({ ready: true });
