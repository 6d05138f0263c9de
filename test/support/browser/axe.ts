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

/**
 * What axe finds in light and in dark mode, each as rule and element; only the given rules, if any.
 * The browser context must bypass the content security policy.
 */
export async function axeViolations(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(AXE);
  if (rules !== undefined) return await run(page, { runOnly: { type: 'rule', values: rules } });
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await run(page, RULES_OF[colorScheme])).map((violation) => `${colorScheme}, ${violation}`));
  }
  return found;
}

async function run(page: Page, options: object): Promise<string[]> {
  const results: AxeResults = await page.evaluate(`axe.run(${JSON.stringify(options)})`);
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
