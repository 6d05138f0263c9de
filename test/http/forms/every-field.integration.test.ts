// Every field of every form: missing, repeated, too long, with NUL, not UTF-8; and every address of
// a form, malformed.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebForTests } from '../../support/browser/web-for-tests.ts';
import { click, type FilledForm } from './filled-form.ts';
import { ALL_FORMS as ALL, type FormsWeb, startFormsWeb } from './forms-web.ts';

let scene: FormsWeb;
let web: WebForTests;

beforeAll(async () => {
  scene = await startFormsWeb();
  web = scene.web;
});

afterAll(() => scene.close());

describe('every form of the web side', () => {
  it.each(ALL)('%s with a wrong field or at an odd address says so in words, and never fails', async (path, fill) => {
    let form = await fill(web);
    await expectNoFailureAtOddAddresses(path, form);
    for (const field of Object.keys(form.fields)) {
      for (const wrong of wrongVersions(form, field)) {
        const answer = await click(form, wrong);
        const page = answer.location === null ? answer : await form.jar.open(answer.location);
        expect([page.status < 500, page.text], `${field} as ${String(wrong).slice(0, 200)}`).toEqual([
          true,
          expect.not.stringMatching(/Invalid input|Invalid option|Too big|Too small|undefined/),
        ]);
        if (wrong.getAll(field).length !== 1 && !path.endsWith('/export'))
          expect(answer.status, `${field} as ${wrong}`).toBe(303);
        const isDone = answer.location !== null && !answer.location.includes('kept=');
        if (isDone || page.status === 404) form = await fill(web);
      }
    }
  });
});

/** With NUL, or too long. */
async function expectNoFailureAtOddAddresses(path: string, { jar, path: at }: FilledForm): Promise<void> {
  const odd = [
    path.replace(/:\w+/, '%00x'),
    path.replace(/:\w+/, 'x'.repeat(5_000)),
    `${at}?kept=%00&shown=%00&search=%00`,
    `${at}?kept=a&kept=b`,
  ];
  for (const address of odd) expect((await jar.open(address)).status, address).toBeLessThan(500);
}

/** Missing, repeated, too long, with NUL, not UTF-8. */
function wrongVersions({ fields, csrfToken }: FilledForm, field: string): URLSearchParams[] {
  const others = Object.entries({ ...fields, csrf_token: csrfToken }).filter(([name]) => name !== field);
  const value = fields[field] ?? '';
  const versions = [[], [value, value], ['x'.repeat(40_000)], [`${value}\0`], ['\u{fffd}']];
  return versions.map((values) => new URLSearchParams([...others, ...values.map((one) => [field, one])]));
}
