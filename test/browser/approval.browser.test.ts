// An approver who is away, on a phone: reads and hears one version behind a one-time link, and approves it by signing in; the link works once.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProgrammeAnswer } from '../../schemas/api.ts';
import { programPath } from '../tell.ts';
import { type District, password, startDistrict } from '../wire/district.ts';
import { toneMp3 } from '../wire/speech.ts';
import { until } from '../wire/waiting.ts';
import { openBrowser, Visitor } from './visitor.ts';

const phone = { width: 360, height: 740 };
/** A wrong password first, and the link a second time. */
const excused = [/status of 401 .*approval-links\/decide$/, /status of 404 .*approval-links\/look$/];

describe.skipIf(!programPath('chromium'))('an approval link [needs chromium]', () => {
  let district: District;
  let browser: Browser;
  let approver: Visitor;
  let programme: ProgrammeAnswer;
  let link: string;

  beforeAll(async () => {
    district = await startDistrict();
    const upload = `/media?title=${encodeURIComponent('Lịch tiêm phòng')}&language=vi`;
    const { sha256 } = await district.author.upload<{ sha256: string }>(upload, toneMp3(3));
    const made = { title: 'Lịch tiêm phòng tuần này', form: 'audio', tier: 'normal', items: [sha256] };
    programme = await district.author.post<ProgrammeAnswer>('/programmes', made);
    await district.author.post(`/programmes/${programme.id}/submit`);
    const asked = { account: 'lanh-dao-duyet', of: { programme: programme.id } };
    link = `${district.console}${(await district.author.post<{ path: string }>('/approval-links', asked)).path}`;
    browser = await openBrowser();
    approver = await Visitor.arrive(browser, 'approval', excused);
    await approver.page.setViewportSize(phone);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await district?.stop();
  });

  it('shows what it is about and lets it be heard, without signing in', async () => {
    const { page } = approver;
    await page.goto(link);
    await page.getByRole('heading', { name: 'Lịch tiêm phòng tuần này' }).waitFor();
    await page.getByRole('button', { name: 'Nghe: Lịch tiêm phòng' }).click();
    await until(
      'sound from the page',
      async () => ((await page.evaluate("document.querySelector('audio')?.currentTime ?? 0")) as number) > 0.3 || undefined,
    );
    expect(await approver.photograph('to-judge')).toEqual([0, 0]);
  });

  it('is decided by the password alone of that person, and works once', async () => {
    const { page } = approver;
    const give = async (word: string) => {
      await page.getByLabel('Mật khẩu').fill(word);
      await page.getByRole('button', { name: 'Duyệt', exact: true }).click();
    };
    await give('mat-khau-sai-hoan-toan');
    await page.getByRole('alert').filter({ hasText: /\S/ }).waitFor();
    await give(password);
    await page.getByRole('heading', { name: /^Đã duyệt/ }).waitFor();
    expect(await district.author.get<ProgrammeAnswer>(`/programmes/${programme.id}`)).toMatchObject({
      state: 'approved',
      approver: 'lanh-dao-duyet',
    });
    const again = await approver.context.newPage();
    await again.setViewportSize(phone);
    await again.goto(link);
    await again.getByText('Liên kết này không còn hiệu lực').waitFor();
    expect(approver.faults).toEqual([]);
  });
});
