// A shell for the handbook's commands: the real programs under the names that a package gives them, and a stand-in for systemd that
// starts and stops the real centre.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

export interface Done {
  readonly code: number | null;
  readonly said: string;
}

/** One centre is known to it, that of `$DATA`, on the port `$PORT` of this machine. */
const systemctl = `#!/bin/bash
read -r pid 2>/dev/null < "$RUN/pid" || pid=
halt() { [ -z "$pid" ] && return; kill "$pid"; while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done; rm "$RUN/pid"; }
begin() {
  : > "$RUN/out"
  loa-controller --data "$DATA" --port "$PORT" --box-port 0 --mqtt-port 0 > "$RUN/out" 2> "$RUN/log" < /dev/null &
  echo $! > "$RUN/pid"
  until grep -q '"ready"' "$RUN/out"; do kill -0 $! || { tail -n 5 "$RUN/log" >&2; exit 1; }; sleep 0.05; done
}
[ "$2" = loa-controller ] || { echo "Unit $2 could not be found." >&2; exit 4; }
case "$1" in
  start) begin ;;
  stop) halt ;;
  restart) halt; begin ;;
  status) [ -n "$pid" ] && kill -0 "$pid" && echo "active (running)" ;;
  *) echo "Unknown command verb $1." >&2; exit 1 ;;
esac
`;

export class Shell {
  readonly dir: string;
  readonly #env: Readonly<Record<string, string>>;

  constructor(dir: string, env: Readonly<Record<string, string>>) {
    this.dir = dir;
    const [programs, run] = [join(dir, 'bin'), join(dir, 'run')];
    for (const folder of [programs, run]) mkdirSync(folder, { recursive: true });
    for (const name of ['controller', 'agent', 'broker'])
      this.#program(`loa-${name}`, `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'dist', `${name}.js`)}' "$@"\n`);
    this.#program('systemctl', systemctl);
    const path = `${programs}${delimiter}${process.env['PATH'] ?? ''}`;
    // `sh` and what it starts find nothing of the person who runs the tests.
    this.#env = { PATH: path, HOME: dir, XDG_STATE_HOME: join(dir, 'state'), LC_ALL: 'C.UTF-8', RUN: run, ...env };
  }

  /** A block as somebody pastes it; it stops at the first command that fails. */
  run(block: string): Promise<Done> {
    return new Promise((resolve, reject) => {
      const child = spawn('bash', ['-euo', 'pipefail', '-c', block], { cwd: this.dir, env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      for (const out of [child.stdout, child.stderr])
        out.setEncoding('utf8').on('data', (text: string) => {
          said += text;
        });
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, said }));
    });
  }

  /** What the centre said when it was made ready. */
  get log(): string {
    return readFileSync(join(this.dir, 'run', 'log'), 'utf8');
  }

  async stop(): Promise<void> {
    await this.run('systemctl stop loa-controller || true');
  }

  #program(name: string, text: string): void {
    const file = join(this.dir, 'bin', name);
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  }
}
