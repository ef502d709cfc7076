// Play receipts as a table that stacks on phones.
import type { ReceiptAnswer } from '../../../schemas/api.ts';
import { reasonWords } from '../../../schemas/receipt-words.ts';
import { h } from '../element.ts';
import { clockWords, dayWords, lengthWords, outcomeWords } from '../words.ts';

export function receiptTable(receipts: readonly ReceiptAnswer[]): HTMLElement {
  if (receipts.length === 0) return h('p', { class: 'empty' }, 'Chưa có biên nhận phát nào.');
  return h(
    'table',
    { class: 'stack' },
    h('thead', {}, h('tr', {}, ...['Giờ', 'Chương trình', 'Hộp', 'Kết quả', 'Nghe được'].map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, ...receipts.map(receiptRow)),
  );
}

function receiptRow({ box, boxName, title, receipt }: ReceiptAnswer): HTMLElement {
  const startMs = receipt.startedMs ?? receipt.plannedStartMs;
  return h(
    'tr',
    {},
    h('td', { class: 'num' }, clockWords(startMs), ' ', h('small', {}, dayWords(startMs))),
    h('td', {}, title ?? receipt.programme ?? receipt.occurrence),
    h('td', {}, boxName ?? box),
    h(
      'td',
      {},
      h('span', { class: `pill ${receipt.outcome}` }, outcomeWords[receipt.outcome] ?? receipt.outcome),
      receipt.reason ? h('small', {}, ` ${reasonWords[receipt.reason]}`) : null,
    ),
    h('td', { class: 'num' }, receipt.audibleMs > 0 ? lengthWords(receipt.audibleMs) : '–'),
  );
}
