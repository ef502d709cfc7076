// One step in a programme's life, whoever asks for it and from where.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Programme } from '../../schemas/programme.ts';
import type { Centre } from '../centre.ts';
import { judgeStep, type ProgrammeStep, rightToJudge } from '../core/roles.ts';
import type { Asking } from '../sources/source-desk.ts';
import type { StoredProgramme } from '../store/store.ts';

/** Problems: not-found, not-allowed, own-work, conflict, bad-input (essential sound without its text). */
export async function stepProgramme(
  { store, dispatch, feed, card, nowMs }: Pick<Centre, 'store' | 'dispatch' | 'feed' | 'card' | 'nowMs'>,
  id: string,
  { step, note, seenMs }: { readonly step: ProgrammeStep; readonly note: string; readonly seenMs?: number },
  { account, grants, act }: Asking,
): Promise<Result<StoredProgramme>> {
  const stored = await store.content.programme(id);
  if (!stored) return bad('not-found', `no programme ${id}`);
  // Whoever judges by a link judges what was read there.
  if (seenMs !== undefined && stored.changedMs !== seenMs) return bad('conflict', 'it was changed meanwhile', '/of/changedMs');
  const judged = judgeStep(step, stored, { account, grants, area: card.area });
  if (!judged.ok) return judged;
  const unheard = step === 'submit' || step === 'approve' ? wordsMissing(stored.programme) : undefined;
  if (unheard !== undefined) return bad('bad-input', 'essential sound needs its text', `/items/${unheard}/speak`);
  const judging = step === 'approve' || step === 'reject';
  const right = judging ? rightToJudge(grants, 'programme.judge', card.area, stored.author) : ok(null);
  const delegation = right.ok ? right.value : null;
  const { delegation: before, ...rest } = stored;
  const kept = step === 'withdraw' ? before : undefined;
  const next: StoredProgramme = {
    ...rest,
    ...((delegation ?? kept) && { delegation: delegation ?? kept }),
    state: judged.value,
    approver: judging ? account : step === 'submit' ? null : stored.approver,
    changedMs: nowMs(),
    note,
  };
  await store.content.saveProgramme(
    next,
    act(`programme.${step}`, id, delegation ? { ...stored.programme, delegation } : stored.programme),
  );
  await dispatch.changed();
  feed.tell('programme', id);
  return ok(next);
}

/** Thông tin thiết yếu reaches those who cannot hear: the first of its sounds that has no words. */
function wordsMissing({ essential, form, items }: Programme): number | undefined {
  const at = essential === true && form === 'audio' ? items.findIndex(({ speak }) => speak === undefined) : -1;
  return at < 0 ? undefined : at;
}
