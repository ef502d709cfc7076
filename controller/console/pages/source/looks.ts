// The class of `.pill` that the state of a version looks like.
import type { SourceState } from '../../../../schemas/source.ts';

export const stateLook: Readonly<Record<SourceState, string>> = {
  ...{ draft: '', submitted: 'degraded', approved: 'ok', rejected: 'silent', published: 'ok', replaced: '', withdrawn: '' },
};
