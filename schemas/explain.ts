// What plays on a box at an instant, and why, as it is answered.
import type * as v from 'valibot';
import type { PolicyRule } from './policy.ts';
import type { Segment } from './preview.ts';
import type { Health } from './report.ts';
import type { Occurrence } from './timeline.ts';

/** Why one does not play: refused by policy; or another comes first by this rule (DESIGN §5, PRODUCT §1.1). */
export type WhyNot = PolicyRule | 'class' | 'local-order' | 'level' | 'earlier-start' | 'name' | 'over';

export interface Contender {
  readonly occurrence: Occurrence;
  readonly whyNot: WhyNot;
}

export interface OutputExplained {
  readonly output: string;
  readonly kind: Occurrence['kind'];
  readonly plays: Segment | null;
  /** All others that touch this instant. */
  readonly contenders: readonly Contender[];
  readonly next: Segment | null;
}

/** What goes before every programme while it stands. */
export interface Above {
  readonly kind: 'order' | 'live';
  readonly id: string;
  readonly title: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface ExplainAnswer {
  readonly box: string;
  readonly atMs: number;
  readonly policy: { readonly id: string; readonly title: string };
  readonly above: readonly Above[];
  readonly outputs: readonly OutputExplained[];
  /** Would the box know all this? `applied` is what it last said it goes by. */
  readonly want: { readonly wanted: number; readonly applied: number | null; readonly missingMedia: number | null };
  readonly health: v.InferOutput<typeof Health> | null;
}
