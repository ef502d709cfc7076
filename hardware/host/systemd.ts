// Tells systemd that the program is ready and alive (Type=notify, WatchdogSec). Nothing where systemd did not ask for it.

/** A beat to call while all is well; the first one also says READY. Without koffi or libsystemd there is none. */
export async function systemdNotifier(env: NodeJS.ProcessEnv): Promise<(() => void) | undefined> {
  if (env['NOTIFY_SOCKET'] === undefined) return undefined;
  try {
    const { default: koffi } = await import('koffi');
    const notify = koffi.load('libsystemd.so.0').func('int sd_notify(int unset, const char *state)');
    notify(0, 'READY=1');
    return () => void notify(0, 'WATCHDOG=1');
  } catch {
    return undefined; // systemd ends a service that it believes hung: better than one that only seems watched
  }
}
