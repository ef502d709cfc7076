// Tells systemd that the program is ready and alive (Type=notify, WatchdogSec). Nothing where systemd did not ask for it.
//
// Node has no datagram sockets of this kind; koffi calls sd_notify(3) itself, so no program is started for each beat. It costs a guard
// some 4 MB.

const loopBeatEveryMs = 5_000;

/** Sends one notification; libsystemd finds the socket in the environment. */
export type Notify = (state: string) => void;

/** Whoever watches over a program. */
export interface Watcher {
  /** It can do its work from now on; told once, whatever is said again. */
  readonly ready: () => void;
  /** To call while all is well, also before it is ready. */
  readonly beat: () => void;
}

/** None where systemd did not ask, or without koffi or libsystemd. */
export async function systemdNotifier(env: NodeJS.ProcessEnv, open: () => Promise<Notify> = openNotify): Promise<Watcher | undefined> {
  if (env['NOTIFY_SOCKET'] === undefined) return undefined;
  try {
    const notify = await open();
    let isReady = false;
    const ready = () => {
      if (!isReady) notify('READY=1');
      isReady = true;
    };
    return { ready, beat: () => notify('WATCHDOG=1') };
  } catch (error) {
    // systemd ends a service that never says READY: better than one that only seems watched. The journal says why.
    process.stderr.write(`systemd cannot be told: ${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}

/** Beats as long as the loop turns, for a program whose one vital sign that is. Call it when the program is ready. */
export async function beatWithLoop(env: NodeJS.ProcessEnv): Promise<void> {
  const watcher = await systemdNotifier(env);
  if (!watcher) return;
  const { ready, beat } = watcher;
  ready();
  beat();
  setInterval(beat, loopBeatEveryMs).unref();
}

async function openNotify(): Promise<Notify> {
  const { default: koffi } = await import('koffi');
  const notify = koffi.load('libsystemd.so.0').func('int sd_notify(int unset, const char *state)');
  return (state) => void notify(0, state);
}
