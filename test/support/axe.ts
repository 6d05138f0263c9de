// axe-core on a page that is open: WCAG 2.2 A and AA, and axe's own best practices.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG_22_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** All rules in light; in dark those that depend on colours. */
const RULES_OF = {
  light: { runOnly: WCAG_22_AA },
  dark: { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } },
} as const;

/** What axe finds in light and in dark, each as its rule and the element. The context must bypass our own policy. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const results: AxeResults = await page.evaluate(`axe.run(${JSON.stringify(RULES_OF[colorScheme])})`);
    found.push(
      ...results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${colorScheme}, ${id}: ${html}`)),
    );
  }
  return found;
}
