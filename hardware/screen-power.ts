// Door to a screen's power: HDMI-CEC, the compositor, DDC/CI, a relay, and a simulation honour one contract.
import type { Problem, Result } from '../schemas/problems.ts';

/** `sent` is not `confirmed`: only a screen that was asked, and answered, confirms. */
export type Powered = { readonly sent: true; readonly confirmed: boolean } | { readonly problem: Problem };

export interface ScreenPower {
  /** Technique, e.g. `cec`. */
  readonly name: string;
  /** Is the means there at all? Problems: tool-missing, device-failed, driver-missing, device-busy. */
  probe(): Promise<Result<void>>;
  /** Done within 25 s, several sockets and the question afterwards included; saying again what is so already changes nothing. Problems as `probe`, and tool-timeout, tool-failed. */
  switch(on: boolean): Promise<Powered>;
  stop(): Promise<void>;
}

/** Of one program. */
export const programWithinMs = 5_000;
