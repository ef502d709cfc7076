// What hands can do on the local page, as HTML. Pure.
import { escapeHtml, two } from './parts.ts';
import type { PageState } from './view.ts';

const hidden = (is: boolean) => (is ? ' hidden' : '');

function button(id: string, vi: string, en: string, more = ''): string {
  return `<button type="button" id="${id}" class="second"${more}>${two({ vi, en })}</button>`;
}

function label(id: string, vi: string, en: string): string {
  return `<label for="${id}">${two({ vi, en })}</label>`;
}

/** A box that belongs to nobody asks for its claim first of all. */
export function claimForm({ enrolled, mayAct }: PageState): string {
  return `<section id="claim"${hidden(enrolled)}><h2>${two({ vi: 'Khai báo hộp', en: 'Enrol this box' })}</h2>
<p id="claim-far"${hidden(mayAct)}>${two({ vi: 'Bấm nút trên hộp, vào Wi-Fi ghi trên nhãn rồi mở lại trang này.', en: 'Press the button on the box, join the Wi-Fi on its label, then open this page again.' })}</p>
<div id="claim-near"${hidden(!mayAct)}><p>${two({ vi: 'Quét mã QR trên nhãn bằng máy ảnh điện thoại, hoặc dán mã kích hoạt của trung tâm vào đây.', en: "Scan the code on the label with the phone's camera, or paste the centre's claim here." })}</p>
${label('claim-text', 'Mã kích hoạt', 'Claim')}<textarea id="claim-text" maxlength="32000" spellcheck="false" autocomplete="off"></textarea>
<div class="acts"><button type="button" id="claim-go">${two({ vi: 'Khai báo', en: 'Enrol' })}</button></div><p id="claim-told" class="told" role="status"></p></div></section>`;
}

export function handsForm({ mayAct, pinSet, enrolled, simulatedBoard, talk, outputs, ears = [] }: PageState): string {
  const loud = outputs.some(({ kind }) => kind !== 'board');
  const board = outputs.some(({ kind }) => kind === 'board');
  return `<section id="hands"${hidden(!mayAct || !enrolled)}><h2>${two({ vi: 'Tại hộp', en: 'At the box' })}</h2>
<p id="pinless" class="bad"${hidden(pinSet)}>${two({ vi: 'Hộp chưa có mã PIN: kích hoạt lại để thao tác.', en: 'No PIN on this box: enrol it again.' })}</p>
${label('pin', 'Mã PIN (6 số)', 'PIN (6 digits)')}<input id="pin" type="password" inputmode="numeric" autocomplete="off" maxlength="6" pattern="[0-9]{6}" placeholder="••••••">
<div class="acts">${button('tone', 'Âm thử 2 giây', 'Tone, 2 s', hidden(!loud))}${button('hold', 'Giữ để nghe âm thử', 'Hold for the tone', hidden(!loud))}
${button('relay', 'Thử rơ-le', 'Relay test', hidden(!loud))}${button('calibrate', 'Tập nghe cho micrô', 'Calibrate the microphone', hidden(ears.length === 0))}${button('screen-test', 'Thử màn hình', 'Screen test', hidden(!board))}
${button('service', 'Bảo trì: có người ở loa', 'Service: somebody at the horn', ' aria-pressed="false"')}
${button('talk', 'Nói tại hộp', 'Speak here', ` aria-pressed="false"${hidden(talk.length === 0)}`)}</div>
<p id="ears"></p>
<div id="asked" hidden><p>${two({ vi: 'Có nghe thấy âm thử ở loa không?', en: 'Was the tone heard at the horn?' })}</p><div class="acts">${button('heard-yes', 'Có nghe', 'Yes, heard')}${button('heard-no', 'Không nghe', 'No')}</div></div>
${label('reason', 'Lý do tắt tiếng', 'Reason to mute')}<select id="reason"><option value="dân phản ánh">Dân phản ánh · complaint</option><option value="việc hiếu">Việc hiếu · funeral</option><option value="trường thi">Trường thi · exam</option><option value="sửa chữa">Sửa chữa · repair</option><option value="loa hỏng">Loa hỏng · broken horn</option></select>
<div class="acts">${button('mute', 'Tắt tiếng và báo trung tâm', 'Mute, and tell the centre', ' aria-pressed="false"')}</div>
<div id="ready" class="acts" hidden></div><p id="told" role="status"></p>
<div id="simulated"${hidden(!simulatedBoard)}><small>Bo mạch mô phỏng · simulated board</small><div class="acts">${button('button', 'Bấm nút trên hộp', "Press the box's button")}
${button('mains', 'Cắt điện lưới', 'Cut the mains', ' aria-pressed="false"')}</div></div></section>`;
}

export function netForms({ network, mayAct, enrolled }: PageState): string {
  if (!network || !mayAct) return '';
  const cables = network.devices.filter(({ kind }) => kind === 'ethernet').map(({ name }) => `<option>${escapeHtml(name)}</option>`);
  const field = (id: string, vi: string, en: string, more = '') => `${label(id, vi, en)}<input id="${id}" autocomplete="off"${more}>`;
  return `<div id="net-forms"><p${hidden(!enrolled)}><small>${two({ vi: 'Đổi mạng cần mã PIN ở trên. Không tới được trung tâm trong 10 phút thì hộp tự trở về mạng cũ.', en: 'Changes need the PIN above. If the centre is not reached within 10 minutes the box goes back by itself.' })}</small></p>
<div class="acts">${button('spot-toggle', 'Mở hoặc đóng Wi-Fi của hộp', "Open or close the box's Wi-Fi", hidden(!network.canOpen))}</div>
<details><summary>Wi-Fi</summary><div class="acts">${button('scan', 'Tìm Wi-Fi', 'Search')}</div>${label('ssid', 'Tên Wi-Fi', 'Name')}<select id="ssid"></select>
${field('wifi-key', 'Mật khẩu', 'Passphrase', ' type="password" maxlength="63"')}<div class="acts">${button('wifi-go', 'Nối Wi-Fi', 'Join')}</div></details>
<details><summary>4G · APN</summary>${field('apn', 'APN', 'APN', ' maxlength="100"')}${field('apn-user', 'Tên đăng nhập (nếu có)', 'User, if any', ' maxlength="64"')}${field('apn-password', 'Mật khẩu (nếu có)', 'Password, if any', ' type="password" maxlength="64"')}
<div class="acts">${button('apn-go', 'Đặt APN', 'Set APN')}</div></details>
<details><summary>${two({ vi: 'Mạng dây', en: 'Cable' })}</summary>${label('cable', 'Cổng', 'Port')}<select id="cable">${cables.join('')}</select>
<div class="acts">${button('dhcp-go', 'Địa chỉ tự động', 'By DHCP')}</div>${field('address', 'Địa chỉ cố định', 'Fixed address', ' placeholder="192.168.1.20/24"')}${field('gateway', 'Cổng ra', 'Gateway', ' placeholder="192.168.1.1"')}${field('dns', 'Máy chủ DNS', 'Name server', ' placeholder="192.168.1.1"')}
<div class="acts">${button('fixed-go', 'Đặt địa chỉ cố định', 'Set fixed address')}</div></details><p id="net-told" class="told" role="status"></p></div>`;
}

/** The end of the self-test: what was found becomes a signed record; and the log to carry away. */
export function proofForm({ mayAct, enrolled }: PageState): string {
  const shut = hidden(!mayAct || !enrolled);
  return `<section id="accept"${shut}><h2>${two({ vi: 'Nghiệm thu', en: 'Acceptance' })}</h2><form id="accept-form">
${label('accept-heard', 'Nghe thấy âm thử ở loa?', 'Tone heard at the horn?')}<select id="accept-heard"><option value=""></option><option value="yes">Có · yes</option><option value="no">Không · no</option></select>
${label('accept-by', 'Người nghiệm thu', 'Accepted by')}<input id="accept-by" maxlength="64" autocomplete="name">
${label('accept-note', 'Ghi chú', 'Note')}<input id="accept-note" maxlength="300" autocomplete="off">
${label('accept-photo', 'Ảnh cột loa (nếu có)', 'Photo of the pole, if any')}<input id="accept-photo" type="file" accept="image/*">
<div class="acts"><button type="button" id="accept-go">${two({ vi: 'Ký và gửi', en: 'Sign and send' })}</button>${button('print', 'In', 'Print')}</div><p id="accept-told" class="told" role="status"></p></form>
<div class="sign"><p id="accept-line"></p><p>${two({ vi: 'Người nghiệm thu (ký, ghi rõ họ tên)', en: 'Accepted by (signature and name)' })}</p></div></section>
<section id="logs"${shut}><h2>${two({ vi: 'Nhật ký', en: 'Logs' })}</h2><div class="acts">${button('logs-go', 'Tải nhật ký', 'Download the log')}</div><p id="logs-told" class="told" role="status"></p></section>`;
}
