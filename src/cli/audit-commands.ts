// `postern audit`: verifies the hash chain of the audit trail, and exports it.

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { exportAuditLines } from '../audit/audit-export.ts';
import { type ChainHead, verifyAuditChain } from '../catalogue/trail/audit-chain.ts';
import { SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { PosternError } from '../errors.ts';
import { escapeInJson } from '../untrusted-text.ts';
import type { CommandIo } from './terminal/command-io.ts';
import { printOne } from './terminal/print.ts';
import { withCatalogue } from './with-catalogue.ts';

export function addAuditCommands(program: Command, io: CommandIo): void {
  const audit = program.command('audit').description('the audit trail');
  audit
    .command('verify')
    .description('recompute the hash chain; exit 1 when a row was changed, removed or added')
    .option('--heads <file>', 'what --json printed before: also exit 1 when a chain was cut off since then')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean; heads?: string }) => {
      const noted = options.heads === undefined ? [] : await readHeads(options.heads);
      const verdict = await withCatalogue(io, ({ catalogue }) => verifyAuditChain(catalogue, noted));
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
        for await (const line of exportAuditLines(catalogue, SYSTEM_CONTEXT, {})) io.stdout.write(escapeInJson(line));
      });
    });
}

const headsSchema = z.object({
  heads: z.array(z.object({ nodeId: z.string(), position: z.int().min(0), hash: z.string() })),
});

async function readHeads(path: string): Promise<readonly ChainHead[]> {
  try {
    return headsSchema.parse(JSON.parse(await readFile(path, 'utf8'))).heads;
  } catch (cause) {
    throw new PosternError('audit_report_invalid', { params: { path }, cause });
  }
}
