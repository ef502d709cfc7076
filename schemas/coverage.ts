// Who would understand which order: hazard × language × recorded?, and the clusters that would fall back to Vietnamese or to the siren.
import { findLanguage, sameLanguage } from './languages.ts';
import type { Order } from './order.ts';

export interface CoveredTemplate {
  readonly id: string;
  readonly hazard: Order['hazard'];
  /** `recorded`: a voice of a person is prepared for these words. */
  readonly speech: readonly { readonly language: string; readonly recorded: boolean }[];
}

export interface CoveredCluster {
  readonly id: string;
  readonly languages: readonly string[];
}

/** `machine`: a machine says the words; `silent`: there are words but no voice; `missing`: there are no words. */
export type VoiceState = 'recorded' | 'machine' | 'silent' | 'missing';

export interface CoverageCell {
  readonly language: string;
  readonly state: VoiceState;
  /** Clusters that list the language. */
  readonly clusters: readonly string[];
}

export interface CoverageRow {
  readonly template: string;
  readonly hazard: Order['hazard'];
  readonly cells: readonly CoverageCell[];
  /** Clusters that hear Vietnamese although they do not list it, and those that hear the siren alone. */
  readonly vietnameseInstead: readonly string[];
  readonly sirenAlone: readonly string[];
}

/** One row a template, one cell a language that any cluster lists. `machine` names the languages a machine can speak. */
export function coverage(
  templates: readonly CoveredTemplate[],
  clusters: readonly CoveredCluster[],
  machine: readonly string[],
): CoverageRow[] {
  const languages = distinct(clusters.flatMap((cluster) => cluster.languages));
  return templates.map((template) => {
    const state = (language: string) => stateOf(template, language, machine);
    const deaf = clusters.filter((cluster) => !cluster.languages.some((language) => heard(state(language))));
    const vietnamese = heard(state('vi'));
    return {
      template: template.id,
      hazard: template.hazard,
      cells: languages.map((language) => ({
        language,
        state: state(language),
        clusters: clusters.filter((cluster) => cluster.languages.some((one) => sameLanguage(one, language))).map(({ id }) => id),
      })),
      vietnameseInstead: vietnamese ? deaf.map(({ id }) => id) : [],
      sirenAlone: vietnamese ? [] : deaf.map(({ id }) => id),
    };
  });
}

function stateOf({ speech }: CoveredTemplate, language: string, machine: readonly string[]): VoiceState {
  const found = findLanguage(speech, language);
  if (!found) return 'missing';
  if (found.recorded) return 'recorded';
  return machine.some((one) => sameLanguage(one, found.language)) ? 'machine' : 'silent';
}

function heard(state: VoiceState): boolean {
  return state === 'recorded' || state === 'machine';
}

function distinct(languages: readonly string[]): string[] {
  return languages.filter((language, i) => languages.findIndex((other) => sameLanguage(other, language)) === i);
}
