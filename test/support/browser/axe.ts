// Runs axe-core on an open page: WCAG 2.2 A and AA, and axe's best practices.

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

/** The system chooses the colours then, and axe reads those of the page. */
const IN_FORCED_COLOURS = { runOnly: WCAG_22_AA, rules: { 'color-contrast': { enabled: false } } };

/** Only violations are looked at: where all the rest is need not be worked out. */
const LEAN = { resultTypes: ['violations'], selectors: false };

/**
 * What axe finds in light and in dark mode, each as rule and element; only the given rules, if any.
 * The browser context must bypass the content security policy.
 */
export async function axeViolations(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (rules !== undefined) return await runAxe(page, { runOnly: { type: 'rule', values: rules } });
  const found = await repeatedIds(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await runAxe(page, RULES_OF[colorScheme])).map((violation) => `${colorScheme}, ${violation}`));
  }
  return found;
}

/** As above, of a page that is shown in forced colours. */
export async function axeViolationsInForcedColours(page: Page): Promise<string[]> {
  return await runAxe(page, IN_FORCED_COLOURS);
}

/** Axe asks no longer; a label leads to the first thing with the id of its field. */
async function repeatedIds(page: Page): Promise<string[]> {
  const ids = await page.locator('[id]').evaluateAll((nodes) => nodes.map(({ id }) => id));
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) < index))].map((id) => `#${id} stands twice`);
}

async function runAxe(page: Page, options: object): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(AXE);
  const results: Pick<AxeResults, 'violations'> = await page.evaluate(
    `axe.run(${JSON.stringify({ ...LEAN, ...options })}).then(({ violations }) => ({ violations }))`,
  );
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
