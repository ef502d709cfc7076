// The sanitiser process: one line asks, one line answers. It reads strangers' documents and knows nothing else.
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { Viewing } from '../../../schemas/bulletin-removals.ts';
import { parseJson } from '../../../schemas/parse.ts';
import { makeCleaner } from './clean.ts';

const Ask = v.strictObject({ n: v.number(), html: v.string(), viewing: Viewing });

const clean = makeCleaner();
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  const ask = parseJson(Ask, line, 16 * 1024 * 1024);
  if (!ask.ok) break;
  const { n, html, viewing } = ask.value;
  process.stdout.write(`${JSON.stringify({ n, ...clean(html, viewing) })}\n`);
}
