// What the emergency desk knows now, the addresses inside it, and what its form begins with.
import type { AlertAnswer } from '../../../../schemas/alerts.ts';
import type { GroupAnswer, SessionAnswer } from '../../../../schemas/api.ts';
import type { DutyBrief } from '../../../../schemas/duty.ts';
import type { OrderAnswer, OrderRequestAnswer, StartAtBoxAnswer, TemplateAnswer } from '../../../../schemas/order-api.ts';

/** An order in earnest and an exercise are two pages: nothing turns one into the other. */
export type Kind = 'actual' | 'exercise';

export interface Desk {
  readonly duty: DutyBrief | undefined;
  readonly running: readonly OrderAnswer[];
  readonly atBoxes: readonly StartAtBoxAnswer[];
  readonly requests: readonly OrderRequestAnswer[];
  readonly alerts: readonly AlertAnswer[];
  /** When it was answered, by the page's own clock. */
  readonly askedMs: number;
}

export interface Choices {
  readonly templates: readonly TemplateAnswer[];
  readonly groups: readonly GroupAnswer[];
}

/** After `#/khan-cap`: which page of the desk, and what it begins with. */
export interface Spot {
  readonly kind: Kind | undefined;
  readonly alert?: string;
  readonly extend?: string;
}

const kinds: ReadonlyMap<string, Kind> = new Map([
  ['that', 'actual'],
  ['dien-tap', 'exercise'],
]);

export function spotOf([word = '', about = '', id = '']: readonly string[]): Spot {
  const kind = kinds.get(word);
  if (kind === undefined || id === '') return { kind };
  if (about === 'canh-bao') return { kind, alert: id };
  return about === 'gia-han' ? { kind, extend: id } : { kind };
}

export function addressOf({ kind, alert, extend }: Spot): string {
  const word = [...kinds].find(([, one]) => one === kind)?.[0];
  const about = alert !== undefined ? ['canh-bao', alert] : extend !== undefined ? ['gia-han', extend] : [];
  return ['#/khan-cap', ...(word === undefined ? [] : [word]), ...about.map(encodeURIComponent)].join('/');
}

/** What the form begins with: nothing, what an alert proposes, or the order that goes on. */
export interface Draft {
  readonly template: string | undefined;
  readonly groups: readonly string[] | undefined;
  /** What it answers or takes the place of, in words. */
  readonly about: string | undefined;
}

export function draftOf({ kind, alert, extend }: Spot, { alerts, running }: Pick<Desk, 'alerts' | 'running'>): Draft {
  const order = running.find(({ id, class: of }) => id === extend && of === kind);
  if (order) return { template: order.template, groups: order.groups, about: order.title };
  const heard = alerts.find(({ id }) => id === alert);
  if (!heard) return { template: undefined, groups: undefined, about: undefined };
  const { message, proposal } = heard;
  return {
    template: proposal.template ?? undefined,
    groups: proposal.groups,
    about: message?.texts[0]?.headline || message?.event || heard.id,
  };
}

/** Who is meant before anybody chose: the whole of a commune; of a wider area nobody, unless there is one group only. */
export function groupsMeant(groups: readonly GroupAnswer[], level: SessionAnswer['centre']['level']): string[] {
  const whole = level === 'commune' || level === 'hamlet' || groups.length === 1;
  return whole ? groups.map(({ id }) => id) : [];
}

/** The template that stands for a drill: its words would be untrue in earnest. */
const drillTemplate = 'dien-tap';

/** What may be chosen on the page of this kind. */
export function templatesFor(kind: Kind, templates: readonly TemplateAnswer[]): readonly TemplateAnswer[] {
  return kind === 'exercise' ? templates : templates.filter(({ id }) => id !== drillTemplate);
}
