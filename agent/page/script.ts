// The local page's own script: reads /state.json each two seconds, writes text only, plays the loudspeaker on request.

export const script = `
'use strict';
const $ = (id) => document.getElementById(id);
const outcome = {played:['Đã phát đủ','played','good'],partial:['Phát một phần','partial','warn'],preempted:['Bị ngắt','pre-empted','warn'],missed:['Bỏ lỡ','missed','bad'],'refused-by-policy':['Từ chối do quy định','refused by policy','warn'],failed:['Lỗi','failed','bad'],withdrawn:['Đã thu hồi','withdrawn','warn']};
const quality = {signed:['Giờ đã xác thực','signed time','good'],rtc:['Đồng hồ pin','battery clock','good'],net:['Chỉ có NTP','NTP only','warn'],floor:['Chưa chắc chắn','only a floor','bad'],none:['Chưa có giờ','no time','bad']};
const relay = {none:'–',off:'tắt · off','turning-on':'đang bật · turning on',on:'bật · on','turning-off':'đang tắt · turning off',failed:'lỗi · failed'};
const rank = {drill:'diễn tập',priority:'ưu tiên',normal:'thông thường',filler:'nền'};
let zone = 'Asia/Ho_Chi_Minh', frame = null, offset = 0, player = null;
const clock = (ms, seconds) => new Intl.DateTimeFormat('vi-VN',{timeZone:zone,hour:'2-digit',minute:'2-digit',...(seconds?{second:'2-digit'}:{day:'2-digit',month:'2-digit'})}).format(ms);
function put(id, text, tone) { const e = $(id); if (e.textContent !== text) e.textContent = text; if (tone !== undefined) e.className = tone; }
function row(left, sub, right, tone) {
  const li = document.createElement('li'), a = document.createElement('span'), b = document.createElement('b'), s = document.createElement('small'), t = document.createElement('time');
  b.textContent = left; s.textContent = sub; s.className = 'en'; t.textContent = right; if (tone) t.className = tone;
  a.append(b, s); li.append(a, t); return li;
}
function fill(id, rows, empty) {
  const ul = $(id); ul.replaceChildren(...rows);
  if (!rows.length) { const p = document.createElement('p'); p.className = 'empty'; p.textContent = empty; ul.append(p); }
}
function show(s) {
  zone = s.zone; offset = s.now.wallMs - Date.now();
  $('demo').hidden = !s.demo;
  put('dev', s.dev); document.title = s.dev + ' · Loa';
  put('place', s.area + ' · ' + s.centre);
  const q = quality[s.now.quality]; put('clock', q[0] + ' · ' + q[1], q[2]);
  put('link', s.link.up ? 'Đã nối · connected' : 'Mất kết nối · offline', s.link.up ? 'good' : 'bad');
  put('rows', String(s.link.waitingRows)); put('want', String(s.wantRev || '–')); put('version', s.version + ' · ' + s.boot);
  const on = s.outputs.filter((o) => o.sounding);
  $('voice').className = on.length ? 'sounding' : '';
  put('say', on.length ? 'Đang phát: ' + on.map((o) => o.sounding.title).join(', ') : s.silence ? s.silence.vi : 'Đang chuẩn bị phát.');
  put('say-en', on.length ? 'Now sounding' : s.silence ? s.silence.en : 'About to sound.');
  const loud = s.outputs.filter((o) => o.kind === 'loudspeaker');
  $('speaker').hidden = !loud.length;
  if (loud[0]) { const db = loud[0].levelDb; $('bar').style.width = db === null ? '0' : Math.max(0, Math.min(100, (db + 60) / 60 * 100)) + '%'; put('db', db === null ? '–' : db <= -90 ? 'im lặng · silent' : db + ' dBFS'); put('amp', relay[loud[0].amplifier]); }
  $('tone').hidden = !s.mayAct;
  fill('next', s.next.map((n) => row(n.title, n.output + ' · ' + (rank[n.class] || n.class), clock(n.startMs))), 'Chưa có · nothing planned');
  fill('receipts', s.receipts.map((r) => { const o = outcome[r.outcome]; return row(o[0] + (r.reason ? ' – ' + r.reason : ''), (s.titles[r.programme] || r.occurrence) + ' · ' + Math.round(r.audibleMs / 1000) + ' s', clock(r.startedMs || r.plannedStartMs), o[2]); }), 'Chưa có · none yet');
  $('screen').hidden = !s.outputs.some((o) => o.kind === 'board');
  if (s.boardFrame && s.boardFrame !== frame) { frame = s.boardFrame; $('board').src = '/board?' + encodeURIComponent(frame); }
}
async function look() {
  try { const r = await fetch('/state.json', {cache:'no-store'}); if (!r.ok) throw 0; show(await r.json()); put('lost', ''); }
  catch { put('lost', 'Không đọc được hộp · the box does not answer'); }
}
$('listen').addEventListener('click', () => {
  if (player) { player.pause(); player.removeAttribute('src'); player.load(); player = null; $('listen').setAttribute('aria-pressed','false'); put('listen', 'Nghe · Listen'); return; }
  player = new Audio('/listen.wav?' + Date.now()); player.play().catch(() => put('lost', 'Trình duyệt không phát được · cannot play')); $('listen').setAttribute('aria-pressed','true'); put('listen', 'Dừng nghe · Stop');
});
$('tone').addEventListener('click', async () => {
  $('tone').disabled = true;
  try { const r = await fetch('/tone', {method:'POST', headers:{'x-loa-act':'tone'}}); if (!r.ok) put('lost', 'Hộp từ chối · refused'); } finally { setTimeout(() => { $('tone').disabled = false; }, 3000); }
});
setInterval(() => put('now', clock(Date.now() + offset, true)), 1000);
setInterval(look, 2000); look();
`;
