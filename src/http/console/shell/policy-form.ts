// Converts a policy to a form and back. Settings that the form does not show are kept.

import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { PolicyFields } from '../../../../web/components/console/forms/policy-groups.tsx';
import {
  MAX_GRANT_MS,
  type PolicyOwner,
  type PolicySettings,
  policySettingsSchema,
} from '../../../catalogue/rights/policy.ts';
import { PosternError } from '../../../errors.ts';

const MAX_NETWORKS_CHARACTERS = 8_000;

/** Empty: no setting of its own, so that the account's applies. */
const number = z
  .string()
  .regex(/^\d{0,12}$/)
  .transform((text) => (text === '' ? undefined : Number(text)));
const networks = z
  .string()
  .max(MAX_NETWORKS_CHARACTERS)
  .default('')
  .transform((text) => text.split(/[\s,;]+/).filter((part) => part !== ''));
const ticked = z.literal('yes').optional();

export const policySchema = z.object({
  link_login: ticked,
  read_only: ticked,
  longest_grant: number,
  longest_keyless_grant: number.optional(),
  longest_connection: number,
  /** 0: off. */
  idle_timeout: number,
  /** 0: off. */
  fresh_sign_in: number,
  /** Empty: the installation's figure, or the account's. */
  max_connections: number,
  replication: ticked,
  reverse_code: z.enum(['when_new', 'always']),
  allowed_networks: networks,
  own_networks: networks,
});
type PolicyForm = z.output<typeof policySchema>;

const LABELS: ReadonlyMap<unknown, string> = new Map([
  ['allowedNetworks', 'networks that may connect'],
  ['ownNetworks', 'trusted networks'],
  ['longestGrantMs', 'remember an approval for'],
  ['longestKeylessGrantMs', 'without a key of its own'],
  ['longestConnectionMs', 'longest connection'],
  ['idleTimeoutMs', 'end idle connections'],
  ['freshSignInMs', 'ask for a fresh sign-in'],
]);

export type PolicyOf = PolicyFields['of'];

/** Throws `invalid_input` for a network that is none, and for times beyond the bounds. */
export function policyFromForm(
  { of, policy }: { readonly of: PolicyOf; readonly policy: PolicySettings },
  form: PolicyForm,
): PolicyOwner {
  const passwordlessAccess = form.link_login === 'yes';
  const parsed = policySettingsSchema.safeParse({
    ...policy,
    // Both: members may switch access on again, but not beyond the policy.
    linkLogin: passwordlessAccess ? undefined : false,
    ...(of === 'compute' && { replication: form.replication === 'yes' }),
    readOnlyOnly: form.read_only === 'yes',
    longestGrantMs: form.longest_grant,
    longestKeylessGrantMs: form.longest_keyless_grant,
    longestConnectionMs: form.longest_connection,
    idleTimeoutMs: form.idle_timeout || null,
    freshSignInMs: form.fresh_sign_in || undefined,
    maxConnections: form.max_connections,
    reverseCode: form.reverse_code,
    allowedNetworks: form.allowed_networks,
    ownNetworks: form.own_networks,
  });
  if (parsed.success) return { policy: parsed.data, passwordlessAccess };
  throw invalidPolicy(parsed.error, form);
}

/** Saving what is there already ends nobody's approval. */
export function isSamePolicy(of: PolicyOf, stored: PolicyOwner, wanted: PolicyOwner): boolean {
  const fields = (owner: PolicyOwner) => policyForm(of, owner, null);
  return isDeepStrictEqual(fields(stored), fields(wanted));
}

/** Values of the form: as typed when it is shown again, else as stored. */
export function policyForm(
  of: PolicyOf,
  { policy, passwordlessAccess }: PolicyOwner,
  typed: Readonly<Record<string, string>> | null,
): PolicyFields {
  if (typed?.longest_grant !== undefined) return typedForm(of, typed);
  const unsaid = of === 'account' ? String(MAX_GRANT_MS) : '';
  return {
    of,
    linkLogin: passwordlessAccess && policy.linkLogin !== false,
    readOnly: policy.readOnlyOnly === true,
    longestGrant: String(policy.longestGrantMs ?? unsaid),
    longestKeylessGrant: String(policy.longestKeylessGrantMs ?? unsaid),
    longestConnection: String(policy.longestConnectionMs ?? unsaid),
    idleTimeout: String(policy.idleTimeoutMs ?? 0),
    freshSignIn: String(policy.freshSignInMs ?? 0),
    maxConnections: String(policy.maxConnections ?? ''),
    reverseCode: policy.reverseCode ?? 'when_new',
    allowedNetworks: (policy.allowedNetworks ?? []).join('\n'),
    ownNetworks: (policy.ownNetworks ?? []).join('\n'),
    replication: policy.replication === true,
    isTyped: false,
  };
}

function typedForm(of: PolicyOf, typed: Readonly<Record<string, string>>): PolicyFields {
  return {
    of,
    linkLogin: typed.link_login === 'yes',
    readOnly: typed.read_only === 'yes',
    longestGrant: typed.longest_grant ?? '',
    longestKeylessGrant: typed.longest_keyless_grant ?? '',
    longestConnection: typed.longest_connection ?? '',
    idleTimeout: typed.idle_timeout ?? '0',
    freshSignIn: typed.fresh_sign_in ?? '0',
    maxConnections: typed.max_connections ?? '',
    reverseCode: typed.reverse_code ?? 'when_new',
    allowedNetworks: typed.allowed_networks ?? '',
    ownNetworks: typed.own_networks ?? '',
    replication: typed.replication === 'yes',
    isTyped: true,
  };
}

function invalidPolicy({ issues }: z.ZodError, form: PolicyForm): PosternError {
  const [issue] = issues;
  const [field, index] = issue?.path ?? [];
  if (typeof index === 'number') {
    const list = field === 'allowedNetworks' ? form.allowed_networks : form.own_networks;
    return new PosternError('network_invalid', { params: { network: (list[index] ?? '').slice(0, 64) } });
  }
  const rule = issue?.message ?? 'is not valid';
  if (field === 'maxConnections') return new PosternError('connections_at_a_time', { params: { rule } });
  return new PosternError('invalid_field', { params: { field: LABELS.get(field) ?? 'policy', rule } });
}
