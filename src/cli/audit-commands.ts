// `postern audit`: verifies the chain of the audit trail, and writes the trail out.

import type { Command } from 'commander';
import { verifyAuditChain } from '../catalogue/audit-chain.ts';
import { SYSTEM_CONTEXT } from '../catalogue/audit-context.ts';
import { exportAuditEvents } from '../catalogue/audit-trail-reader.ts';
import { escapeInJson } from '../untrusted-text.ts';
import type { CommandIo } from './command-io.ts';
import { printOne } from './print.ts';
import { withCatalogue } from './with-catalogue.ts';

export function addAuditCommands(program: Command, io: CommandIo): void {
  const audit = program.command('audit').description('the audit trail');
  audit
    .command('verify')
    .description('recompute the hash chain; exit 1 when a row was changed, removed or added')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const verdict = await withCatalogue(io, ({ catalogue }) => verifyAuditChain(catalogue));
      const isWhole = verdict.flaws.length === 0;
      const shown = { verdict: isWhole ? 'whole' : 'changed', events: verdict.eventCount };
      printOne(io, { ...shown, flaws: verdict.flaws, heads: verdict.heads }, options.json === true ? 'json' : 'table');
      if (!isWhole) process.exitCode = 1;
    });
  audit
    .command('export')
    .description('write every event as one JSON object per line, oldest first')
    .action(async () => {
      await withCatalogue(io, async ({ catalogue }) => {
        for await (const event of exportAuditEvents(catalogue, SYSTEM_CONTEXT, {})) {
          io.stdout.write(`${escapeInJson(JSON.stringify(event))}\n`);
        }
      });
    });
}
