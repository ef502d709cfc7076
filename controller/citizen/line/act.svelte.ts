// One act at a time at the centre: whether it goes on, and in the catalogue's words why it was refused.
import { Refused, type ShownProblem } from './door.ts';

export class Act {
  problem = $state.raw<ShownProblem>();
  going = $state(false);

  /** True when the centre did it. */
  readonly run = async (work: () => Promise<unknown>): Promise<boolean> => {
    this.problem = undefined;
    this.going = true;
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.problem = error.problem;
      return false;
    } finally {
      this.going = false;
    }
  };
}
