// A box for tables of rules: one state, a clock that is told, decisions one at a time.
import { decide } from '../../agent/core/decide.ts';
import type { Action, Decision, Event, State } from '../../agent/core/model.ts';
import { blankKept, blankLive } from '../../agent/core/start-state.ts';
import type { Fact } from '../../schemas/outbox.ts';
import type { ClockQuality, Moment } from '../../schemas/time.ts';
import type { Plan } from '../../schemas/want.ts';
import { mondayMs, opened, wantOf } from '../world/build.ts';

export class Rig {
  state: State = { kept: blankKept(), live: blankLive() };
  wallMs: number;
  monoMs = 1_000;
  quality: ClockQuality = 'signed';
  last: Decision | undefined;
  readonly actions: Action[] = [];
  readonly facts: Fact[] = [];

  constructor(timeOfDayMs: number) {
    this.wallMs = mondayMs + timeOfDayMs;
  }

  now(): Moment {
    return { wallMs: this.wallMs, monoMs: this.monoMs, quality: this.quality };
  }

  tell(event: Event): Decision {
    const decision = decide(this.now(), this.state, event);
    this.state = decision.state;
    this.last = decision;
    this.actions.push(...decision.actions);
    this.facts.push(...decision.facts);
    return decision;
  }

  pass(ms: number): Decision {
    this.wallMs += ms;
    this.monoMs += ms;
    return this.tell({ is: 'timePassed' });
  }

  boot(): this {
    this.tell({ is: 'booted', boot: 'b1', version: '1' });
    return this;
  }

  /** Boot with a plan applied and all it needs in the cache. */
  bootWith(plan: Plan): this {
    this.boot();
    this.offer(plan);
    const media = plan.schedules.programmes.flatMap(({ items }) => items);
    this.tell({
      is: 'cacheSeen',
      has: [...wantOf(plan).parts, ...media].map(({ sha256, bytes }) => ({ sha256, bytes })),
      freeBytes: 2 ** 33,
    });
    this.load(plan);
    return this;
  }

  offer(plan: Plan, ctr = plan.rev): Decision {
    return this.tell({
      is: 'wantOffered',
      opened: opened(`want-${ctr}`, ctr, { aud: 'd/loa-1', exp: this.wallMs + 1e9 }),
      want: wantOf(plan),
    });
  }

  /** Answer the newest `loadPlan`. */
  load(plan: Plan): Decision {
    const load = this.lastOf('loadPlan');
    if (!load) throw new Error('no plan was to be loaded');
    return this.tell({ is: 'planLoaded', attempt: load.attempt, plan });
  }

  /** The first sample of the newest play leaves the output. */
  starts(): Decision {
    const play = this.lastOf('play');
    if (!play) throw new Error('nothing was to be played');
    return this.tell({ is: 'playbackStarted', output: play.output, attempt: play.attempt, startedMs: this.wallMs, startErrorMs: 0 });
  }

  lastOf<Kind extends Action['do']>(kind: Kind): Extract<Action, { do: Kind }> | undefined {
    return this.actions.findLast((action): action is Extract<Action, { do: Kind }> => action.do === kind);
  }

  /** The relays answer, some ms later. */
  amplifierAnswers(afterMs = 300): Decision {
    const asked = this.lastOf('switchAmplifier');
    if (!asked) throw new Error('no amplifier was asked for');
    this.wallMs += afterMs;
    this.monoMs += afterMs;
    return this.tell({ is: 'amplifierSwitched', output: asked.output, attempt: asked.attempt, on: asked.on });
  }
}
