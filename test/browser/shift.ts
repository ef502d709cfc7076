// An officer at the duty page: sets the code app up, starts a shift; with a code app of the tests' own.
import type { Page } from 'playwright-core';
import { pin } from '../controller/officer-device.ts';
import { totp } from '../controller/totp.ts';

/** Show the secret once and prove it; answers the secret. `seen` is called while it is shown. */
export async function setUpCodes(page: Page, password: string, seen: () => Promise<void> = async () => undefined): Promise<string> {
  // On a phone the menu is a drawer.
  const drawer = page.locator('.menu-button');
  if (await drawer.isVisible()) await drawer.click();
  await page.getByRole('link', { name: 'Trực ban', exact: true }).click();
  const card = page.getByRole('region', { name: 'Ứng dụng mã xác thực' });
  await card.getByLabel('Mật khẩu').fill(password);
  await card.getByRole('button', { name: 'Cài ứng dụng mã' }).click();
  const secret = ((await page.locator('.secret').textContent()) ?? '').replaceAll(' ', '');
  await seen();
  await page.getByLabel('Sáu số đang hiện trên ứng dụng').fill(totp(secret, Date.now()));
  await page.getByRole('button', { name: 'Xác nhận', exact: true }).click();
  await page.getByText('Còn 10 mã dự phòng.').waitFor();
  return secret;
}

/** The code just used is taken; phones may be half a minute early. */
export async function startShift(page: Page, password: string, secret: string): Promise<void> {
  const card = page.getByRole('region', { name: 'Nhận ca trực' });
  await card.getByLabel('Mật khẩu').fill(password);
  await card.getByLabel('Mã xác thực').fill(totp(secret, Date.now() + 30_000));
  await card.getByLabel('Đặt mã PIN 6 số').fill(pin);
  await card.getByRole('button', { name: 'Nhận ca' }).click();
  await page.getByRole('heading', { name: 'Ca trực của tôi' }).waitFor();
}
