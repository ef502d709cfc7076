import type { Rating } from '../../schemas/evaluation.ts';
import type { Result } from '../../schemas/problems.ts';
import type { Sandbox, Training } from '../../schemas/training.ts';
import type { Act } from './store.ts';

export interface EvaluationStore {
  /** In place of one of the same unit, month, level and source. */
  saveRating(rating: Rating, act: Act): Promise<void>;
  /** Of these months, in their order. */
  ratings(fromMonth: string, toMonth: string): Promise<Rating[]>;
}

export interface TrainingFilter {
  readonly people?: readonly string[] | undefined;
  readonly unit?: string | undefined;
  readonly after?: Pick<Training, 'beganMs' | 'id'> | undefined;
  readonly limit: number;
}

export interface TrainingStore {
  add(training: Training, act: Act): Promise<void>;
  training(id: string): Promise<Training | undefined>;
  /** Newest first. */
  trainings(filter: TrainingFilter): Promise<Training[]>;
  /** Passed within the period, by when. */
  passed(fromMs: number, toMs: number): Promise<Training[]>;
  /** Read, decide, write. Problems: not-found, those of the judge. */
  decide(id: string, judge: (training: Training) => Result<Training>, act: Act): Promise<Result<Training>>;
  sandboxes(): Promise<Sandbox[]>;
  saveSandbox(sandbox: Sandbox, act: Act): Promise<void>;
  /** Problem: not-found. */
  removeSandbox(unit: string, act: Act): Promise<Result<void>>;
}
