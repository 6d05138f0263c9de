// A person with a project for production and one to play with.

import { changeProject } from '../../../../src/catalogue/projects/projects.ts';
import { SYSTEM_CONTEXT } from '../../../../src/catalogue/trail/audit-context.ts';
import type { WebForTests } from '../../../support/browser/web-for-tests.ts';
import { addPerson, addProject, type PersonForTests } from '../../../support/databases/catalogue-for-tests.ts';

/** Neither of them was used before, so none is picked. */
export async function developerOfProduction({ web }: { readonly web: WebForTests }): Promise<PersonForTests> {
  const person = await addPerson(web.catalogue, 'alex');
  const { project } = await addProject(web.catalogue, person.accountId, 'shop');
  await changeProject(web.catalogue, SYSTEM_CONTEXT, { projectId: project.id, changes: { label: 'production' } });
  await addProject(web.catalogue, person.accountId, 'sandbox');
  return person;
}
