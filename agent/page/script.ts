// The local page's own script: reads /state.json each two seconds, writes text only, plays the loudspeaker on request.

export const script = `
'use strict';
const $ = (id) => document.getElementById(id);
const heard = {yes:' · micrô nghe thấy · heard',no:' · micrô không nghe thấy · not heard'};
const outcome = {played:['Đã phát đủ','played','good'],partial:['Phát một phần','partial','warn'],preempted:['Bị ngắt','pre-empted','warn'],missed:['Bỏ lỡ','missed','bad'],'refused-by-policy':['Từ chối do quy định','refused by policy','warn'],failed:['Lỗi','failed','bad'],withdrawn:['Đã thu hồi','withdrawn','warn']};
const quality = {signed:['Giờ đã xác thực','signed time','good'],rtc:['Đồng hồ pin','battery clock','good'],net:['Chỉ có NTP','NTP only','warn'],floor:['Chưa chắc chắn','only a floor','bad'],none:['Chưa có giờ','no time','bad']};
const relay = {none:'–',off:'tắt · off','turning-on':'đang bật · turning on',on:'bật · on','turning-off':'đang tắt · turning off',failed:'lỗi · failed'};
const why = {'box-off':'hộp tắt','power-cut':'mất điện','no-time':'chưa có giờ','not-cached':'chưa có tệp','too-late':'quá muộn','output-busy':'loa bận',emergency:'có lệnh khẩn cấp','higher-class':'có chương trình ưu tiên hơn',withdrawn:'đã thu hồi','decoder-failed':'không giải mã được','output-failed':'đầu ra lỗi','amplifier-failed':'tăng âm lỗi','outside-window':'ngoài khung giờ','quiet-hours':'giờ yên tĩnh','session-too-long':'buổi quá dài','too-many-sessions':'quá số buổi','day-limit':'quá số phút','joined-late':'vào giữa chừng',resumed:'phát tiếp',cleared:'lệnh đã dừng',expired:'hết hạn',superseded:'có lệnh mới','not-painted':'bảng không hiện','window-ended':'hết khung giờ',muted:'tắt tiếng tại chỗ','held-service':'có người ở loa','on-battery':'mất điện lưới','stream-lost':'mất luồng','no-voice':'thiếu giọng đọc'};
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
  $('upperline').hidden = !s.upper;
  if (s.upper) put('upper', s.upper.centre + (s.upper.up ? ' · đã nối · connected' : ' · mất kết nối · offline'), s.upper.up ? 'good' : 'warn');
  const words = {'orders-missed':'Có lệnh không đến hộp · orders did not come','heartbeat-missed':'Trung tâm không báo hiệu · no heartbeat',store:'Thẻ nhớ không ghi được · the card takes no writes','not-heard':'Đã phát nhưng loa không kêu: kiểm tra tăng âm và dây loa · played, not heard: check amplifier and line','ear-missing':'Micrô kiểm chứng không hoạt động · the microphone gives nothing'};
  $('missedline').hidden = !s.missed.length; put('missed', s.missed.map((one) => words[one]).join('; '));
  showReady(s.local);
  put('rows', String(s.link.waitingRows)); put('want', String(s.wantRev || '–')); put('version', s.version + ' · ' + s.boot);
  const on = s.outputs.filter((o) => o.sounding);
  $('voice').className = on.length ? 'sounding' : '';
  put('say', on.length ? 'Đang phát: ' + on.map((o) => o.sounding.title).join(', ') : s.silence ? s.silence.vi : 'Đang chuẩn bị phát.');
  put('say-en', on.length ? 'Now sounding' : s.silence ? s.silence.en : 'About to sound.');
  const loud = s.outputs.filter((o) => o.kind === 'loudspeaker');
  $('speaker').hidden = !loud.length;
  if (loud[0]) { const db = loud[0].levelDb; $('bar').style.width = db === null ? '0' : Math.max(0, Math.min(100, (db + 60) / 60 * 100)) + '%'; put('db', db === null ? '–' : db <= -90 ? 'im lặng · silent' : db + ' dBFS'); put('amp', relay[loud[0].amplifier]); }
  showHands(s);
  fill('next', s.next.map((n) => row(n.title, n.output + ' · ' + (rank[n.class] || n.class), clock(n.startMs))), 'Chưa có · nothing planned');
  fill('receipts', s.receipts.map((r) => { const o = outcome[r.outcome]; return row(o[0] + (r.reason ? ' – ' + (why[r.reason] || r.reason) : ''), (r.what === 'local' ? 'Âm thử hoặc đếm ngược' : s.titles[r.programme] || r.occurrence) + ' · ' + Math.round(r.audibleMs / 1000) + ' s' + (heard[r.heard] || ''), clock(r.startedMs || r.plannedStartMs), o[2]); }), 'Chưa có · none yet');
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
// ── hands at the box ──
const minutes = (ms) => { const m = Math.ceil(ms / 60000); return m > 1 ? m + ' phút' : Math.ceil(ms / 1000) + ' giây'; };
function press(id, on, vi, en) { const b = $(id); b.setAttribute('aria-pressed', String(on)); if (b.firstChild.nodeValue !== vi) b.firstChild.nodeValue = vi; put(id + '-en', en); }
let muted = false, service = 'off', mains = true, talking = false, talkOutput = '';
function showHands(s) {
  $('hands').hidden = !s.mayAct; $('pinless').hidden = s.pinSet; $('simulated').hidden = !s.simulatedBoard;
  muted = s.muted; service = s.service.is; mains = s.mains; talkOutput = s.talk[0] ? s.talk[0].output : ''; talking = s.talk.some((t) => t.on);
  press('mute', muted, muted ? 'Mở tiếng lại' : 'Tắt tiếng', muted ? 'Unmute' : 'Mute');
  const left = minutes(s.service.leftMs);
  const words = {off:['Bảo trì: có người ở loa','Service: somebody at the horn'],waiting:['Bấm nút trên hộp trong 30 giây','Press the box button within 30 s'],on:['Kết thúc bảo trì (còn ' + left + ')','End service'],ending:['Sắp có tiếng – bấm nếu còn ở loa','Sound is coming back – press if still up there']}[service];
  press('service', service === 'on' || service === 'ending', words[0], words[1]);
  $('talk').hidden = !s.talk.length; press('talk', talking, talking ? 'Dừng nói' : 'Nói tại hộp', talking ? 'Stop speaking' : 'Speak here');
  press('mains', !mains, mains ? 'Cắt điện lưới' : 'Có điện lại', mains ? 'Cut the mains' : 'Restore the mains');
  put('power', mains ? 'Điện lưới · mains' : 'Ắc quy · battery', mains ? 'good' : 'bad');
  for (const id of ['tone','hold']) $(id).disabled = busy || service !== 'off';
}
async function act(name, output, order) {
  const pin = $('pin').value, free = ['tone-release','talk-off','button','mains-off','mains-on'].includes(name);
  if (!free && !/^[0-9]{6}$/.test(pin)) { put('told', 'Nhập mã PIN 6 số · enter the 6-digit PIN', 'bad'); $('pin').focus(); return false; }
  try {
    const r = await fetch('/acts/' + name + (order ? '?order=' + encodeURIComponent(order) : output ? '?output=' + encodeURIComponent(output) : ''), {method:'POST', headers:{'x-loa-act':name}, body: free ? '' : JSON.stringify({pin})});
    put('told', r.ok ? '' : (await r.text()).trim(), r.ok ? '' : 'bad');
    setTimeout(look, 150);
    return r.ok;
  } catch { put('told', 'Không gửi được · not sent', 'bad'); return false; }
}
// A tone never surprises: three seconds are counted first, and holding it stops the moment the finger leaves.
let busy = false, countdown = 0, sounding = false;
function count(from, then) {
  clearTimeout(countdown);
  if (from === 0) { put('told', 'Âm thử… · tone', ''); then(); return; }
  put('told', 'Phát sau ' + from + ' · in ' + from, 'warn');
  countdown = setTimeout(() => count(from - 1, then), 1000);
}
$('tone').addEventListener('click', () => {
  if (busy) return;
  busy = true; $('tone').disabled = true;
  count(3, async () => { await act('tone'); setTimeout(() => { busy = false; $('tone').disabled = false; }, 2500); });
});
// An order that lies ready is held for two seconds: nobody starts it in passing. Ending it takes one press.
let readyKey = '';
function showReady(list) {
  $('ready').hidden = !list.length;
  const key = JSON.stringify(list);
  if (key === readyKey) return;
  readyKey = key;
  $('ready').replaceChildren(...list.map((one) => {
    const b = document.createElement('button'), en = document.createElement('span');
    b.className = 'second'; b.dataset.order = one.id; b.setAttribute('aria-pressed', String(one.on));
    b.textContent = one.on ? 'Dừng: ' + one.title : 'Giữ 2 giây để phát: ' + one.title;
    en.className = 'en'; en.textContent = one.on ? 'Stop' : 'Hold 2 s to sound'; b.append(en);
    if (one.on) { b.addEventListener('click', () => act('local-end')); return b; }
    let timer = 0;
    const down = (e) => { if (timer) return; e.preventDefault(); put('told', 'Giữ thêm… · keep holding', 'warn'); timer = setTimeout(() => { act('local-start', '', one.id); }, 2000); };
    const up = () => { if (timer) { clearTimeout(timer); timer = 0; } };
    b.addEventListener('pointerdown', down);
    b.addEventListener('keydown', (e) => { if (e.key === ' ' || e.key === 'Enter') down(e); });
    for (const e of ['pointerup','pointercancel','pointerleave','blur','keyup']) b.addEventListener(e, up);
    b.addEventListener('contextmenu', (e) => e.preventDefault());
    return b;
  }));
}
let holding = false;
function hold(e) {
  if (busy || holding || $('hold').disabled) return;
  e.preventDefault(); holding = true; busy = true;
  count(3, async () => { sounding = true; if (!(await act('tone-hold'))) letGo(); });
}
function letGo() {
  if (!holding) return;
  holding = false; busy = false; clearTimeout(countdown);
  if (sounding) act('tone-release'); else put('told', '', '');
  sounding = false;
}
$('hold').addEventListener('pointerdown', hold);
for (const e of ['pointerup','pointercancel','pointerleave','blur','keyup']) $('hold').addEventListener(e, letGo);
$('hold').addEventListener('keydown', (e) => { if (e.key === ' ' || e.key === 'Enter') hold(e); });
$('hold').addEventListener('contextmenu', (e) => e.preventDefault());
$('mute').addEventListener('click', () => act(muted ? 'unmute' : 'mute'));
$('service').addEventListener('click', () => act(service === 'on' ? 'service-off' : 'service-on'));
$('talk').addEventListener('click', () => act(talking ? 'talk-off' : 'talk-on', talkOutput));
$('button').addEventListener('click', () => act('button'));
$('mains').addEventListener('click', () => act(mains ? 'mains-off' : 'mains-on'));
setInterval(() => put('now', clock(Date.now() + offset, true)), 1000);
setInterval(look, 2000); look();
`;
