// The stage page: shows what the supervisor tells, plays what is heard, presses its buttons.
import './style.css';
import { Ears } from './sound.ts';
import { type SpeakerCard, speakerCard } from './speaker-card.ts';
import type { StageLine, StageState } from './state.ts';

function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no #${id}`);
  return element as T;
}

const linesShown = 60;
const cards = new Map<string, SpeakerCard>();
const shown = { offsetMs: 0, next: null as { title: string; startMs: number } | null, zone: 'Asia/Ho_Chi_Minh', frame: '' };
const ears = new Ears();

function now(): number {
  return Date.now() + shown.offsetMs;
}

function showState(state: StageState): void {
  shown.offsetMs = state.nowMs - Date.now();
  shown.zone = state.zone;
  const speakers = state.boxes.filter((box) => box.kind === 'loudspeaker').sort((a, b) => a.id.localeCompare(b.id));
  for (const box of speakers) {
    let card = cards.get(box.id);
    if (!card) {
      card = speakerCard(box);
      cards.set(box.id, card);
      byId('speakers').append(card.element);
    }
    card.show(box);
  }
  const planned = speakers.flatMap((box) => (box.next ? [box.next] : [])).sort((a, b) => a.startMs - b.startMs);
  shown.next = planned[0] ?? null;
  const sounding = speakers.find((box) => box.sounding !== null)?.sounding;
  byId('next-title').textContent =
    shown.next?.title ?? (sounding ? 'Chương trình sau đang được chuẩn bị' : 'Đang chuẩn bị chương trình đầu tiên…');
  byId('skew').textContent = state.skewMs === null ? 'chưa đo' : `${Math.abs(state.skewMs).toFixed(3).replace('.', ',')} ms`;
  showBoard(state);
  showCut(state.cutForMs);
  showAccounts(state);
}

function showBoard(state: StageState): void {
  const board = state.boxes.find((box) => box.kind === 'board');
  byId('board-online').className = board?.up && board.online ? 'lamp lit' : 'lamp bad';
  const frame = board?.boardFrame ?? '';
  byId('board-empty').hidden = frame !== '';
  if (frame === shown.frame) return;
  shown.frame = frame;
  byId<HTMLIFrameElement>('board').src = frame === '' ? 'about:blank' : `/stage/board?frame=${encodeURIComponent(frame)}`;
}

function showCut(cutForMs: number): void {
  const button = byId<HTMLButtonElement>('cut');
  const text = button.querySelector('b');
  if (text) text.textContent = cutForMs > 0 ? `Mất mạng, còn ${Math.ceil(cutForMs / 1000)} s` : 'Cắt mạng 60 giây';
}

function showAccounts({ accounts }: StageState): void {
  const box = byId('accounts');
  if (box.childElementCount > 0) return;
  for (const { account, title, english } of accounts) {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset['account'] = account;
    const [name, beside] = [document.createElement('b'), document.createElement('span')];
    name.textContent = title;
    beside.textContent = english;
    beside.lang = 'en';
    button.append(name, beside);
    button.addEventListener('click', () => signIn(account));
    box.append(button);
  }
}

async function signIn(account: string): Promise<void> {
  // Opened at once, or the browser takes it for an unasked window.
  const page = window.open('', '_blank');
  try {
    const { console: place } = (await post('sign-in', { account })) as { console: string };
    if (page) page.location.href = place;
    else location.href = place;
  } catch (error) {
    page?.close();
    say((error as Error).message);
  }
}

async function post(act: string, body: unknown): Promise<unknown> {
  const response = await fetch(`/stage/${act}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-loa-stage': '1' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { error?: string };
  if (!response.ok) throw new Error(answer.error ?? `Lỗi ${response.status}`);
  return answer;
}

function say(text: string): void {
  byId('said').textContent = text;
}

async function press(button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  try {
    const answer = (await post(button.dataset['act'] ?? '', { box: button.dataset['box'] })) as { said?: string };
    say(answer.said ?? '');
  } catch (error) {
    say((error as Error).message);
  } finally {
    button.disabled = false;
  }
}

function showLine(line: StageLine): void {
  const list = byId('lines');
  const item = document.createElement('li');
  item.className = line.kind === 'receipt' ? line.outcome : line.kind === 'refusal' ? 'refused' : 'note';
  item.dataset['key'] = line.key;
  item.dataset['kind'] = line.kind;
  item.textContent = line.text;
  list.prepend(item);
  while (list.childElementCount > linesShown) list.lastElementChild?.remove();
}

function tick(): void {
  byId('clock').textContent = new Intl.DateTimeFormat('vi-VN', {
    timeZone: shown.zone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  }).format(now());
  const left = shown.next ? Math.max(0, shown.next.startMs - now()) : null;
  byId('next-in').textContent = left === null ? '–' : clockOf(Math.ceil(left / 1000));
}

function clockOf(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

async function toggleListening(): Promise<void> {
  const button = byId('listen');
  if (ears.listening) ears.stop();
  else await ears.start(() => button.setAttribute('aria-pressed', 'false'));
  button.setAttribute('aria-pressed', String(ears.listening));
}

function watch(): void {
  const events = new EventSource('/stage/events');
  const on = <T>(name: string, show: (body: T) => void) =>
    events.addEventListener(name, (event) => show(JSON.parse((event as MessageEvent<string>).data) as T));
  on<StageState>('state', showState);
  on<Record<string, number>>('levels', (levels) => {
    for (const [id, db] of Object.entries(levels)) cards.get(id)?.level(db);
  });
  on<StageLine>('line', showLine);
  on<StageLine[]>('lines', (lines) => {
    byId('lines').replaceChildren();
    for (const line of lines.toReversed()) showLine(line);
  });
  events.addEventListener('error', () => say('Mất liên lạc với trang trình diễn; đang nối lại…'));
  events.addEventListener('open', () => say(''));
}

byId('listen').addEventListener('click', () => {
  toggleListening().catch((error: Error) => say(error.message));
});
document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>('button[data-act]') : null;
  if (button) press(button);
});
setInterval(tick, 250);
watch();
