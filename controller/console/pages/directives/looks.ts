// The class of `.pill` that the state of a directive in a unit looks like.
import type { DirectiveState } from '../../../../schemas/directive.ts';

export const directiveLook: Readonly<Record<DirectiveState, string>> = {
  ...{ waiting: 'missed', read: 'ok', overdue: 'failed', withdrawn: '', unknown: '' },
};
