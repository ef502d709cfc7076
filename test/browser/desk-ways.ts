// Ways through the emergency desk: the door of the real thing or of an exercise, then a template; nothing is chosen beforehand.
import type { Page } from 'playwright-core';

const doors = { actual: /^Lệnh thật/, exercise: /^Diễn tập/ } as const;

/** To the desk's own first page, from wherever one is. */
export async function openDesk(page: Page): Promise<void> {
  const leave = page.getByRole('link', { name: 'Rời trang này' });
  if ((await leave.count()) > 0) await leave.click();
  else await page.getByRole('link', { name: 'Khẩn cấp', exact: true }).click();
  await page.getByRole('heading', { name: 'Khẩn cấp', exact: true }).waitFor();
}

/** Through a door, and choose what happens. */
export async function chooseOrder(page: Page, kind: keyof typeof doors, template = 'Lũ quét'): Promise<void> {
  await page.getByRole('link', { name: doors[kind] }).click();
  await chooseTemplate(page, template);
}

export async function chooseTemplate(page: Page, template = 'Lũ quét'): Promise<void> {
  await page.getByRole('button', { name: template, exact: true }).click();
  await page.getByText('hiệu lực đến').waitFor();
}
