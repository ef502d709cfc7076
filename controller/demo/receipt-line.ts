// A play receipt as one line that a person reads, Vietnamese.
import type { ReceiptAnswer } from '../../schemas/api.ts';
import type { Outcome } from '../../schemas/receipt.ts';
import { outcomeWords, reasonWords } from '../../schemas/receipt-words.ts';

const marks: Readonly<Record<Outcome, string>> = {
  played: '✔',
  partial: '◐',
  preempted: '⏸',
  missed: '○',
  'refused-by-policy': '⊘',
  failed: '✖',
  withdrawn: '↩',
};

/** Wall time of day in the district's zone. */
export function timeOfDay(ms: number, zone: string): string {
  return new Intl.DateTimeFormat('vi-VN', { timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }).format(
    ms,
  );
}

/** `✔ 21:03:30  Cụm loa Thôn 1: phát đủ “Bản tin” 59,0 s, lệch giờ +0,4 ms`. */
export function receiptLine({ box, boxName, title, receipt }: ReceiptAnswer, zone: string): string {
  const seconds = (receipt.audibleMs / 1000).toFixed(1).replace('.', ',');
  const parts = [`${outcomeWords[receipt.outcome]} “${title ?? receipt.programme ?? receipt.occurrence}” ${seconds} s`];
  if (receipt.reason) parts.push(reasonWords[receipt.reason]);
  if (receipt.startErrorMs !== undefined && receipt.outcome !== 'missed') {
    const sign = receipt.startErrorMs < 0 ? '−' : '+';
    parts.push(`lệch giờ ${sign}${Math.abs(receipt.startErrorMs).toFixed(1).replace('.', ',')} ms`);
  }
  const at = timeOfDay(receipt.startedMs ?? receipt.plannedStartMs, zone);
  return `${marks[receipt.outcome]} ${at}  ${boxName ?? box}: ${parts.join(', ')}`;
}
