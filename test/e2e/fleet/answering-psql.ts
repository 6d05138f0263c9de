// A connected psql of the desk's person that proves that it still answers.

import { type Desk, linkOf } from '../../support/nodes/desk.ts';
import type { TestNode } from '../../support/nodes/postern-for-tests.ts';
import type { PsqlRun } from '../../support/nodes/psql.ts';

/** Logs in at the node, approved at the desk's own one, and has answered once. */
export async function answeringPsql(desk: Desk, node: TestNode): Promise<PsqlRun> {
  const psql = desk.psql(['-At'], { at: node });
  const { pathname } = new URL(await linkOf(psql));
  await desk.browser.approve(new URL(pathname, desk.node.baseUrl).href);
  await expectAnswer(psql, 'at first');
  return psql;
}

/** The word names the moment in a failure. */
export async function expectAnswer(psql: PsqlRun, word: string): Promise<void> {
  psql.write(`select '${word}' || ', yes';\n`);
  await psql.waitForStdout(new RegExp(`^${word}, yes$`, 'm'));
}
