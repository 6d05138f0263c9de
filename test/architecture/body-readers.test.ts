import { expect, it } from 'vitest';
import { sourceFiles } from './source-files.ts';

// A reader of bodies before the session is asked again: those of forms, of the API, and those that
// belong to no session: of devices, and of logouts by identity providers. SCIM has none, and looks
// for its key again.
const READERS = [
  'src/http/api/call/read-body.ts',
  'src/http/forms/read-forms.ts',
  'src/http/oauth/oauth-routes.ts',
  'src/http/scim/scim-routes.ts',
  'src/http/sign-in/logout-routes.ts',
];
const ASK_AGAIN = ['src/http/api/call/authenticate-call.ts', 'src/http/security/require-own-form.ts'];

const pathsWith = (pattern: RegExp) =>
  sourceFiles()
    .filter(({ path, text }) => path.startsWith('src/http/') && pattern.test(text))
    .map(({ path }) => path);

it('bodies are read where the session is asked again afterwards, and nowhere else', () => {
  expect(pathsWith(/\b(?:express\.(?:raw|json|text)|urlencoded)\(/)).toEqual(READERS);
  expect(pathsWith(/await askSessionAgain\(/)).toEqual(ASK_AGAIN);
});
