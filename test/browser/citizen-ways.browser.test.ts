// What a phone does beside the pages: a message through a push service that decrypts, a siren by choice, a voice sent as sound, words read
// aloud, and the worker that sends what waits while the app is shut.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CitizenSettingsAnswer, FeedbackAnswer, PublicPlace, PushMessage, PushMessageAnswer } from '../../schemas/citizen-api.ts';
import type { OrderAnswer } from '../../schemas/order-api.ts';
import { FakePushService } from '../controller/test-push.ts';
import { programPath } from '../tell.ts';
import { makeAuthority } from '../wire/certificates.ts';
import { type District, freePorts, group, openDistrict, password, run, seedOf } from '../wire/district.ts';
import { Operator } from '../wire/operator.ts';
import { until } from '../wire/waiting.ts';
import { seriousFaults } from './axe.ts';
import { Visitor } from './visitor.ts';

const area = '08/02536';
const units = [
  { id: 'xa', parent: null, kind: 'xa', name: 'Xã Sơn Dương', code: '02536', level: 'commune', area },
  { id: 'thon-1', parent: 'xa', kind: 'thon', name: 'Thôn Đồng Chùa', code: null, level: 'hamlet', area: `${area}/thon-1` },
];
const accounts = [
  { account: 'can-bo-van-hoa', title: 'Cán bộ văn hóa', roles: ['author'] },
  { account: 'lanh-dao-duyet', title: 'Lãnh đạo duyệt', roles: ['approver', 'scheduler', 'technician', 'administrator'] },
  { account: 'truc-ban-1', title: 'Trực ban', roles: ['duty'] },
  { account: 'lanh-dao', title: 'Lãnh đạo xã', roles: ['leader'] },
].map((account) => ({ ...account, password }));
const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  ...['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
];
const phone = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true };
const excused = [/ERR_INTERNET_DISCONNECTED/, /ERR_FAILED .*\/api\/public\//];
/** Chromium without an account at a push service gets no subscription; this one is of the service beside the test. */
const subscribeHere = (subscription: object) => `(() => {
  let mine = null;
  PushManager.prototype.getSubscription = async () => mine;
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly || !applicationServerKey) throw new Error('not as the centre wants it');
    mine = { toJSON: () => (${JSON.stringify(subscription)}), unsubscribe: async () => { mine = null; return true; } };
    return mine;
  };
})()`;
/** This machine has no voice, a phone has one: what the page asks it to say is written down. */
const voiceOfAPhone = `(() => {
  window.readAloud = [];
  speechSynthesis.getVoices = () => [{ lang: 'vi_VN', name: 'Tiếng Việt', localService: true, default: true, voiceURI: 'vi' }];
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  speechSynthesis.speak = (said) => window.readAloud.push([said.lang, said.text]);
})()`;
/** Tones that really went out: begun while the sound of the page runs. */
const countTones = `(() => {
  window.tones = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) { if (this.context.state === 'running') window.tones += 1; start.call(this, at); };
})()`;

/** What Chromium dispatches where an app may be installed; a private window never does. */
const offering = (outcome: 'accepted' | 'dismissed') => `(() => {
  window.prompted = 0;
  const offer = new Event('beforeinstallprompt', { cancelable: true });
  offer.prompt = async () => { window.prompted += 1; };
  offer.userChoice = Promise.resolve({ outcome: '${outcome}' });
  dispatchEvent(offer);
  return offer.defaultPrevented;
})()`;
/** A launcher may cut a maskable icon to a circle of four fifths: beyond it there is nothing but one colour, up to the edge. */
const notMaskable = `(async () => {
  const at = document.querySelector('link[rel=manifest]').href;
  const { icons } = await (await fetch(at)).json();
  const faults = icons.some(({ purpose }) => purpose === 'maskable') ? [] : ['none'];
  for (const { src } of icons.filter(({ purpose }) => purpose === 'maskable')) {
    const picture = await createImageBitmap(await (await fetch(new URL(src, at))).blob());
    const { width } = picture;
    const pen = new OffscreenCanvas(width, width).getContext('2d');
    pen.drawImage(picture, 0, 0);
    const dots = new Uint32Array(pen.getImageData(0, 0, width, width).data.buffer);
    const beyond = dots.filter((_, n) => Math.hypot((n % width) - width / 2, Math.floor(n / width) - width / 2) > width * 0.4);
    if (beyond.some((dot) => dot !== beyond[0] || dot >>> 24 !== 255)) faults.push(src);
  }
  return faults;
})()`;

describe.skipIf(!programPath('chromium'))('the ways of a phone [needs chromium]', () => {
  let dir: string;
  let district: District;
  let service: FakePushService;
  let leader: Operator;
  let browser: Browser;
  let resident: Visitor;
  let page: Page;
  let tools: CDPSession;
  let registrationId = '';
  let pushKey = '';
  let app = '';

  const order = () =>
    district.duty.post<OrderAnswer>('/orders', { template: 'lu-quet', groups: [group], class: 'exercise', confirm: true, password });
  const alertScreen = () => page.getByRole('dialog').getByRole('heading', { name: /LŨ QUÉT/ });

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'loa-ways-'));
    const authority = await makeAuthority('Dịch vụ đẩy thử');
    service = new FakePushService(await authority.server(), () => pushKey);
    await service.start();
    run('controller', ['init', '--data', join(dir, 'centre')], JSON.stringify({ ...seedOf({}), units, accounts }));
    await writeFile(join(dir, 'centre/push-ca.pem'), authority.ca);
    district = await openDistrict(dir, await freePorts(3));
    leader = await new Operator(district.console).signIn('lanh-dao', password);
    const { smsState: _, ...settings } = await district.approver.get<CitizenSettingsAnswer>('/citizen-settings');
    await district.approver.put('/citizen-settings', { ...settings, sms: null, pushHosts: [service.host] });
    // Before anybody asks for places, which are kept a while.
    const facts = { name: 'Cụm loa nhà văn hóa', unit: 'thon-1', kind: 'cluster', technology: 'ip', latitude: 21.702, longitude: 105.39 };
    await district.approver.put('/register/cum-07', { version: 0, facts });
    pushKey = (await leader.get<PublicPlace>('/public/place')).pushKey ?? '';
    await district.addBox({ id: 'loa-1', kind: 'loudspeaker', area: `${area}/thon-1` });
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
    resident = await Visitor.arrive(browser, 'citizen-ways', excused, phone);
    page = resident.page;
    for (const script of [subscribeHere(service.browser('dien-thoai').subscription), voiceOfAPhone, countTones])
      await resident.context.addInitScript(script);
    app = `${district.console}/dan/`;
    await resident.context.grantPermissions(['notifications', 'microphone'], { origin: district.console });
    tools = await resident.context.newCDPSession(page);
    tools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      registrationId = registrations[0]?.registrationId ?? registrationId;
    });
    await tools.send('ServiceWorker.enable');
    await page.goto(app);
    await page.getByRole('button', { name: 'Thôn Đồng Chùa' }).click();
    await until('the worker', async () => (await page.evaluate('navigator.serviceWorker.controller !== null')) || undefined);
    await until('its registration', () => registrationId !== '' || undefined);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
    await service?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('turns messages on, and an order comes encrypted for this browser alone; it is shown, and the centre knows that it came', async () => {
    await page.goto(`${app}#/thong-bao`);
    await page.getByRole('button', { name: 'Bật tin báo' }).click();
    await page.getByText('Đã lưu.').waitFor();
    await page.getByRole('button', { name: 'Tắt tin báo' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await resident.snap('messages-on');
    const given = await order();
    const arrived = await until('the message at the service', () => service.arrived[0]);
    expect(service.refused).toEqual([]);
    expect(arrived).toMatchObject({ path: '/dien-thoai', urgency: 'high' });
    expect(JSON.parse(arrived.text) as PushMessage).toMatchObject({ topic: 'emergency' });
    await tools.send('ServiceWorker.deliverPushMessage', { origin: district.console, registrationId, data: arrived.text });
    const shown = await until('the notice', async () => {
      const all = await page.evaluate(
        'navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all.map(({ title }) => title))',
      );
      return (all as string[]).length > 0 ? (all as string[]) : undefined;
    });
    expect(shown).toEqual([expect.stringMatching(/LŨ QUÉT/)]);
    const known = await until('the centre to know', async () =>
      (await leader.get<PushMessageAnswer[]>('/push-messages')).find(({ received }) => received > 0),
    );
    expect(known).toMatchObject({ topic: 'emergency', accepted: 1, failed: 0, received: 1 });
    await alertScreen().waitFor();
    await page.getByRole('button', { name: 'Tôi đã đọc' }).click();
    await district.duty.post(`/orders/${given.id}/clear`);
  });

  it('rings only where somebody chose it, at once, and reads aloud what the loudspeakers say', async () => {
    expect(await page.evaluate('window.tones')).toBe(0);
    await page.goto(`${app}#/canh-bao`);
    await page.getByLabel(/^Kêu còi/).check();
    await page.getByRole('heading', { level: 1 }).click();
    const given = await order();
    await alertScreen().waitFor({ timeout: 90_000 });
    await page
      .getByRole('dialog')
      .getByRole('img', { name: /Sơ đồ vùng cảnh báo/ })
      .waitFor();
    await until('the siren', async () => Number(await page.evaluate('window.tones')) > 0 || undefined);
    const dialog = page.getByRole('dialog');
    const covered = await dialog.evaluate((one) => {
      const { width, height } = one.getBoundingClientRect();
      return [width, height];
    });
    expect(covered).toEqual([360, 780]);
    await dialog.getByText('Lời trên loa (tiếng Việt)').click();
    await dialog.getByRole('button', { name: 'Đọc to' }).first().click();
    const said = (await page.evaluate('window.readAloud')) as [string, string][];
    expect(said).toEqual([['vi_VN', expect.stringMatching(/lũ quét/i)]]);
    expect(await seriousFaults(page)).toEqual([]);
    await resident.snap('alert-read');
    await dialog.getByRole('button', { name: 'Tôi đã đọc' }).click();
    await alertScreen().waitFor({ state: 'detached' });
    const tones = Number(await page.evaluate('window.tones'));
    await district.duty.post(`/orders/${given.id}/clear`);
    await until('the bar to go', async () => ((await page.getByRole('link', { name: /LŨ QUÉT/ }).count()) === 0 ? true : undefined));
    expect(await page.evaluate('window.tones')).toBe(tones);
  });

  it('records a voice, sends it as sound, and the office hears it', async () => {
    await page.goto(`${app}#/phan-anh/gop-y`);
    await page.getByLabel('Nội dung').fill('Nghe tiếng nói của tôi.');
    await page.getByRole('button', { name: 'Ghi âm' }).click();
    await page.getByRole('button', { name: /2 giây/ }).click({ timeout: 30_000 });
    await page.locator('form audio').waitFor();
    await until(
      'it to be heard here',
      async () => (await page.evaluate('document.querySelector("form audio").readyState > 0')) || undefined,
    );
    expect(await seriousFaults(page)).toEqual([]);
    await resident.snap('voice');
    await page.getByRole('button', { name: 'Gửi', exact: true }).click();
    await page.getByText('Trung tâm đã nhận phản ánh.').waitFor({ timeout: 60_000 });
    const [one] = await leader.get<FeedbackAnswer[]>('/feedback');
    expect(one).toMatchObject({ kind: 'suggestion', text: 'Nghe tiếng nói của tôi.' });
    const heard = await fetch(`${district.console}/api/feedback/${one?.id}/attached/${one?.sound}`, { headers: { cookie: leader.cookie } });
    expect(heard.status).toBe(200);
    expect(
      Buffer.from(await heard.arrayBuffer())
        .subarray(0, 4)
        .toString('latin1'),
    ).toBe('OggS');
  });

  it('sends what waits by its worker while the app is shut, and once though the page tries too', async () => {
    const asked: string[] = [];
    const write = async (text: string) => {
      await page.goto('about:blank');
      await page.goto(`${app}#/phan-anh/kien-nghi`);
      await page.getByLabel('Nội dung').fill(text);
      await resident.context.setOffline(true);
      await page.getByRole('button', { name: 'Gửi', exact: true }).click();
      await page.getByText('Sẽ tự gửi khi có mạng').waitFor();
    };
    const sync = () =>
      tools.send('ServiceWorker.dispatchSyncEvent', { origin: district.console, registrationId, tag: 'loa-dan-outbox', lastChance: false });
    const those = async (text: string) => (await leader.get<FeedbackAnswer[]>('/feedback')).filter((one) => one.text === text);
    await write('Sửa đường vào thôn.');
    await page.goto('about:blank');
    page.on('request', (request) => request.url().endsWith('/public/feedback') && asked.push(request.url()));
    await resident.context.setOffline(false);
    await sync();
    await until('it to come without a page', async () => ((await those('Sửa đường vào thôn.')).length > 0 ? true : undefined));
    expect(asked).toEqual([]);
    await page.goto(`${app}#/cua-toi`);
    await page.getByText('Sửa đường vào thôn.').waitFor();
    expect(await page.getByText('Sẽ tự gửi khi có mạng').count()).toBe(0);
    await write('Đèn đường hỏng.');
    await resident.context.setOffline(false);
    await Promise.all([sync(), page.evaluate('dispatchEvent(new Event("online"))'), sync()]);
    await page.getByText('Trung tâm đã nhận phản ánh.').waitFor({ timeout: 60_000 });
    expect(await those('Đèn đường hỏng.')).toHaveLength(1);
    expect(await those('Sửa đường vào thôn.')).toHaveLength(1);
    expect(resident.faults).toEqual([]);
  });

  it('is offered for the first screen when the browser can, keeps a no, and says nothing of it otherwise', async () => {
    const newcomer = await Visitor.arrive(browser, 'citizen-install', [], phone);
    const { page } = newcomer;
    const offer = page.getByRole('heading', { name: 'Đặt ứng dụng lên màn hình chính' });
    const press = page.getByRole('button', { name: 'Đặt lên màn hình' });
    const browserOffers = (outcome: 'accepted' | 'dismissed') => page.evaluate(offering(outcome));
    const go = async (place: string, heading: string) => {
      await page.goto(`${app}#/${place}`);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    };
    await page.goto(app);
    await page.getByRole('button', { name: 'Thôn Đồng Chùa' }).click();
    await page.getByRole('heading', { level: 1, name: 'Hôm nay' }).waitFor();
    expect(await offer.count()).toBe(0);
    expect(await page.evaluate(notMaskable)).toEqual([]);
    await go('them', 'Thêm');
    await page.getByText('chọn “Thêm vào màn hình chính”').waitFor();
    expect(await press.count()).toBe(0);
    await go('hom-nay', 'Hôm nay');
    expect(await browserOffers('dismissed'), 'the browser’s own bar is held back').toBe(true);
    await offer.waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await newcomer.snap('offer');
    expect(await page.evaluate('window.prompted')).toBe(0);
    await press.click();
    await offer.waitFor({ state: 'detached' });
    expect(await page.evaluate('window.prompted')).toBe(1);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Hôm nay' }).waitFor();
    await browserOffers('accepted');
    expect(await offer.count(), 'a no is kept').toBe(0);
    await go('them', 'Thêm');
    await press.click();
    await page.getByText('Ứng dụng đã ở trên máy.').waitFor();
    expect(await page.evaluate('window.prompted')).toBe(1);
    expect(newcomer.faults).toEqual([]);
    await newcomer.leave();
  });
});
