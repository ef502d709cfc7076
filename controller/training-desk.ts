// Training at work: sandboxes that hold virtual boxes alone, and records of who did which exercise there.
import { randomHex } from '../hardware/host/crypto.ts';
import { type AreaPath, within } from '../schemas/ids.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { TrainingRequest, TrainingResultRequest } from '../schemas/training.ts';
import { type Sandbox, type SandboxState, type Training, type TrainingAct, trainingActsMax, trainingLimits } from '../schemas/training.ts';
import { type Grant, may } from './core/roles.ts';
import { isVirtual, judgeResult, judgeSandbox, judgeTraining, type KnownBox } from './core/training.ts';
import type { RegisterDesk } from './register/register-desk.ts';
import type { Registry } from './registry.ts';
import type { Account, Act, Store } from './store/store.ts';

export interface TrainingDeskOptions {
  readonly store: Pick<Store, 'training' | 'people' | 'audit'>;
  readonly registry: Registry;
  readonly register: Pick<RegisterDesk, 'areaOf'>;
  readonly nowMs: () => number;
}

export interface TrainingAsking {
  readonly account: string;
  readonly grants: readonly Grant[];
  readonly act: (act: string, subject: string, content?: unknown) => Act;
}

export class TrainingDesk {
  readonly #options: TrainingDeskOptions;

  constructor(options: TrainingDeskOptions) {
    this.#options = options;
  }

  async sandboxes(): Promise<SandboxState[]> {
    return (await this.#options.store.training.sandboxes()).map((sandbox) => {
      const boxes = this.#boxesIn(sandbox.unit);
      return { ...sandbox, boxes: boxes.length, real: boxes.filter((box) => !isVirtual(box)).map(({ id }) => id) };
    });
  }

  /** Problems: not-found, not-allowed, conflict (boxes that are not virtual), over-budget. */
  async makeSandbox(unit: string, { account, grants, act }: TrainingAsking): Promise<Result<Sandbox>> {
    const { store, nowMs } = this.#options;
    const placed = this.#place(unit, grants, 'sandbox.write');
    if (!placed.ok) return placed;
    const judged = judgeSandbox(this.#boxesIn(unit));
    if (!judged.ok) return judged;
    if ((await store.training.sandboxes()).length >= trainingLimits.sandboxes)
      return bad('over-budget', `${trainingLimits.sandboxes} sandboxes`);
    const sandbox = { unit, by: account, sinceMs: nowMs() };
    await store.training.saveSandbox(sandbox, act('sandbox.make', unit, sandbox));
    return ok(sandbox);
  }

  /** Problems: not-found, not-allowed. */
  async endSandbox(unit: string, { grants, act }: TrainingAsking): Promise<Result<void>> {
    const placed = this.#place(unit, grants, 'sandbox.write');
    return placed.ok ? this.#options.store.training.removeSandbox(unit, act('sandbox.end', unit)) : placed;
  }

  /** Problems: not-found, not-allowed, conflict (no sandbox; not virtual; those of `judgeTraining`). */
  async begin(wish: TrainingRequest, { account, grants, act }: TrainingAsking): Promise<Result<Training>> {
    const { store, nowMs } = this.#options;
    const trainee = await this.#trainee(wish.person, grants);
    if (!trainee.ok) return trainee;
    if (trainee.value.disabledMs !== null) return bad('conflict', `${wish.person} is disabled`, '/person');
    if (!(await store.training.sandboxes()).some(({ unit }) => unit === wish.unit))
      return bad('conflict', `${wish.unit} is no sandbox`, '/unit');
    // A real box may have come to stand there since.
    const virtual = judgeSandbox(this.#boxesIn(wish.unit));
    if (!virtual.ok) return virtual;
    const judged = judgeTraining(wish, trainee.value.grants, { id: `tap-${randomHex(6)}`, by: account, atMs: nowMs() });
    if (judged.ok) await store.training.add(judged.value, act('training.begin', judged.value.id, judged.value));
    return judged;
  }

  /** Problems: not-found, not-allowed, those of `judgeResult`. */
  async complete(id: string, wish: TrainingResultRequest, { account, grants, act }: TrainingAsking): Promise<Result<Training>> {
    const { store, nowMs } = this.#options;
    const training = await store.training.training(id);
    if (!training) return bad('not-found', `no training ${id}`);
    const trainee = await this.#trainee(training.person, grants);
    if (!trainee.ok) return trainee;
    return store.training.decide(id, (one) => judgeResult(one, wish, account, nowMs()), act('training.complete', id, wish));
  }

  /** What was done in the trainee's name since it began, until it was over; of a training one may see. Problem: not-found. */
  async acts(id: string, { account, grants }: Pick<TrainingAsking, 'account' | 'grants'>): Promise<Result<TrainingAct[]>> {
    const { store, nowMs } = this.#options;
    const training = await store.training.training(id);
    if (!training || !(await this.peopleSeen(account, grants)).includes(training.person)) return bad('not-found', `no training ${id}`);
    const span = { fromMs: training.beganMs, toMs: training.completedMs ?? nowMs(), limit: trainingActsMax };
    const done = await store.audit.by(training.person, span);
    return ok(done.map(({ atMs, act, subject }) => ({ atMs, act, subject })));
  }

  /** People whose training somebody may see: one's own, and those who work where one may read. */
  async peopleSeen(account: string, grants: readonly Grant[]): Promise<string[]> {
    const all = await this.#options.store.people.accounts();
    return all.filter((one) => one.account === account || this.#worksIn(one.grants, grants)).map((one) => one.account);
  }

  /** A person whose training one may record. */
  async #trainee(person: string, grants: readonly Grant[]): Promise<Result<Account>> {
    const account = await this.#options.store.people.account(person);
    if (!account) return bad('not-found', `no account ${person}`, '/person');
    const allowed = account.grants.some(({ area }) => may(grants, 'training.write', area).ok);
    return allowed ? ok(account) : bad('not-allowed', `training.write where ${person} works`, '/person');
  }

  #worksIn(theirs: readonly Grant[], mine: readonly Grant[]): boolean {
    return theirs.some(({ area }) => mine.some((grant) => within(area, grant.area)));
  }

  #boxesIn(unit: string): KnownBox[] {
    const { registry, register } = this.#options;
    const area = register.areaOf(unit);
    const boxes = area === undefined ? [] : registry.all().filter((box) => within(box.area, area));
    return boxes.map(({ id, enrolledMs }) => ({ id, enrolled: enrolledMs !== null, report: registry.seen(id)?.report ?? null }));
  }

  #place(unit: string, grants: readonly Grant[], act: 'sandbox.write'): Result<AreaPath> {
    const area = this.#options.register.areaOf(unit);
    if (area === undefined) return bad('not-found', `no unit ${unit}`, '/unit');
    const allowed = may(grants, act, area);
    return allowed.ok ? ok(area) : allowed;
  }
}
