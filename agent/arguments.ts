// What the command line asks of the agent.
import { parseArgs } from 'node:util';
import { bad, ok, type Result } from '../schemas/problems.ts';

export type Asked =
  | { readonly do: 'run' | 'release' | 'label'; readonly dataDir: string; readonly configFile: string; readonly configNamed: boolean }
  | { readonly do: 'enrol'; readonly dataDir: string; readonly claimFile: string }
  | { readonly do: 'help' };

export const usage = `Loa agent: one box.

  node dist/agent.js --data DIR [--config FILE]          run the box of this data folder
  node dist/agent.js enrol --data DIR --claim FILE       become the box that the claim names
  node dist/agent.js release --data DIR [--config FILE]  open the relays that a dead agent left closed
  node dist/agent.js label --data DIR [--config FILE]    name, key and WIFI: code of the box's own Wi-Fi, for its label
  node dist/guard.js --data DIR [--config FILE]          run it, and run it again when it dies or hangs

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
    if (more.length > 0 || (word !== undefined && word !== 'enrol' && word !== 'release' && word !== 'label'))
      return bad('bad-input', `unknown word ${more[0] ?? word}`);
    if (values.data === undefined) return bad('bad-input', '--data DIR is missing');
    if (word !== 'enrol')
      return ok({
        do: word ?? 'run',
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
