// The person's own name and password.

import { z } from 'zod';
import { MyProfilePage } from '../../../../web/pages/console/me/my-profile-page.tsx';
import { endAccess } from '../../../actions/end-access.ts';
import { getUser, renameUser, setPassword } from '../../../catalogue/accounts/users.ts';
import { PosternError } from '../../../errors.ts';
import { Secret } from '../../../secret.ts';
import { requireSession } from '../../request/request-context.ts';
import { checkPassword, passwordField } from '../../sign-in/check-password.ts';
import { nameField, newPasswordField } from '../../sign-in/new-password.ts';
import { done } from '../shell/done-notices.ts';
import { type Again, goTo, parseForm } from '../shell/form-route.ts';
import type { Visit } from '../shell/visit.ts';
import { meView } from './me-view.ts';

const PATH = '/app/me/profile';
const passwordSchema = z.object({ current_password: passwordField, new_password: newPasswordField });

export async function showProfile(visit: Visit, again?: Again): Promise<void> {
  const { parts, request, response, person } = visit;
  const user = await getUser(parts.catalogue, person.userId);
  parts.renderer.send(request, response, MyProfilePage, {
    view: meView(visit, PATH, again),
    path: PATH,
    name: again?.typed.name ?? user.name,
    email: user.email,
    hasPassword: user.hasPassword,
  });
}

export async function saveName(visit: Visit): Promise<void> {
  const { parts, context, person } = visit;
  const { name } = parseForm(visit, z.object({ name: nameField }));
  await renameUser(parts.catalogue, context, { userId: person.userId, name });
  goTo(visit, done(PATH, 'name_saved'));
}

/** Other browsers are signed out by the catalogue; what was remembered and what is connected ends here. */
export async function savePassword(visit: Visit): Promise<void> {
  const { parts, context, person, response } = visit;
  const form = parseForm(visit, passwordSchema);
  await requireCurrentPassword(visit, new Secret(form.current_password));
  await setPassword(parts.catalogue, context, {
    userId: person.userId,
    password: new Secret(form.new_password),
    keepSessionId: requireSession(response).sessionId,
  });
  await endAccess(parts, { userId: person.userId });
  goTo(visit, done(PATH, 'password_saved'));
}

async function requireCurrentPassword({ parts, person, response }: Visit, password: Secret): Promise<void> {
  const checked = await checkPassword(parts, response, { email: person.email, password });
  if (checked.kind === 'right') return;
  if (checked.status === 429) throw new PosternError('rate_limited');
  throw new PosternError('current_password_wrong');
}
