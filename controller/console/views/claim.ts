// A claim for one box: the file a technician carries to it and the PIN for its page, both shown once.
import type { BoxAnswer } from '../../../schemas/api.ts';
import { send } from '../door.ts';
import { field, h, replace } from '../element.ts';
import { clockWords } from '../words.ts';
import { tellProblem } from './view.ts';

interface ClaimAnswer {
  readonly dev: string;
  readonly expMs: number;
  readonly pin: string;
}

/** Choose a box, make its claim. A new claim makes the unused one before it worthless. */
export function claimCard(): { readonly card: HTMLElement; readonly offer: (estate: readonly BoxAnswer[]) => void } {
  const box = h('select', { name: 'box', required: true });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const made = h('div', { role: 'status' });
  const submit = async (event: Event) => {
    event.preventDefault();
    problem.textContent = '';
    try {
      showClaim(made, await send<ClaimAnswer>('POST', `/boxes/${encodeURIComponent(box.value)}/claim`));
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  const form = h(
    'form',
    { class: 'row', onsubmit: (event) => void submit(event) },
    field('Hộp cần kích hoạt', box, 'Mã mới thay cho mã chưa dùng trước đó.'),
    h('button', {}, 'Tạo mã kích hoạt'),
  );
  const offer = (estate: readonly BoxAnswer[]) => {
    const known = [...box.options].map(({ value }) => value).join();
    if (known !== estate.map(({ id }) => id).join())
      replace(box, ...estate.map(({ id, name }) => h('option', { value: id }, `${name} (${id})`)));
  };
  return { card: h('details', { class: 'card' }, h('summary', {}, 'Kích hoạt hộp'), form, problem, made), offer };
}

function showClaim(target: Element, claim: ClaimAnswer): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(claim)], { type: 'application/json' }));
  replace(
    target,
    h('p', {}, 'Mã PIN để thao tác tại hộp ', h('strong', {}, claim.dev), ':'),
    h('p', { class: 'pin' }, claim.pin),
    h('p', { class: 'soft' }, `Chỉ hiện một lần: hãy chép lại. Tệp kích hoạt dùng một lần, trước ${clockWords(claim.expMs)} ngày mai.`),
    h('a', { href: url, download: `kich-hoat-${claim.dev}.json` }, 'Tải tệp kích hoạt'),
  );
}
