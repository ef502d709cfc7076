// What a row of a box's log says to people: keys of words with their values, and what the box wrote itself. Pure.
import type { Fact } from '../../../../schemas/outbox.ts';

export type RowWord =
  | { readonly key: string; readonly values?: Readonly<Record<string, string | number>> }
  /** The box's own letters, as they came. */
  | { readonly text: string };

export function rowWords(fact: Fact | undefined): readonly RowWord[] {
  switch (fact?.kind) {
    case 'receipt':
      return [{ key: `terms:outcome.${fact.receipt.outcome}` }];
    case 'order':
      return [{ key: `terms:progress.${fact.state}` }];
    case 'want':
      return [{ key: `boxes:wantRow.${fact.state}`, values: { rev: fact.rev } }];
    case 'fault':
      return [
        { key: `boxes:reason.${fact.fault}`, values: { defaultValue: fact.fault } },
        { key: `boxes:faultRow.${fact.state}` },
        ...written(fact.detail),
      ];
    case 'command':
      return [{ key: `boxes:commandState.${fact.state}` }, ...written(fact.detail)];
    case 'live':
      return [{ key: `terms:live.${fact.state}` }];
    case 'act':
      return [{ key: `boxes:actRow.${fact.act}` }, ...written(fact.detail)];
    case 'clock':
      return [{ key: `boxes:clock.${fact.quality}` }];
    case 'dropped':
      return [{ key: 'boxes:times', values: { count: fact.count } }];
    default:
      return [];
  }
}

function written(text: string): RowWord[] {
  return text === '' ? [] : [{ text }];
}
