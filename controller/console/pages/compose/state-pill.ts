// Which shape and colour a programme's state has.
import type { ProgrammeAnswer } from '../../../../schemas/api.ts';

const pills: Readonly<Record<ProgrammeAnswer['state'], string>> = {
  draft: '',
  submitted: 'degraded',
  approved: 'ok',
  rejected: 'failed',
  withdrawn: 'missed',
};

export function pillOf(state: ProgrammeAnswer['state']): string {
  return pills[state];
}
