// The answer to "what plays here, and why" as sentences: keys of words with their values, in the order they are read. Pure.
import type { ExplainAnswer } from '../../../../schemas/explain.ts';

export interface Sentence {
  /** A word of the room, after `plan:why.`. */
  readonly key: string;
  readonly values: Readonly<Record<string, string>>;
  readonly tone: 'plays' | 'above' | 'silent' | 'not' | 'next' | 'note';
}

export interface Sayings {
  readonly time: (ms: number) => string;
  readonly day: (ms: number) => string;
  /** An output by its kind, and by its name where the box has several of that kind. */
  readonly outputOf: (kind: ExplainAnswer['outputs'][number]['kind'], name: string | undefined) => string;
  /** A play's class, a refusal's rule, a reason of health in words. */
  readonly classOf: (name: string) => string;
  readonly rule: (name: string) => string;
}

export function sentencesOf(answer: ExplainAnswer, say: Sayings): Sentence[] {
  const above = answer.above.map(
    ({ kind, title, fromMs, untilMs }): Sentence => ({
      key: kind === 'order' ? 'aboveOrder' : 'aboveLive',
      values: { title, from: say.time(fromMs), until: say.time(untilMs) },
      tone: 'above',
    }),
  );
  const outputs = answer.outputs.flatMap((output) => outputSentences(output, answer, say));
  return [...above, ...outputs, ...noteSentences(answer)];
}

function outputSentences(output: ExplainAnswer['outputs'][number], { atMs, policy, outputs }: ExplainAnswer, say: Sayings): Sentence[] {
  const { plays, contenders, next } = output;
  const alone = outputs.every((other) => other === output || other.kind !== output.kind);
  const where = { output: say.outputOf(output.kind, alone ? undefined : output.output) };
  const first: Sentence = plays
    ? {
        key: `plays.${plays.why}`,
        values: {
          ...where,
          ...{ title: plays.occurrence.title, class: say.classOf(plays.occurrence.class) },
          ...{ start: say.time(plays.occurrence.startMs), until: say.time(plays.toMs) },
        },
        tone: 'plays',
      }
    : { key: 'silent', values: where, tone: 'silent' };
  const others = contenders.map(
    ({ occurrence, whyNot }): Sentence => ({
      key: `not.${whyNot}`,
      values: {
        ...{ title: occurrence.title, start: say.time(occurrence.startMs), class: say.classOf(occurrence.class), policy: policy.title },
        ...{ rule: say.rule(whyNot), by: plays?.occurrence.title ?? '' },
      },
      tone: 'not',
    }),
  );
  const after: Sentence = next
    ? { key: 'next', values: { title: next.occurrence.title, at: `${say.time(next.fromMs)} ${say.day(next.fromMs)}` }, tone: 'next' }
    : { key: 'nothingNext', values: { at: say.time(atMs) }, tone: 'next' };
  return [first, ...others, after];
}

function noteSentences({ want, health }: ExplainAnswer): Sentence[] {
  const notes: Sentence[] = [];
  if (want.applied === null) notes.push({ key: 'neverHeard', values: {}, tone: 'note' });
  else if (want.applied < want.wanted)
    notes.push({ key: 'behind', values: { applied: String(want.applied), wanted: String(want.wanted) }, tone: 'note' });
  else notes.push({ key: 'upToDate', values: {}, tone: 'note' });
  if ((want.missingMedia ?? 0) > 0) notes.push({ key: 'missing', values: { count: String(want.missingMedia) }, tone: 'note' });
  if (health && health.state !== 'ok') notes.push({ key: `health.${health.state}`, values: {}, tone: 'note' });
  return notes;
}
