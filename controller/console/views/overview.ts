// The estate at a glance: boxes and their health, what plays next, what was heard last.

import type { BoxAnswer, ReceiptAnswer, TimelineAnswer } from '../../../schemas/api.ts';
import type { BoardAnswer } from '../../../schemas/board-api.ts';
import { reasonWords } from '../../../schemas/receipt-words.ts';
import { get, getAll } from '../door.ts';
import { h, refresh, replace } from '../element.ts';
import { agoWords, classWords, clockWords, dayWords, healthReasonWords, healthWords, lengthWords } from '../words.ts';
import { boardTools, hasBoard } from './board-tools.ts';
import { claimCard } from './claim.ts';
import { receiptTable } from './receipt-table.ts';
import { follow, type Stage } from './view.ts';

export function showOverview({ content, may }: Stage): () => void {
  const boxes = h('div', { class: 'grid' });
  const silent = h('div', { class: 'grid' });
  const summary = h('summary', {});
  const never = h('details', { hidden: true }, summary, silent);
  const next = h('ul', { class: 'plays' });
  const receipts = h('div');
  const claim = may('technician', 'administrator') ? claimCard() : null;
  replace(
    content,
    h('section', { class: 'card', 'aria-labelledby': 'h-boxes' }, h('h2', { id: 'h-boxes' }, 'Cụm loa và bảng tin'), boxes, never),
    h(
      'div',
      { class: 'two' },
      h('section', { class: 'card', 'aria-labelledby': 'h-next' }, h('h2', { id: 'h-next' }, 'Đang và sắp phát'), next),
      h('section', { class: 'card', 'aria-labelledby': 'h-last' }, h('h2', { id: 'h-last' }, 'Vừa phát'), receipts),
    ),
    claim?.card,
  );
  return follow(['box', 'receipt', 'order'], async () => {
    const now = Date.now();
    const estate = await getAll<BoxAnswer>('/boxes?limit=1000');
    claim?.offer(estate);
    const [seen, unseen] = [estate.filter(({ lastSeenMs }) => lastSeenMs), estate.filter(({ lastSeenMs }) => !lastSeenMs)];
    const none = h('p', { class: 'empty' }, estate.length > 0 ? 'Chưa có hộp nào kết nối.' : 'Chưa có hộp nào được khai báo.');
    const boards = new Map(
      await Promise.all(seen.filter(hasBoard).map(async ({ id }) => [id, await get<BoardAnswer>(`/boxes/${id}/board`)] as const)),
    );
    const mayAct = may('technician', 'duty', 'administrator');
    const tools = (box: BoxAnswer) => {
      const board = boards.get(box.id);
      return board && boardTools(box, board, mayAct, now);
    };
    refresh(boxes, ...(seen.length > 0 ? seen.map((box) => boxCard(box, now, tools(box))) : [none]));
    refresh(silent, ...unseen.map((box) => boxCard(box, now)));
    never.hidden = unseen.length === 0;
    summary.textContent = `Chưa từng kết nối (${unseen.length})`;
    const plays = await upcoming(estate, now);
    refresh(
      next,
      ...(plays.length > 0
        ? plays.map((play) => playLine(play, now))
        : [h('p', { class: 'empty' }, 'Không có buổi phát nào trong 24 giờ tới.')]),
    );
    refresh(receipts, receiptTable(await get<ReceiptAnswer[]>('/receipts?limit=8')));
  });
}

function boxCard(box: BoxAnswer, now: number, tools?: HTMLElement): HTMLElement {
  const seen = box.lastSeenMs ? agoWords(box.lastSeenMs, now) : 'chưa kết nối';
  const sounding = box.report?.outputs.some((output) => output.sounding);
  return h(
    'article',
    { class: 'card' },
    h(
      'div',
      { class: 'row spread' },
      h('h3', {}, box.name),
      h('span', { class: `pill ${box.health.state}` }, healthWords[box.health.state] ?? box.health.state),
    ),
    h('p', { class: 'soft' }, `${box.outputs.some((output) => output.kind === 'board') ? 'Bảng tin' : 'Cụm loa'} · ${box.id}`),
    h('p', {}, box.online ? (sounding ? '🔊 Đang phát' : 'Trực tuyến') : 'Ngoại tuyến', ' · ', h('span', { class: 'soft' }, seen)),
    box.health.reasons.length > 0 &&
      h('p', { class: 'soft' }, box.health.reasons.map((reason) => healthReasonWords[reason] ?? reason).join(', ')),
    tools,
  );
}

interface UpcomingPlay {
  readonly play: TimelineAnswer['occurrences'][number];
  readonly boxes: string[];
}

/** The same start of the same schedule on several boxes is one line. */
async function upcoming(estate: readonly BoxAnswer[], now: number): Promise<UpcomingPlay[]> {
  const answers = await Promise.all(
    estate
      .filter((box) => box.lastSeenMs)
      .map(async (box) => ({ box, timeline: await get<TimelineAnswer>(`/timeline?box=${box.id}&fromMs=${now}&toMs=${now + 86_400_000}`) })),
  );
  const lines = new Map<string, UpcomingPlay>();
  for (const { box, timeline } of answers)
    for (const play of timeline.occurrences) {
      const key = `${play.schedule}@${play.startMs}`;
      const line = lines.get(key) ?? { play, boxes: [] };
      line.boxes.push(box.name);
      lines.set(key, line);
    }
  return [...lines.values()]
    .filter((line) => line.play.endMs > now)
    .sort((a, b) => a.play.startMs - b.play.startMs)
    .slice(0, 8);
}

function playLine({ play, boxes }: UpcomingPlay, now: number): HTMLElement {
  return h(
    'li',
    {},
    h('time', { datetime: new Date(play.startMs).toISOString() }, clockWords(play.startMs)),
    h(
      'span',
      {},
      play.title,
      h('br'),
      h('small', {}, `${dayWords(play.startMs)} · ${lengthWords(play.endMs - play.startMs)} · ${boxes.join(', ')}`),
    ),
    play.refused
      ? h('span', { class: 'pill refused-by-policy' }, reasonWords[play.refused])
      : h(
          'span',
          { class: `pill ${play.startMs <= now ? 'ok' : ''}` },
          play.startMs <= now ? 'đang phát' : (classWords[play.class] ?? play.class),
        ),
  );
}
