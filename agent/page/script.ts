// The local page's own script, for browsers since Chrome 60: keeps the parts fresh, carries what hands do, plays the loudspeaker.

/** What both halves of the script use. */
const basis = `
'use strict';
var $ = function (id) { return document.getElementById(id); };
var zone = 'Asia/Ho_Chi_Minh', offset = 0, token = '', frame = null, player = null, state = null;
function two(e, vi, en, tone) {
  if (typeof e === 'string') e = $(e);
  if (e.getAttribute('data-said') !== vi + en) {
    e.setAttribute('data-said', vi + en); e.textContent = '';
    [['vi', vi], ['en', en]].forEach(function (w) { var s = document.createElement('span'); s.className = w[0]; if (w[0] === 'en') s.lang = 'en'; s.textContent = w[1]; e.appendChild(s); });
  }
  if (tone !== undefined) { e.classList.remove('good', 'warn', 'bad'); if (tone) e.classList.add(tone); }
}
function put(id, text) { var e = $(id); if (e.textContent !== text) e.textContent = text; }
function tell(id, vi, en, tone) { two(id, vi, en, tone || ''); }
function on(id, event, then) { var e = $(id); if (e) e.addEventListener(event, then); }
function keep(id) {
  var e = $(id); try { e.checked = localStorage.getItem('loa-' + id) === '1'; } catch (x) { void x; }
  e.addEventListener('change', function () { try { localStorage.setItem('loa-' + id, e.checked ? '1' : '0'); } catch (x) { void x; } document.documentElement.lang = $('lang').checked ? 'en' : 'vi'; });
}
keep('lang'); keep('sun'); document.documentElement.lang = $('lang').checked ? 'en' : 'vi';
function clock(ms) { return new Intl.DateTimeFormat('vi-VN', {timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit'}).format(ms); }
function show(told) {
  var s = state = told.state; zone = s.zone; offset = s.now.wallMs - Date.now(); token = s.token || '';
  Object.keys(told.parts).forEach(function (name) { var e = $('p-' + name); if (e && e.getAttribute('data-was') !== told.parts[name]) { e.setAttribute('data-was', told.parts[name]); e.innerHTML = told.parts[name]; } });
  $('demo').hidden = !s.demo; put('dev', s.dev); document.title = s.dev + ' · Loa';
  put('place', [s.area, s.centre].filter(Boolean).join(' · '));
  var sounding = s.outputs.some(function (o) { return o.sounding; });
  $('voice').className = sounding ? 'sounding' : '';
  var loud = s.outputs.filter(function (o) { return o.kind !== 'board'; }), boards = s.outputs.length - loud.length;
  $('speaker').hidden = !loud.length; $('screen').hidden = !boards; $('net').hidden = !s.network;
  if (loud[0]) { var db = loud[0].levelDb; $('bar').style.width = db === null ? '0' : Math.max(0, Math.min(100, (db + 60) / 60 * 100)) + '%'; put('db', db === null ? '–' : db <= -90 ? 'im lặng · silent' : db + ' dBFS'); }
  ['tone', 'hold', 'relay'].forEach(function (id) { $(id).hidden = !loud.length; }); showEars(s.ears || []); $('screen-test').hidden = !boards;
  if (s.boardFrame && s.boardFrame !== frame) { frame = s.boardFrame; $('board').src = '/board?' + encodeURIComponent(frame); }
  if (s.enrolled && !$('claim').hidden) location.reload();
  $('accept').hidden = $('logs').hidden = !s.mayAct || !s.enrolled;
  showHands(s); showReady(s.local);
}
var looking = false;
async function look() {
  if (looking) return; looking = true;
  try { var r = await fetch('/look.json', {cache: 'no-store'}); if (!r.ok) throw new Error('no'); show(await r.json()); put('lost', ''); }
  catch (x) { put('lost', 'Không đọc được hộp · the box does not answer'); }
  looking = false;
}
on('listen', 'click', function () {
  if (player) { player.pause(); player.removeAttribute('src'); player.load(); player = null; $('listen').setAttribute('aria-pressed', 'false'); two('listen', 'Nghe', 'Listen'); return; }
  player = new Audio('/listen.wav?' + Date.now()); player.play().catch(function () { put('lost', 'Trình duyệt không phát được · cannot play'); });
  $('listen').setAttribute('aria-pressed', 'true'); two('listen', 'Dừng nghe', 'Stop');
});
`;

/** Acts at the box: with the PIN, counted, held. */
const hands = `
var ear = null, muted = false, service = 'off', mains = true, talking = false, busy = false, countdown = 0, sounding = false, holding = false, readyKey = '';
var free = ['tone-release', 'talk-off', 'button', 'mains-off', 'mains-on'];
function minutes(ms) { var m = Math.ceil(ms / 60000); return m > 1 ? m + ' phút' : Math.ceil(ms / 1000) + ' giây'; }
function press(id, is, vi, en) { $(id).setAttribute('aria-pressed', String(is)); two(id, vi, en); }
function showHands(s) {
  $('hands').hidden = !s.mayAct || !s.enrolled; $('pinless').hidden = s.pinSet; $('simulated').hidden = !s.simulatedBoard;
  muted = s.muted; service = s.service.is; mains = s.mains; talking = s.talk.some(function (t) { return t.on; });
  press('mute', muted, muted ? 'Mở tiếng lại' : 'Tắt tiếng và báo trung tâm', muted ? 'Unmute' : 'Mute, and tell the centre');
  var left = minutes(s.service.leftMs);
  var w = {off: ['Bảo trì: có người ở loa', 'Service: somebody at the horn'], waiting: ['Bấm nút trên hộp trong 30 giây', 'Press the box button within 30 s'], on: ['Kết thúc bảo trì (còn ' + left + ')', 'End service'], ending: ['Sắp có tiếng – bấm nếu còn ở loa', 'Sound is coming back – press if still up there']}[service];
  press('service', service === 'on' || service === 'ending', w[0], w[1]);
  $('talk').hidden = !s.talk.length; press('talk', talking, talking ? 'Dừng nói' : 'Nói tại hộp', talking ? 'Stop speaking' : 'Speak here');
  press('mains', !mains, mains ? 'Cắt điện lưới' : 'Có điện lại', mains ? 'Cut the mains' : 'Restore the mains');
  ['tone', 'hold', 'relay', 'calibrate'].forEach(function (id) { $(id).disabled = busy || service !== 'off'; });
}
function pinOf(where) {
  var pin = $('pin').value;
  if (/^[0-9]{6}$/.test(pin)) return pin;
  tell(where, 'Nhập mã PIN 6 số', 'Enter the 6-digit PIN', 'bad'); $('pin').focus(); return null;
}
/** Answers the response's text, or null when it was refused; the reason is told. */
async function send(path, body, where) {
  try {
    var r = await fetch(path, {method: 'POST', headers: {'x-loa-act': token}, body: JSON.stringify(body)}), text = await r.text();
    if (r.ok) { tell(where, '', ''); setTimeout(look, 150); return text; }
    var said = text.trim().split(' · '); tell(where, said[0], said[1] || said[0], 'bad');
  } catch (x) { tell(where, 'Không gửi được', 'Not sent', 'bad'); }
  return null;
}
async function act(name, order, more) {
  var body = {}; if (free.indexOf(name) < 0) { var pin = pinOf('told'); if (pin === null) return false; body.pin = pin; }
  if (more) body.reason = more;
  return (await send('/acts/' + name + (order ? '?order=' + encodeURIComponent(order) : ''), body, 'told')) !== null;
}
// A tone never surprises: three seconds are counted first, and holding it stops the moment the finger leaves.
function count(from, then) {
  clearTimeout(countdown);
  if (from === 0) { tell('told', 'Âm thử…', 'Tone…', ''); then(); return; }
  tell('told', 'Phát sau ' + from, 'In ' + from, 'warn'); countdown = setTimeout(function () { count(from - 1, then); }, 1000);
}
function rest() { setTimeout(function () { busy = false; look(); }, 2500); }
on('tone', 'click', function () {
  if (busy) return; busy = true; $('tone').disabled = true; $('asked').hidden = true;
  count(3, async function () { if (await act('tone')) setTimeout(function () { $('asked').hidden = false; }, 2500); rest(); });
});
on('relay', 'click', async function () { if (busy) return; busy = true; if (await act('relay')) tell('told', 'Nghe tiếng rơ-le đóng rồi mở', 'Listen for the relays: on, then off', ''); rest(); });
// The microphone at the horn hears chirps that are known; of two the one that was not calibrated yet, or longest ago.
function showEars(list) {
  $('calibrate').hidden = !list.length; if (!list.length) { tell('ears', '', '', ''); return; }
  ear = list.slice().sort(function (a, b) { return (a.calibratedMs || 0) - (b.calibratedMs || 0); })[0];
  var done = ear.calibratedMs !== null, day = done ? new Intl.DateTimeFormat('vi-VN', {timeZone: zone}).format(ear.calibratedMs) : '';
  tell('ears', done ? 'Micrô đã tập nghe ' + day : 'Micrô chưa tập nghe: biên nhận chưa nói được loa có kêu', done ? 'Microphone calibrated ' + day : 'Microphone not calibrated: receipts cannot say yet that the horn was heard', done ? '' : 'warn');
}
on('calibrate', 'click', function () {
  if (busy || !ear) return; busy = true;
  count(3, async function () { if (await act('calibrate', ear.output)) tell('told', 'Micrô đang nghe, giữ yên tĩnh 8 giây', 'The microphone listens; keep quiet for 8 s', 'warn'); setTimeout(rest, 7000); });
});
on('screen-test', 'click', async function () { if (await act('screen-test')) tell('told', 'Bảng tối 3 giây rồi hiện lại', 'The board goes dark for 3 s and comes back', ''); });
['yes', 'no'].forEach(function (w) { on('heard-' + w, 'click', async function () { var pin = pinOf('told'); if (pin !== null && (await send('/tone-heard', {pin: pin, heard: w}, 'told')) !== null) { $('asked').hidden = true; $('accept-heard').value = w; } }); });
// An order that lies ready is held for two seconds: nobody starts it in passing. Ending it takes one press.
function showReady(list) {
  $('ready').hidden = !list.length;
  var key = JSON.stringify(list); if (key === readyKey) return; readyKey = key; $('ready').textContent = '';
  list.forEach(function (one) {
    var b = document.createElement('button'), timer = 0; b.type = 'button'; b.className = 'second'; b.setAttribute('data-order', one.id); b.setAttribute('aria-pressed', String(one.on));
    two(b, (one.on ? 'Dừng: ' : 'Giữ 2 giây để phát: ') + one.title, (one.on ? 'Stop: ' : 'Hold 2 s to sound: ') + one.title); $('ready').appendChild(b);
    if (one.on) { b.addEventListener('click', function () { act('local-end'); }); return; }
    var down = function (e) { if (timer) return; e.preventDefault(); tell('told', 'Giữ thêm…', 'Keep holding', 'warn'); timer = setTimeout(function () { act('local-start', one.id); }, 2000); };
    var up = function () { if (timer) { clearTimeout(timer); timer = 0; } };
    b.addEventListener('pointerdown', down); b.addEventListener('keydown', function (e) { if (e.key === ' ' || e.key === 'Enter') down(e); });
    ['pointerup', 'pointercancel', 'pointerleave', 'blur', 'keyup'].forEach(function (e) { b.addEventListener(e, up); });
    b.addEventListener('contextmenu', function (e) { e.preventDefault(); });
  });
}
function hold(e) {
  if (busy || holding || $('hold').disabled) return;
  e.preventDefault(); holding = true; busy = true; count(3, async function () { sounding = true; if (!(await act('tone-hold'))) letGo(); });
}
function letGo() { if (!holding) return; holding = false; busy = false; clearTimeout(countdown); if (sounding) act('tone-release'); else tell('told', '', ''); sounding = false; }
on('hold', 'pointerdown', hold);
['pointerup', 'pointercancel', 'pointerleave', 'blur', 'keyup'].forEach(function (e) { on('hold', e, letGo); });
on('hold', 'keydown', function (e) { if (e.key === ' ' || e.key === 'Enter') hold(e); });
on('hold', 'contextmenu', function (e) { e.preventDefault(); });
on('mute', 'click', function () { act(muted ? 'unmute' : 'mute', '', muted ? '' : $('reason').value); });
on('service', 'click', function () { act(service === 'on' ? 'service-off' : 'service-on'); });
on('talk', 'click', function () { act(talking ? 'talk-off' : 'talk-on'); });
on('button', 'click', function () { act('button'); });
on('mains', 'click', function () { act(mains ? 'mains-off' : 'mains-on'); });
`;

/** Claim, network, logs, acceptance. */
const setting = `
function claimOf(hash) { var m = /^#c=([A-Za-z0-9_-]+)$/.exec(hash); if (!m) return ''; try { return decodeURIComponent(escape(atob(m[1].replace(/-/g, '+').replace(/_/g, '/')))); } catch (x) { return ''; } }
if (claimOf(location.hash)) { $('claim-text').value = claimOf(location.hash); history.replaceState(null, '', '/'); }
on('claim-go', 'click', async function () {
  tell('claim-told', 'Đang khai báo…', 'Enrolling…', '');
  $('claim-go').disabled = true; var done = await send('/claim', {claim: $('claim-text').value.trim()}, 'claim-told'); $('claim-go').disabled = false;
  if (done !== null) { $('claim-text').value = ''; tell('claim-told', 'Đã khai báo, hộp đang khởi động lại', 'Enrolled, the box is starting again', 'good'); }
});
async function change(path, body) {
  if (state && state.enrolled) { var pin = pinOf('net-told'); if (pin === null) return null; body.pin = pin; }
  tell('net-told', 'Đang thử…', 'Trying…', '');
  var done = await send(path, body, 'net-told'); return done === null ? null : done ? JSON.parse(done) : {};
}
on('scan', 'click', async function () {
  var heard = await change('/wifi', {}); if (!heard) return; $('ssid').textContent = '';
  heard.forEach(function (w) { var o = document.createElement('option'); o.value = w.ssid; o.disabled = w.security === 'other'; o.textContent = w.ssid + ' · ' + w.signalPercent + ' %' + (w.joined ? ' ✓' : ''); $('ssid').appendChild(o); });
});
async function tryNet(asked) { if (await change('/network', {change: asked})) tell('net-told', 'Đã đổi, đang chờ trung tâm', 'Changed, waiting for the centre', 'warn'); }
on('wifi-go', 'click', function () { var c = {kind: 'wifi', ssid: $('ssid').value}; if ($('wifi-key').value) c.passphrase = $('wifi-key').value; tryNet(c); });
on('apn-go', 'click', function () { var c = {kind: 'mobile', apn: $('apn').value.trim()}; if ($('apn-user').value) c.user = $('apn-user').value; if ($('apn-password').value) c.password = $('apn-password').value; tryNet(c); });
on('dhcp-go', 'click', function () { tryNet({kind: 'cable', device: $('cable').value, fixed: null}); });
on('fixed-go', 'click', function () { var a = $('address').value.trim().split('/'); tryNet({kind: 'cable', device: $('cable').value, fixed: {address: a[0], prefix: Number(a[1] || 24), gateway: $('gateway').value.trim(), dns: $('dns').value.trim().split(/[ ,]+/)}}); });
on('spot-toggle', 'click', function () { change('/hotspot', {on: !(state && state.network && state.network.hotspot)}); });
on('logs-go', 'click', async function () {
  var pin = pinOf('logs-told'); if (pin === null) return; var text = await send('/logs', {pin: pin}, 'logs-told'); if (text === null) return;
  var a = document.createElement('a'); a.href = URL.createObjectURL(new Blob([text], {type: 'text/plain'})); a.download = $('dev').textContent + '.log.txt'; document.body.appendChild(a); a.click(); a.remove();
});
/** Small enough for a row's line: at most 640 px, grey places blurred by JPEG. */
function shrink(file) {
  return new Promise(function (done) {
    if (!file) { done(null); return; }
    var image = new Image(), url = URL.createObjectURL(file);
    image.onerror = function () { done(null); };
    image.onload = function () {
      var k = Math.min(1, 640 / Math.max(image.width, image.height)), c = document.createElement('canvas'); c.width = Math.round(image.width * k); c.height = Math.round(image.height * k);
      c.getContext('2d').drawImage(image, 0, 0, c.width, c.height); URL.revokeObjectURL(url); done(c.toDataURL('image/jpeg', 0.6).split(',')[1]);
    };
    image.src = url;
  });
}
on('accept-go', 'click', async function () {
  var pin = pinOf('accept-told'); if (pin === null) return; var heard = $('accept-heard').value, by = $('accept-by').value.trim();
  if (!heard || !by) { tell('accept-told', 'Chọn có nghe thấy không và ghi tên', 'Say whether it was heard, and your name', 'bad'); return; }
  var body = {pin: pin, toneHeard: heard === 'yes', by: by, note: $('accept-note').value.trim()}, photo = await shrink($('accept-photo').files[0]); if (photo) body.photo = photo;
  if ((await send('/acceptance', body, 'accept-told')) === null) return;
  tell('accept-told', 'Đã ký, sẽ gửi khi có mạng', 'Signed; it is sent when there is a line', 'good');
  tell('accept-line', by + ' · ' + (heard === 'yes' ? 'nghe thấy âm thử' : 'không nghe thấy âm thử') + ' · ' + clock(Date.now() + offset), by + ' · tone ' + (heard === 'yes' ? 'heard' : 'not heard'));
});
on('print', 'click', function () { window.print(); });
setInterval(function () { put('now', clock(Date.now() + offset)); }, 1000);
setInterval(look, 2000); look();
`;

export const script = `${basis}${hands}${setting}`;
