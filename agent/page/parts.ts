// The reading parts of the local page as HTML, made in the box: they are there without any script. Pure.
import { type CheckState, tally, type Words } from './checklist.ts';
import type { PageState } from './view.ts';
import { classWords, deviceWords, missedWords, outcomeWords, qualityWords, reasonWords, relayWords, stateWords } from './words.ts';

export type Parts = Readonly<Record<'voice' | 'check' | 'amp' | 'facts' | 'next' | 'receipts' | 'net', string>>;

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Both languages; the page shows one of them. */
export function two({ vi, en }: Words): string {
  return `<span class="vi">${escapeHtml(vi)}</span><span class="en" lang="en">${escapeHtml(en)}</span>`;
}

export function partsOf(state: PageState): Parts {
  return {
    voice: voice(state),
    check: check(state),
    amp: amp(state),
    facts: facts(state),
    next: next(state),
    receipts: receipts(state),
    net: net(state),
  };
}

function voice({ outputs, silence }: PageState): string {
  const titles = outputs.flatMap(({ sounding }) => (sounding ? [sounding.title] : []));
  const said =
    titles.length > 0
      ? { vi: `Đang phát: ${titles.join(', ')}`, en: `Now sounding: ${titles.join(', ')}` }
      : (silence ?? { vi: 'Đang chuẩn bị phát.', en: 'About to sound.' });
  return `<div class="say${titles.length > 0 ? ' on' : ''}" id="say">${two(said)}</div>`;
}

const marks: Readonly<Record<CheckState, string>> = { ok: '✓', warn: '!', bad: '✕', unknown: '?' };

function check({ check: lines }: PageState): string {
  const counts = tally(lines);
  const order = ['bad', 'warn', 'unknown', 'ok'] as const;
  const tone: Readonly<Record<CheckState, string>> = { ok: 'good', warn: 'warn', bad: 'bad', unknown: '' };
  const head = order
    .filter((state) => counts[state] > 0)
    .map((state) => `<span class="${tone[state]}">${counts[state]} ${two(stateWords[state])}</span>`)
    .join(' ');
  const items = lines.map(({ id, title, state, value, reason, remedy }) => {
    const name = `<b>${two(title)}</b> <span class="sr">${two(stateWords[state])}</span> <span class="value">${two(value)}</span>`;
    const why = reason && state !== 'unknown' ? `<p>${two(reason)}</p>` : '';
    const help = remedy ? `<p class="remedy">${two(remedy)}</p>` : '';
    return `<li class="is-${state}" data-line="${id}"><i aria-hidden="true">${marks[state]}</i><div>${name}${why}${help}</div></li>`;
  });
  return `<p class="tally" id="tally">${head}</p><ul class="check">${items.join('')}</ul>`;
}

function amp({ outputs }: PageState): string {
  const [first] = outputs.filter(({ kind }) => kind !== 'board');
  return two(relayWords[first?.amplifier ?? 'none'] ?? { vi: '–', en: '–' });
}

function facts({ now, link, upper, missed, mains, wantRev, version, boot }: PageState): string {
  const quality = qualityWords[now.quality];
  const line = (id: string, title: Words, value: string, tone = '') =>
    `<div><dt>${two(title)}</dt><dd id="${id}"${tone && ` class="${tone}"`}>${value}</dd></div>`;
  return `<dl class="facts">${[
    line('clock', { vi: 'Giờ', en: 'Clock' }, two(quality), quality.tone),
    line(
      'link',
      { vi: 'Trung tâm', en: 'Centre' },
      two(link.up ? { vi: 'Đã nối', en: 'connected' } : { vi: 'Mất kết nối', en: 'offline' }),
      link.up ? 'good' : 'bad',
    ),
    upper
      ? line(
          'upper',
          { vi: 'Cấp trên', en: 'Above' },
          `${escapeHtml(upper.centre)} · ${two(upper.up ? { vi: 'đã nối', en: 'connected' } : { vi: 'mất kết nối', en: 'offline' })}`,
          upper.up ? 'good' : 'warn',
        )
      : '',
    missed.length > 0
      ? line('missed', { vi: 'Cảnh báo', en: 'Warning' }, missed.map((one) => two(missedWords[one])).join('; '), 'bad')
      : '',
    line(
      'power',
      { vi: 'Nguồn điện', en: 'Power' },
      two(mains ? { vi: 'Điện lưới', en: 'mains' } : { vi: 'Ắc quy', en: 'battery' }),
      mains ? 'good' : 'bad',
    ),
    line('rows', { vi: 'Dòng chờ gửi', en: 'Rows to send' }, String(link.waitingRows)),
    line('want', { vi: 'Bản lịch', en: 'Plan' }, wantRev > 0 ? String(wantRev) : '–'),
    line('version', { vi: 'Phần mềm', en: 'Software' }, escapeHtml(`${version} · ${boot}`)),
  ].join('')}</dl>`;
}

function row(left: string, sub: string, right: string, tone = ''): string {
  return `<li><span><b>${left}</b><small>${sub}</small></span><time${tone && ` class="${tone}"`}>${escapeHtml(right)}</time></li>`;
}

function list(rows: readonly string[], empty: Words): string {
  return rows.length > 0 ? `<ul class="rows">${rows.join('')}</ul>` : `<p class="empty">${two(empty)}</p>`;
}

function next({ next: coming, zone }: PageState): string {
  const rows = coming.map(({ title, output, class: rank, startMs }) =>
    row(escapeHtml(title), `${escapeHtml(output)} · ${two(classWords[rank] ?? { vi: rank, en: rank })}`, dayAndTime(startMs, zone)),
  );
  return list(rows, { vi: 'Chưa có', en: 'nothing planned' });
}

function receipts({ receipts: last, titles, zone }: PageState): string {
  const rows = last.map((receipt) => {
    const outcome = outcomeWords[receipt.outcome];
    const why = receipt.reason ? ` – ${two(reasonWords[receipt.reason] ?? { vi: receipt.reason, en: receipt.reason })}` : '';
    const what =
      receipt.what === 'local'
        ? two({ vi: 'Âm thử hoặc đếm ngược', en: 'tone or countdown' })
        : escapeHtml(titles[receipt.programme ?? ''] ?? receipt.occurrence);
    const at = receipt.startedMs ?? receipt.plannedStartMs;
    return row(`${two(outcome)}${why}`, `${what} · ${Math.round(receipt.audibleMs / 1000)} s`, dayAndTime(at, zone), outcome.tone);
  });
  return list(rows, { vi: 'Chưa có', en: 'none yet' });
}

function net({ network }: PageState): string {
  if (!network) return '';
  const rows = network.devices.map(({ name, kind, state, profile, addresses }) => {
    const { vi, en } = deviceWords[kind];
    const where =
      addresses.length > 0
        ? escapeHtml(addresses.join(', '))
        : two(state === 'connected' ? { vi: 'đã nối', en: 'connected' } : { vi: 'chưa nối', en: 'not connected' });
    return row(`${two({ vi, en })} ${escapeHtml(name)}`, `${where}${profile ? ` · ${escapeHtml(profile)}` : ''}`, '');
  });
  const { trial, hotspot, name } = network;
  const minutes = (ms: number) => Math.max(1, Math.ceil(ms / 60_000));
  const trying = trial
    ? `<p class="warn" id="trial">${two({
        vi: `Đang thử mạng mới. Không tới được trung tâm trong ${minutes(trial.leftMs)} phút thì tự trở về như cũ.`,
        en: `A new network is on trial. If the centre is not reached within ${minutes(trial.leftMs)} min it goes back by itself.`,
      })}</p>`
    : '';
  const spot = hotspot
    ? `<p id="spot">${two({ vi: `Wi-Fi của hộp “${hotspot.name}” còn ${minutes(hotspot.leftMs)} phút`, en: `the box's Wi-Fi “${hotspot.name}”, ${minutes(hotspot.leftMs)} min left` })}</p>`
    : '';
  const named = name ? `<p><small>http://${escapeHtml(name)}/</small></p>` : '';
  return `${list(rows, { vi: 'Không đọc được mạng', en: 'networks cannot be read' })}${trying}${spot}${named}`;
}

function dayAndTime(ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat('vi-VN', { timeZone, hour: '2-digit', minute: '2-digit', day: '2-digit', month: '2-digit' }).format(ms);
}
