// The person's own name and password.

import { z } from 'zod';
import { MyProfilePage } from '../../../../web/pages/console/me/my-profile-page.tsx';
import { changePassword, renameUser } from '../../../actions/people/change-profile.ts';
import { getUser } from '../../../catalogue/accounts/users.ts';
import { Secret } from '../../../secret.ts';
import { contextOf } from '../../request/request-context.ts';
import { passwordField } from '../../sign-in/check-password.ts';
import { nameField, newPasswordField } from '../../sign-in/new-password.ts';
import { type Again, type ConsoleCall, goTo, parseForm } from '../shell/console-call.ts';
import { meView } from './me-view.ts';

const PATH = '/app/me/profile';
const passwordSchema = z.object({ current_password: passwordField, new_password: newPasswordField });

export async function showProfile(call: ConsoleCall, again?: Again): Promise<void> {
  const { parts, request, response, person } = call;
  const user = await getUser(parts.catalogue, person.userId);
  parts.renderer.send(request, response, MyProfilePage, {
    view: meView(call, PATH, again),
    path: PATH,
    name: again?.typed.name ?? user.name,
    email: user.email,
    hasPassword: user.hasPassword,
  });
}

export async function saveName(call: ConsoleCall): Promise<void> {
  const { parts, context, person } = call;
  const { name } = parseForm(call, z.object({ name: nameField }));
  await renameUser(parts, context, { userId: person.userId, name });
  goTo(call, PATH, 'name_saved');
}

export async function savePassword(call: ConsoleCall): Promise<void> {
  const { parts, context, response } = call;
  const form = parseForm(call, passwordSchema);
  await changePassword(parts, context, {
    browser: contextOf(response),
    currentPassword: new Secret(form.current_password),
    newPassword: new Secret(form.new_password),
  });
  goTo(call, PATH, 'password_saved');
}
