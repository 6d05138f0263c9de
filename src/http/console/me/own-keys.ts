// The keys of one's own terminals: as rows of a page, and forgotten one by one.

import type { KeyRow } from '../../../../web/components/console/tables/key-table.tsx';
import { forgetOwnKey, listOwnKeys } from '../../../actions/people/terminal-keys.ts';
import { PosternError } from '../../../errors.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type Again, type ConsoleCall, goTo, param, sendConfirmation } from '../shell/console-call.ts';
import { meView } from '../shell/open-console-view.ts';

const PATH = '/app/me/sessions';
const SCHEME = 'SHA256:';

export async function ownKeyRows({ parts, context }: ConsoleCall): Promise<KeyRow[]> {
  const keys = await listOwnKeys(parts, context);
  return keys.map((key) => ({ ...key, id: idOfKey(key.fingerprint), address: cleanForPage(key.address) }));
}

/** Base64url, since a slash in an address of a page would be another page. */
function idOfKey(fingerprint: string): string {
  return fingerprint.slice(SCHEME.length).replaceAll('+', '-').replaceAll('/', '_');
}

export async function askForgetKey(call: ConsoleCall, again?: Again): Promise<void> {
  const { fingerprint } = await requireOwnKey(call);
  sendConfirmation(call, {
    view: meView(call, PATH, again),
    title: 'Forget this key?',
    text: `Approvals that are remembered for ${fingerprint} end, with the connections by them. Its terminal asks you again.`,
    button: 'Forget key',
    cancelPath: PATH,
  });
}

export async function forgetKey(call: ConsoleCall): Promise<void> {
  const { fingerprint } = await requireOwnKey(call);
  await forgetOwnKey(call.parts, call.context, fingerprint);
  goTo(call, PATH, 'terminal_key_forgotten');
}

async function requireOwnKey(call: ConsoleCall): Promise<KeyRow> {
  const rows = await ownKeyRows(call);
  const row = rows.find(({ id }) => id === param(call, 'key'));
  if (row === undefined) throw new PosternError('not_found', { params: { thing: 'key' } });
  return row;
}
