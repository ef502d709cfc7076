// What nights on duty share: people, ceremony, ways through the pages, a counter of touches.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { OrderAnswer } from '../../schemas/order-api.ts';
import { installOfficers } from '../controller/officer-device.ts';
import { type District, password } from '../wire/district.ts';
import { hold } from './hold.ts';

export const accounts = [
  { account: 'can-bo-van-hoa', title: 'Cán bộ văn hóa', roles: ['author'] },
  { account: 'lanh-dao-duyet', title: 'Lãnh đạo duyệt', roles: ['approver', 'scheduler', 'technician', 'administrator'] },
  { account: 'truc-ban-1', title: 'Trực ban 1', roles: ['duty'] },
  { account: 'truc-ban-2', title: 'Trực ban 2', roles: ['duty'] },
  { account: 'lanh-dao', title: 'Lãnh đạo xã', roles: ['leader'] },
].map((account) => ({ ...account, password }));
/** The browser says itself that the centre was away for the ceremony, and that a wrong line and a missing reason were refused. */
export const excused = [
  /status of 400 .*(roster\/week|order-requests)$/,
  /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/,
];

export function orders(district: District): Promise<OrderAnswer[]> {
  return district.duty.get<OrderAnswer[]>('/orders');
}

/** Root holders sign the officers' keys while the centre is down; truc-ban-1 may break the glass. */
export async function ceremony(district: District): Promise<void> {
  await district.centre.kill();
  const installed = await installOfficers(district.centreDir, [], Date.now(), {
    breakGlass: { 'truc-ban-1': { area: '08', maxMs: 600_000 } },
  });
  expect(installed.ok).toBe(true);
  await district.restartCentre();
}

export async function signIn(page: Page, console: string, account: string): Promise<void> {
  await page.goto(console);
  await page.getByLabel('Tài khoản').fill(account);
  await page.getByLabel('Mật khẩu').fill(password);
  await page.getByRole('button', { name: 'Đăng nhập' }).click();
  await page.getByRole('navigation').waitFor();
}

export async function turnTo(page: Page, view: string): Promise<void> {
  // On a phone the menu is a drawer; the emergency desk is at the top of every page.
  const drawer = page.locator('.menu-button');
  if (view !== 'Khẩn cấp' && (await drawer.isVisible())) await drawer.click();
  await page.getByRole('link', { name: view, exact: true }).click();
  await page.locator('a[aria-current=page]', { hasText: view }).waitFor({ state: 'attached' });
}

/** Touches a thing and counts; with `seen`, holds it until that is seen. */
export function counter(page: Page) {
  let touches = 0;
  let heldFromMs = 0;
  const touch = async (target: ReturnType<Page['locator']>, seen?: () => Promise<unknown>): Promise<void> => {
    touches++;
    if (!seen) return target.click();
    heldFromMs = await hold(page, target, seen);
  };
  return Object.assign(touch, { count: () => touches, heldFromMs: () => heldFromMs });
}
