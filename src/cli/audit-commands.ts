// `postern audit`: verifies the hash chain of the audit trail, and exports it.

import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { pruneAuditTrail } from '../actions/prune-audit-trail.ts';
import { exportAuditLines } from '../audit/audit-export.ts';
import { type ChainHead, verifyAuditChain } from '../catalogue/trail/audit-chain.ts';
import { SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { PosternError } from '../errors.ts';
import { escapeInJson } from '../untrusted-text.ts';
import type { CommandIo } from './terminal/command-io.ts';
import { type PrintOptions, printOne } from './terminal/print.ts';
import { withCatalogue } from './with-catalogue.ts';

export function addAuditCommands(program: Command, io: CommandIo): void {
  const audit = program.command('audit').description('the audit trail');
  audit
    .command('verify')
    .description('recompute the hash chain; exit 1 when a row was changed, removed or added')
    .option('--heads <file>', 'what --json printed before: also exit 1 when a chain was cut off since then')
    .option('--json', 'print JSON')
    .action(async (options: PrintOptions & { heads?: string }) => {
      const noted = options.heads === undefined ? [] : await readHeads(options.heads);
      const verdict = await withCatalogue(io, ({ catalogue }) => verifyAuditChain(catalogue, noted));
      const isWhole = verdict.flaws.length === 0;
      const shown = { verdict: isWhole ? 'whole' : 'changed', events: verdict.eventCount };
      const { flaws, pruned, heads } = verdict;
      printOne(io, { ...shown, flaws, pruned, heads }, options);
      if (!isWhole) process.exitCode = 1;
    });
  audit
    .command('prune')
    .description('verify the trail, then remove its events from before a day; the rest can still be verified')
    .requiredOption('--before <date>', 'the first day that stays, such as 2026-01-31, in UTC', dayFrom)
    .option('--json', 'print JSON')
    .action(async (options: PrintOptions & { before: Date }) => {
      const events = await withCatalogue(
        io,
        ({ catalogue }) => pruneAuditTrail(catalogue, SYSTEM_CONTEXT, options.before),
        'owner',
      );
      printOne(io, { pruned: events, before: options.before.toISOString() }, options);
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

function dayFrom(text: string): Date {
  const day = new Date(`${text}T00:00:00Z`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime())) return day;
  throw new InvalidArgumentError('It is a day, such as 2026-01-31.');
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
