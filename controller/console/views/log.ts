// The play log: receipts by box, newest first.
import type { BoxAnswer, ReceiptAnswer } from '../../../schemas/api.ts';
import { get, getAll } from '../door.ts';
import { field, h, refresh, replace } from '../element.ts';
import { receiptTable } from './receipt-table.ts';
import { follow, type Stage } from './view.ts';

export function showLog({ content }: Stage): () => void {
  const chosen = h('select', {}, h('option', { value: '' }, 'Tất cả'));
  const list = h('div');
  const draw = async () => {
    const box = chosen.value ? `&box=${chosen.value}` : '';
    refresh(list, receiptTable(await get<ReceiptAnswer[]>(`/receipts?limit=200${box}`)));
  };
  chosen.addEventListener('change', () => void draw());
  void getAll<BoxAnswer>('/boxes?limit=1000').then((boxes) =>
    chosen.append(...boxes.map((box) => h('option', { value: box.id }, box.name))),
  );
  replace(content, h('section', { class: 'card' }, h('h1', {}, 'Nhật ký phát'), field('Hộp', chosen), list));
  return follow(['receipt'], draw);
}
