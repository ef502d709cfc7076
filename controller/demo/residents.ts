// What residents of the demo read and have said, and what the commune did with it: bulletins, each state of feedback, a poll that is
// counted and a survey that runs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { CitizenSettings, FeedbackCategory, FeedbackKind, LoudspeakerTrouble, PollQuestion } from '../../schemas/citizen.ts';
import type { CitizenSettingsAnswer, FeedbackAnswer, PollAnswer, ReceiptAnswer } from '../../schemas/citizen-api.ts';
import { Id } from '../../schemas/ids.ts';
import type { SourceItemAnswer } from '../../schemas/source.ts';
import type { CentreRest } from './centre-rest.ts';
import type { People } from './content.ts';
import { dataFolder } from './demo-texts.ts';

const dayMs = 86_400_000;
const surveyMs = 14 * dayMs;

const Said = v.strictObject({
  unit: Id,
  kind: FeedbackKind,
  category: FeedbackCategory,
  text: v.string(),
  trouble: v.optional(LoudspeakerTrouble),
  assignee: v.optional(Id),
  answer: v.optional(v.string()),
  /** Of the office's own words: the answer is published beside it. */
  question: v.optional(v.string()),
  stars: v.optional(v.number()),
});
const Asked = v.strictObject({
  kind: v.picklist(['poll', 'survey']),
  unit: Id,
  title: v.string(),
  text: v.string(),
  questions: v.array(PollQuestion),
  ballots: v.array(v.array(v.union([v.array(v.number()), v.string()]))),
  closed: v.boolean(),
});
const Told = v.strictObject({ title: v.string(), essential: v.boolean(), body: v.string() });
export const Residents = v.strictObject({
  contacts: CitizenSettings.entries.contacts,
  links: CitizenSettings.entries.links,
  items: v.array(Told),
  feedback: v.array(Said),
  polls: v.array(Asked),
});
export type Residents = v.InferOutput<typeof Residents>;

export function readResidents(): Residents {
  return v.parse(Residents, JSON.parse(readFileSync(join(dataFolder, 'residents.json'), 'utf8')));
}

export class ResidentsStory {
  readonly #rest: CentreRest;
  readonly #people: People;

  constructor(rest: CentreRest, people: People) {
    this.#rest = rest;
    this.#people = people;
  }

  /** Once, in a new demo. */
  async tell({ contacts, links, items, feedback, polls }: Residents, nowMs: number): Promise<void> {
    await this.#settings({ contacts, links });
    for (const item of items) await this.#publish(item);
    for (const [n, said] of feedback.entries()) await this.#say(said, n);
    for (const asked of polls) await this.#ask(asked, nowMs);
  }

  async #settings({ contacts, links }: Pick<Residents, 'contacts' | 'links'>): Promise<void> {
    const { administrator } = this.#people;
    const { smsState: _, ...now } = await this.#rest.get<CitizenSettingsAnswer>(administrator, '/citizen-settings');
    await this.#rest.put(administrator, '/citizen-settings', { ...now, contacts: [...now.contacts, ...contacts], links });
  }

  /** What residents read and find: words alone, as notices. */
  async #publish(item: Residents['items'][number]): Promise<void> {
    const { author, approver } = this.#people;
    const { id } = await this.#rest.post<SourceItemAnswer>(author, '/source-items', { content: { kind: 'notice', ...item } });
    for (const [who, step] of [[author, 'submit'] as const, [approver, 'approve'] as const, [approver, 'publish'] as const])
      await this.#rest.post(who, `/source-items/${id}/${step}`, { version: 1 });
  }

  /** Each resident has a telephone of their own. */
  async #device(): Promise<string> {
    return (await this.#rest.ask<{ readonly device: string }>('/public/device')).device;
  }

  async #say({ answer, question, assignee, stars, ...wish }: Residents['feedback'][number], n: number): Promise<void> {
    const { author, approver } = this.#people;
    const once = n.toString(16).padStart(32, '0');
    const receipt = await this.#rest.ask<ReceiptAnswer>('/public/feedback', { once, device: await this.#device(), ...wish });
    const all = await this.#rest.get<FeedbackAnswer[]>(author, '/feedback');
    const id = all.find(({ number }) => number === receipt.number)?.id;
    if (id === undefined) return;
    const step = async (who: typeof author, word: string, body: object) => {
      const { steps } = await this.#rest.get<FeedbackAnswer>(author, `/feedback/${id}`);
      await this.#rest.post(who, `/feedback/${id}/${word}`, { seen: steps.length, ...body });
    };
    if (assignee !== undefined) await step(author, 'assign', { assignee });
    if (answer === undefined) return;
    await step(author, 'answer', { text: answer });
    if (question !== undefined) await step(approver, 'publish', { question, answer });
    if (stars !== undefined) await this.#rest.ask('/public/feedback/rate', { number: receipt.number, secret: receipt.secret, stars });
  }

  async #ask({ ballots, closed, ...wish }: Residents['polls'][number], nowMs: number): Promise<void> {
    const { author, approver } = this.#people;
    const times = { opensMs: nowMs - 1_000, closesMs: nowMs + surveyMs };
    const { id } = await this.#rest.post<PollAnswer>(author, '/polls', { ...wish, voter: 'device', ...times });
    await this.#rest.post(approver, `/polls/${id}/open`);
    for (const answers of ballots)
      await this.#rest.ask(`/public/polls/${id}/ballots`, { device: await this.#device(), unit: wish.unit, answers });
    if (closed) await this.#rest.post(approver, `/polls/${id}/close`);
  }
}
