// What the command line asks of the agent.
import { parseArgs } from 'node:util';
import { bad, ok, type Result } from '../schemas/problems.ts';

export type Asked =
  | { readonly do: 'run'; readonly dataDir: string; readonly configFile: string; readonly configNamed: boolean }
  | { readonly do: 'enrol'; readonly dataDir: string; readonly claimFile: string }
  | { readonly do: 'help' };

export const usage = `Loa agent: one box.

  node dist/agent.js --data DIR [--config FILE]          run the box of this data folder
  node dist/agent.js enrol --data DIR --claim FILE       become the box that the claim names

DIR/config.json is read when --config is not given.
`;

export function readArguments(argv: readonly string[]): Result<Asked> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { data: { type: 'string' }, config: { type: 'string' }, claim: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    const [word, ...more] = positionals;
    if (values.help) return ok({ do: 'help' });
    if (more.length > 0 || (word !== undefined && word !== 'enrol')) return bad('bad-input', `unknown word ${more[0] ?? word}`);
    if (values.data === undefined) return bad('bad-input', '--data DIR is missing');
    if (word === undefined)
      return ok({
        do: 'run',
        dataDir: values.data,
        configFile: values.config ?? `${values.data}/config.json`,
        configNamed: values.config !== undefined,
      });
    return values.claim === undefined
      ? bad('bad-input', '--claim FILE is missing')
      : ok({ do: 'enrol', dataDir: values.data, claimFile: values.claim });
  } catch (error) {
    return bad('bad-input', (error as Error).message);
  }
}
