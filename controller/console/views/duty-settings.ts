// What an administrator sets about duty: how long a rung is, where calls and SMS go; and the state of each bell.
import type { DutyAnswer } from '../../../schemas/duty.ts';
import { send } from '../door.ts';
import { field, h, refresh } from '../element.ts';
import type { DutyCard } from './shift-card.ts';
import { tellProblem } from './view.ts';

const bellWords = { page: 'Chuông trên trang', gateway: 'Cổng gọi điện, SMS' } as const;
const stateWords = { ready: 'sẵn sàng', 'not-configured': 'chưa cấu hình', failed: 'lỗi' } as const;
const pills = { ready: 'ok', 'not-configured': '', failed: 'silent' } as const;

export function dutySettingsCard(): DutyCard {
  const rung = h('input', { type: 'number', name: 'rung', min: 1, max: 600, required: true });
  const url = h('input', { type: 'url', name: 'gateway', placeholder: 'https://…' });
  const secret = h('input', { type: 'password', name: 'gateway-secret', minlength: 16, autocomplete: 'off' });
  const [bells, problem, done] = [
    h('div', { class: 'list' }),
    h('p', { class: 'problem', role: 'alert' }),
    h('p', { class: 'done', role: 'status' }),
  ];
  let filled = false;
  const show = ({ bells: states, rungMs, gatewayUrl }: DutyAnswer) => {
    refresh(
      bells,
      ...states.map(({ name, state, detail }) =>
        h(
          'div',
          { class: 'row spread' },
          h('span', {}, bellWords[name], state === 'failed' && h('small', {}, ` ${detail}`)),
          h('span', { class: `pill ${pills[state]}` }, stateWords[state]),
        ),
      ),
    );
    if (filled) return;
    filled = true;
    rung.value = String(rungMs / 1000);
    url.value = gatewayUrl ?? '';
  };
  const save = async (event: Event) => {
    event.preventDefault();
    problem.textContent = '';
    done.textContent = '';
    const gateway = url.value === '' ? null : { url: url.value, ...(secret.value !== '' && { secret: secret.value }) };
    try {
      show(await send<DutyAnswer>('PUT', '/duty/settings', { rungMs: Number(rung.value) * 1000, gateway }));
      secret.value = '';
      done.textContent = 'Đã lưu.';
    } catch (error) {
      tellProblem(problem, error);
    }
  };
  const element = h(
    'section',
    { class: 'card', 'aria-labelledby': 'h-bells' },
    h('h2', { id: 'h-bells' }, 'Chuông gọi'),
    bells,
    h(
      'details',
      {},
      h('summary', {}, 'Cài đặt'),
      h(
        'form',
        { onsubmit: (event) => void save(event) },
        field('Chờ mỗi bậc (giây)', rung, 'Không trả lời trong chừng ấy giây thì gọi người kế tiếp.'),
        field('Địa chỉ cổng gọi điện, SMS', url, 'Để trống nếu chưa có. Chương trình này nhận JSON có chữ ký HMAC.'),
        field('Khóa bí mật chung', secret, 'Ít nhất 16 ký tự; để trống nếu giữ khóa cũ.'),
        problem,
        done,
        h('div', { class: 'row end' }, h('button', { class: 'primary' }, 'Lưu')),
      ),
    ),
  );
  return { element, show };
}
