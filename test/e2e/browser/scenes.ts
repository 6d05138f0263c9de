// How to open each page in a browser, by name. Accessibility tests and screenshots walk this list,
// so a page that is missing here is not checked.

import { inviteMembers } from '../../../src/catalogue/accounts/invite-members.ts';
import { createSetupCodeIfEmpty } from '../../../src/catalogue/accounts/setup-codes.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { WebForTests } from '../../support/browser/web-for-tests.ts';
import { addOrganization, addPerson } from '../../support/databases/catalogue-for-tests.ts';
import { APPROVAL_SCENES } from './approval/approval-scenes.ts';
import { ASKING_SCENES } from './approval/asking-scenes.ts';
import { approve, developer, HERE, openLink, press, type Scene, scene, signInAs } from './approval/stage.ts';
import { guardedDeveloper } from './guarded-developer.ts';
import { OPERATIONS_SCENES } from './operations-scenes.ts';
import { SIGN_IN_SCENES } from './sign-in-scenes.ts';

export const SCENES: readonly Scene[] = [
  scene('sign-in-refused', async ({ web, page }) => {
    await addPerson(web.catalogue, 'member');
    await page.goto(`${web.url}/sign-in`);
    await page.fill('#email', 'nobody@example.com');
    await page.fill('#password', 'not it');
    await press(page, 'Sign in');
  }),
  scene('invitation', async ({ web, page }) => {
    const organization = await addOrganization(web.catalogue, await addPerson(web.catalogue, 'admin'));
    const [outcome] = await inviteMembers(web.catalogue, SYSTEM_CONTEXT, {
      accountId: organization.id,
      invitations: [{ email: `nina-${Date.now()}@example.com`, memberRole: 'member' }],
    });
    if (outcome?.kind !== 'invited') throw new Error('the e-mail was to be new');
    await page.goto(`${web.url}/invitations/${outcome.token.reveal()}`);
  }),
  scene('home', async (stage) => {
    await signInAs(stage, await developer(stage));
    await stage.page.goto(stage.web.url);
  }),
  scene('sign-in-again', async (stage) => {
    await openLink(stage, await guardedDeveloper(stage), HERE);
    await approve(stage);
  }),
  ...APPROVAL_SCENES,
  ...SIGN_IN_SCENES,
  ...ASKING_SCENES,
  ...OPERATIONS_SCENES,
];

/** For an installation without people, which the other scenes are not. */
export const SET_UP_SCENE: Scene = scene('set-up', async ({ web, page }) => {
  await page.goto(`${web.url}/setup/${await newSetupCode(web)}`);
});

async function newSetupCode(web: WebForTests): Promise<string> {
  const code = await createSetupCodeIfEmpty(web.catalogue);
  if (code === null) throw new Error('the installation has people already');
  return code.reveal();
}
