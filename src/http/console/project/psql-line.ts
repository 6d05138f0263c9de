// The command that leads to one project: `psql -h pg.example.com -d shop`. Its `-d` preselects the
// project on the approval page and makes the prompt say where one is.

import type { Project } from '../../../catalogue/projects/projects.ts';
import { psqlCommand } from '../../../config/public-address.ts';
import type { ConsoleParts } from '../shell/console-call.ts';
import { shellWord } from './shell-word.ts';

/**
 * On a host a database's name exists once. Attached servers often call theirs alike, production
 * and staging, so those are named by their project.
 */
export function projectPsqlLine(
  { config, address }: Pick<ConsoleParts, 'config' | 'address'>,
  { project, database }: { readonly project: Project; readonly database: string | null },
): string {
  const isHosted = project.creationSource === 'hosted';
  const name = isHosted && database !== null ? database : project.name;
  return `${psqlCommand(config, address)} -d ${shellWord(name)}`;
}
