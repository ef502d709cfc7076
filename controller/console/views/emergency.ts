// The emergency desk, first form: choose, see who will sound, prove who you are, hold two seconds; then watch and stop.
import type { BoxAnswer, GroupAnswer, OrderAnswer, TemplateAnswer } from '../../../schemas/api.ts';
import { get, send } from '../door.ts';
import { field, h, refresh, replace } from '../element.ts';
import { clockWords, progressWords } from '../words.ts';
import { follow, type Stage, tellProblem } from './view.ts';

const holdMs = 2_000;

export function showEmergency(stage: Stage): () => void {
  const desk = h('div');
  const active = h('div', { class: 'list', 'aria-live': 'polite' });
  const past = h('div', { class: 'list' });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const stop = stage.may('duty') && holdButton('Giữ 2 giây để DỪNG TẤT CẢ', () => stopAll(problem, draw));
  const now = h('section', { class: 'card emergency', hidden: true }, h('h2', {}, 'Đang có lệnh'), stop, problem, active);
  const draw = async () => {
    const all = await get<OrderAnswer[]>('/orders');
    const end = async (order: OrderAnswer) => {
      await send('POST', `/orders/${order.id}/clear`, {}).catch((error: unknown) => tellProblem(problem, error));
      await draw();
    };
    const [running, over] = [all.filter(({ state }) => state === 'active'), all.filter(({ state }) => state !== 'active').slice(0, 12)];
    now.hidden = running.length === 0;
    refresh(active, ...running.map((order) => orderCard(order, stage, end)));
    const none = h('p', { class: 'empty' }, 'Chưa có lệnh nào.');
    refresh(past, ...(over.length > 0 ? over.map((order) => orderCard(order, stage, end)) : [none]));
  };
  replace(
    stage.content,
    h('h1', {}, 'Khẩn cấp'),
    now,
    stage.may('duty') ? desk : h('p', { class: 'card' }, 'Chỉ trực ban được phát lệnh khẩn cấp.'),
    h('section', { class: 'card' }, h('h2', {}, 'Các lệnh đã qua'), past),
  );
  if (stage.may('duty'))
    void Promise.all([get<TemplateAnswer[]>('/templates'), get<GroupAnswer[]>('/groups'), get<BoxAnswer[]>('/boxes')]).then(
      ([templates, groups, boxes]) => replace(desk, deskForm({ templates, groups, boxes, stage, onSent: () => void draw() })),
    );
  return follow(['order'], draw);
}

async function stopAll(problem: HTMLElement, draw: () => Promise<void>): Promise<void> {
  await send('POST', '/orders/stop-all', {}).catch((error: unknown) => tellProblem(problem, error));
  await draw();
}

interface Desk {
  readonly templates: readonly TemplateAnswer[];
  readonly groups: readonly GroupAnswer[];
  readonly boxes: readonly BoxAnswer[];
  readonly stage: Stage;
  onSent(): void;
}

function deskForm({ templates, groups, boxes, stage, onSent }: Desk): HTMLElement {
  const choices = templates.map((template, index) => ({
    template,
    radio: h('input', { type: 'radio', name: 'template', value: template.id, checked: index === 0 }),
  }));
  const targets = groups.map((group) => ({ group, box: h('input', { type: 'checkbox', name: `group-${group.id}`, checked: true }) }));
  const password = h('input', { type: 'password', name: 'password', autocomplete: 'current-password', required: true });
  const reach = h('p', { class: 'soft' });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const done = h('p', { class: 'done', role: 'status' });
  const chosenGroups = () => targets.filter((target) => target.box.checked).map((target) => target.group.id);
  const count = () => {
    const hit = boxes.filter((box) => box.groups.some((group) => chosenGroups().includes(group)));
    const away = hit.filter((box) => !box.online).length;
    reach.textContent = `Sẽ phát trên ${hit.length} hộp${away > 0 ? `, trong đó ${away} hộp đang ngoại tuyến (sẽ phát khi kết nối lại nếu lệnh còn hiệu lực)` : ''}.`;
  };
  const order = async () => {
    problem.textContent = '';
    done.textContent = '';
    const template = choices.find((choice) => choice.radio.checked)?.template.id;
    try {
      await send('POST', '/orders', {
        template,
        groups: chosenGroups(),
        class: stage.session.demo ? 'exercise' : 'actual',
        confirm: true,
        password: password.value,
      });
      password.value = '';
      done.textContent = 'Đã ký và gửi lệnh.';
      onSent();
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  count();
  return h(
    'section',
    { class: 'card emergency', onchange: count, 'aria-labelledby': 'h-order' },
    h('h2', { id: 'h-order' }, stage.session.demo ? 'Phát lệnh diễn tập' : 'Phát lệnh khẩn cấp'),
    h(
      'div',
      { class: 'choices', role: 'radiogroup', 'aria-label': 'Mẫu lệnh' },
      ...choices.map(({ template, radio }) =>
        h('label', { class: 'choice' }, radio, h('span', {}, h('strong', {}, template.title), h('small', {}, template.speak))),
      ),
    ),
    h(
      'div',
      { class: 'row', role: 'group', 'aria-label': 'Địa bàn' },
      ...targets.map(({ group, box }) => h('label', { class: 'check' }, box, group.name)),
    ),
    reach,
    field('Mật khẩu của trực ban', password, 'Nhập lại để xác nhận.'),
    problem,
    done,
    holdButton(stage.session.demo ? 'Giữ 2 giây để phát DIỄN TẬP' : 'Giữ 2 giây để PHÁT LỆNH', order),
  );
}

/** Pressed for two whole seconds by pointer or by Space or Enter; a slip does nothing. */
function holdButton(words: string, act: () => Promise<void>): HTMLButtonElement {
  const button = h('button', { class: 'hold', type: 'button' }, words);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = () => {
    if (timer !== undefined) return;
    button.classList.add('holding');
    timer = setTimeout(() => {
      end();
      button.disabled = true;
      void act().finally(() => {
        button.disabled = false;
      });
    }, holdMs);
  };
  const end = () => {
    clearTimeout(timer);
    timer = undefined;
    button.classList.remove('holding');
  };
  button.addEventListener('pointerdown', begin);
  for (const name of ['pointerup', 'pointerleave', 'pointercancel', 'blur', 'keyup']) button.addEventListener(name, end);
  button.addEventListener('keydown', (event) => {
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      begin();
    }
  });
  return button;
}

function orderCard(order: OrderAnswer, stage: Stage, end: (order: OrderAnswer) => Promise<void>): HTMLElement {
  const words = order.state === 'active' ? 'Đang hiệu lực' : order.state === 'cleared' ? 'Đã kết thúc' : 'Hết hạn';
  return h(
    'article',
    { class: 'card' },
    h(
      'div',
      { class: 'row spread' },
      h('h3', {}, `${order.class === 'exercise' ? 'DIỄN TẬP · ' : ''}${order.title}`),
      h('span', { class: `pill ${order.state === 'active' ? 'silent' : ''}` }, words),
    ),
    h('p', { class: 'soft' }, `${clockWords(order.issuedMs)} · ${order.issuedBy}`),
    h(
      'ul',
      {},
      ...order.progress.map((one) =>
        h('li', {}, `${one.boxName ?? one.box}: ${progressWords[one.state] ?? one.state}${one.detail ? ` (${one.detail})` : ''}`),
      ),
    ),
    order.state === 'active' && stage.may('duty') && h('button', { onclick: () => void end(order) }, 'Kết thúc lệnh'),
  );
}
