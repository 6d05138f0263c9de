// A member by the e-mail that somebody typed into a field which suggests members.

import { type ListedMember, listMembers } from '../../../catalogue/accounts/member-lists.ts';
import { emailKey } from '../../../catalogue/store/email-address.ts';
import { PosternError } from '../../../errors.ts';
import type { AccountCall } from '../shell/console-call.ts';

/** The most members that such a field suggests. */
export const MOST_SUGGESTED = 200;

/** Throws `person_not_here`. */
export async function getMemberByEmail(
  { parts, context, account }: Pick<AccountCall, 'parts' | 'context' | 'account'>,
  typed: string,
): Promise<ListedMember> {
  const email = typed.trim();
  const wanted = { accountId: account.id, search: email, limit: MOST_SUGGESTED };
  const { members } = await listMembers(parts.catalogue, context, wanted);
  const member = members.find((each) => emailKey(each.email) === emailKey(email));
  if (member === undefined) throw new PosternError('person_not_here', { params: { email } });
  return member;
}
