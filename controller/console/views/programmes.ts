// Content: upload a sound or write a bulletin, submit, and — as another person — approve or return it.
import type { MediaAnswer, ProgrammeAnswer } from '../../../schemas/api.ts';
import { getAll, send, upload } from '../door.ts';
import { field, h, refresh, replace } from '../element.ts';
import { lengthWords, stateWords } from '../words.ts';
import { follow, type Stage, tellProblem } from './view.ts';

export function showProgrammes(stage: Stage): () => void {
  const list = h('div', { class: 'list' });
  const problem = h('p', { class: 'problem', role: 'alert' });
  replace(
    stage.content,
    h('h1', {}, 'Nội dung'),
    stage.may('author') && h('div', { class: 'two' }, audioForm(), bulletinForm()),
    h('section', { class: 'card' }, h('h2', {}, 'Chương trình và bản tin'), problem, list),
  );
  const draw = async () => {
    const programmes = await getAll<ProgrammeAnswer>('/programmes');
    const act = async (programme: ProgrammeAnswer, verb: string) => {
      problem.textContent = '';
      await send('POST', `/programmes/${programme.id}/${verb}`, {}).catch((error: unknown) => tellProblem(problem, error));
      await draw();
    };
    refresh(
      list,
      ...(programmes.length > 0
        ? programmes.map((one) => programmeRow(one, stage, act))
        : [h('p', { class: 'empty' }, 'Chưa có nội dung.')]),
    );
  };
  return follow(['programme'], draw);
}

function programmeRow(
  programme: ProgrammeAnswer,
  stage: Stage,
  act: (programme: ProgrammeAnswer, verb: string) => Promise<void>,
): HTMLElement {
  const button = (verb: string, words: string, shown: boolean) => shown && h('button', { onclick: () => void act(programme, verb) }, words);
  const own = programme.author === stage.session.account;
  const waits = programme.state === 'submitted';
  const first = programme.items[0];
  return h(
    'article',
    { class: 'row spread' },
    h(
      'div',
      {},
      h('h3', {}, programme.title),
      h(
        'p',
        { class: 'soft' },
        `${programme.form === 'audio' ? 'Âm thanh' : 'Bản tin'} · ${lengthWords(programme.items.reduce((sum, item) => sum + item.durationMs, 0))} · ${programme.author}`,
      ),
    ),
    h(
      'div',
      { class: 'row' },
      h('span', { class: `pill ${programme.state === 'approved' ? 'ok' : ''}` }, stateWords[programme.state] ?? programme.state),
      first?.type.startsWith('audio/') &&
        h('audio', { controls: true, preload: 'none', src: `/api/blobs/${first.sha256}`, 'aria-label': `Nghe ${programme.title}` }),
      button('submit', 'Trình duyệt', programme.state === 'draft' && stage.may('author')),
      button('approve', 'Duyệt', waits && stage.may('approver') && !own),
      button('reject', 'Trả lại', waits && stage.may('approver') && !own),
      button('withdraw', 'Thu hồi', programme.state === 'approved' && stage.may('approver')),
    ),
  );
}

function audioForm(): HTMLElement {
  const file = h('input', { type: 'file', name: 'file', accept: 'audio/*', required: true });
  const title = h('input', { name: 'title', required: true, maxlength: 200 });
  const tier = h(
    'select',
    { name: 'tier' },
    h('option', { value: 'normal' }, 'Thông thường'),
    h('option', { value: 'priority' }, 'Ưu tiên'),
  );
  const bar = h('progress', { max: 1, value: 0, hidden: true });
  const told = outcome();
  const submit = async (event: Event) => {
    event.preventDefault();
    const chosen = file.files?.[0];
    if (!chosen) return;
    told.clear();
    bar.hidden = false;
    try {
      const item = await upload<MediaAnswer>(`/media?title=${encodeURIComponent(title.value)}&language=vi`, chosen, (done) => {
        bar.value = done;
        if (done === 1) bar.removeAttribute('value');
      });
      await makeAndSubmit({ title: title.value, form: 'audio', tier: tier.value, items: [item.sha256] });
      told.done('Đã tải lên và trình duyệt.');
    } catch (error) {
      told.failed(error);
    } finally {
      bar.hidden = true;
    }
  };
  file.addEventListener('change', () => {
    if (title.value === '') title.value = file.files?.[0]?.name.replace(/\.[^.]+$/, '') ?? '';
  });
  return h(
    'form',
    { class: 'card', onsubmit: (event) => void submit(event) },
    h('h2', {}, 'Tải tệp âm thanh'),
    field('Tệp', file, 'MP3, Opus, WAV, M4A… Hệ thống tự chỉnh độ to.'),
    field('Tên chương trình', title),
    field('Loại', tier),
    bar,
    ...told.elements,
    h('div', { class: 'row end' }, h('button', { class: 'primary' }, 'Tải lên và trình duyệt')),
  );
}

function bulletinForm(): HTMLElement {
  const title = h('input', { name: 'title', required: true, maxlength: 120 });
  const text = h('textarea', { name: 'text', rows: 5, required: true, maxlength: 1500 });
  const told = outcome();
  const submit = async (event: Event) => {
    event.preventDefault();
    told.clear();
    try {
      const item = await send<MediaAnswer>('POST', '/bulletins', { title: title.value, text: text.value, durationMs: 30_000 });
      await makeAndSubmit({ title: title.value, form: 'bulletin', tier: 'normal', items: [item.sha256] });
      told.done('Đã lưu và trình duyệt.');
    } catch (error) {
      told.failed(error);
    }
  };
  return h(
    'form',
    { class: 'card', onsubmit: (event) => void submit(event) },
    h('h2', {}, 'Viết bản tin cho bảng'),
    field('Tiêu đề', title),
    field('Nội dung', text),
    ...told.elements,
    h('div', { class: 'row end' }, h('button', { class: 'primary' }, 'Lưu và trình duyệt')),
  );
}

async function makeAndSubmit(programme: { title: string; form: string; tier: string; items: string[] }): Promise<void> {
  const made = await send<ProgrammeAnswer>('POST', '/programmes', programme);
  await send('POST', `/programmes/${made.id}/submit`, {});
}

function outcome() {
  const good = h('p', { class: 'done', role: 'status' });
  const wrong = h('p', { class: 'problem', role: 'alert' });
  return {
    elements: [good, wrong],
    clear: () => {
      good.textContent = '';
      wrong.textContent = '';
    },
    done: (text: string) => {
      good.textContent = text;
    },
    failed: (error: unknown) => tellProblem(wrong, error),
  };
}
