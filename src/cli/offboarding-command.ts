// `postern user offboarding`: what a person had, and when each piece ended.

import type { Command } from 'commander';
import { findPersonByEmail } from '../catalogue/accounts/find-person.ts';
import { findRemovedPerson, offboardingReport } from '../catalogue/people/offboarding-report.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import { SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { PosternError } from '../errors.ts';
import { idFrom, type UserId } from '../ids.ts';
import { type CommandIo, group } from './terminal/command-io.ts';
import { type PrintOptions, printList, printOne } from './terminal/print.ts';
import { withCatalogue } from './with-catalogue.ts';

const COLUMNS = { What: 'kind', Which: 'what', Since: 'since', Ended: 'ended_at', Why: 'how' };

export function addOffboardingCommand(program: Command, io: CommandIo): void {
  group(program, 'user', 'people')
    .command('offboarding <person>')
    .description('list what a person had in the last 90 days, and when each piece ended; also of removed people')
    .option('--json', 'print JSON')
    .action(async (person: string, options: PrintOptions) => {
      const { held, since, ...report } = await withCatalogue(io, async ({ catalogue }) =>
        offboardingReport(catalogue, SYSTEM_CONTEXT, { userId: await whose(catalogue, person) }),
      );
      const rows = held.map(({ kind, what, since: begun, endedAt, how }) => ({
        ...{ kind, what, since: begun, ended_at: endedAt, how },
      }));
      const { userId: id, email, state } = report.person;
      if (options.json === true) return printOne(io, { id, email, state, looked_back_to: since, held: rows }, options);
      const still = held.filter(({ endedAt }) => endedAt === null).length;
      const title = `${email} (${state}): ${still} still there, ${held.length - still} ended since ${since.toISOString()}`;
      printList(io, { title, columns: COLUMNS, rows }, options);
    });
}

/** Throws `not_found`. */
async function whose(catalogue: Catalogue, person: string): Promise<UserId> {
  if (!person.includes('@')) return idFrom<UserId>(person);
  const found = await findPersonByEmail(catalogue.db, person);
  if (found.kind !== 'unknown') return found.user.id;
  const removed = await findRemovedPerson(catalogue, person);
  if (removed === null) throw new PosternError('person_unknown', { params: { email: person } });
  return removed;
}
