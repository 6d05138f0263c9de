// What a person does on a page of the console: presses buttons, opens menus at the end of rows,
// reads what is there.

import type { Locator, Page } from 'playwright-core';

export async function press(page: Page, name: string): Promise<void> {
  const loaded = page.waitForEvent('load');
  await page.getByRole('button', { name, exact: true }).click();
  await loaded;
}

export async function chooseFromMenu(page: Page, { of, item }: { of: string; item: string }): Promise<void> {
  const row = rowOf(page, of);
  await row.locator('.kebab summary').click();
  const loaded = page.waitForEvent('load');
  await row.locator('.menu-item', { hasText: item }).click();
  await loaded;
}

export function rowOf(page: Page, text: string): Locator {
  return page.getByRole('row').filter({ hasText: text });
}

/** What each row is named by: an e-mail, where a name stands above it. */
export async function rowNames(page: Page): Promise<string[]> {
  const names = (cells: Element[]) => cells.map((cell) => [...cell.querySelectorAll('bdi')].at(-1)?.textContent ?? '');
  return await page.locator('tbody th').evaluateAll(names);
}

export async function shownLink(page: Page): Promise<string> {
  return (await page.locator('.copy-text').textContent()) ?? '';
}

export async function heading(page: Page): Promise<string> {
  return (await page.locator('h1').textContent()) ?? '';
}

/** As somebody who is not signed in. */
export async function statusOf(link: string): Promise<number> {
  return (await fetch(link, { redirect: 'manual' })).status;
}
