// Tells systemd that the program is ready and alive (Type=notify, WatchdogSec). Nothing where systemd did not ask for it.
//
// Node has no datagram sockets of this kind; koffi calls sd_notify(3) itself, so no program is started for each beat. It costs a guard
// some 4 MB.

const loopBeatEveryMs = 5_000;

/** Sends one notification; libsystemd finds the socket in the environment. */
export type Notify = (state: string) => void;

/** A beat to call while all is well; the first one also says READY. None where systemd did not ask, or without koffi or libsystemd. */
export async function systemdNotifier(env: NodeJS.ProcessEnv, open: () => Promise<Notify> = openNotify): Promise<(() => void) | undefined> {
  if (env['NOTIFY_SOCKET'] === undefined) return undefined;
  try {
    const notify = await open();
    let ready = false;
    return () => {
      notify(ready ? 'WATCHDOG=1' : 'READY=1\nWATCHDOG=1');
      ready = true;
    };
  } catch (error) {
    // systemd ends a service that never says READY: better than one that only seems watched. The journal says why.
    process.stderr.write(`systemd cannot be told: ${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}

/** Beats as long as the loop turns, for a program whose one vital sign that is. Call it when the program is ready. */
export async function beatWithLoop(env: NodeJS.ProcessEnv): Promise<void> {
  const beat = await systemdNotifier(env);
  if (!beat) return;
  beat();
  setInterval(beat, loopBeatEveryMs).unref();
}

async function openNotify(): Promise<Notify> {
  const { default: koffi } = await import('koffi');
  const notify = koffi.load('libsystemd.so.0').func('int sd_notify(int unset, const char *state)');
  return (state) => void notify(0, state);
}
