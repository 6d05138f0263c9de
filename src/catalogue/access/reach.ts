// Asks the access rules about one compute, and says in words why not. The answer itself is
// decideAccess's (rights/decide-access.ts).

import { assertNever } from '../../assert-never.ts';
import { formatDuration } from '../../duration.ts';
import { PosternError } from '../../errors.ts';
import { shownName } from '../projects/compute-rows.ts';
import type { AccessRule, RuleDoor } from '../rights/access-rule.ts';
import type { PersonActor } from '../rights/actors.ts';
import type { Agreement } from '../rights/agreement.ts';
import { isUnproven } from '../rights/counting-relations.ts';
import {
  type AccessQuestion,
  type AskingSubject,
  type Decision,
  decideAccess,
  type RefusalCause,
} from '../rights/decide-access.ts';
import { hoursInWords } from '../rights/hours-of-week.ts';
import { may } from '../rights/permissions.ts';
import type { ProvenSignIn } from '../rights/proven-sign-in.ts';
import { reachablePlaces } from '../rights/reachable-places.ts';
import { type ReachedPolicy, reachedPolicy } from '../rights/reached-policy.ts';
import type { FoundRules } from '../rules/find-rules.ts';
import type { SignInMethod } from '../tables/second-factors.ts';
import { chooseDatabaseRole } from './choose-database-and-role.ts';
import type { TargetChoices } from './target-choices.ts';
import type { TargetRow } from './target-row.ts';

/** Through which door a connection comes, from where, and how its person proved themselves. */
export interface Circumstances {
  readonly door: RuleDoor;
  /** Of the client; null: not asked about. */
  readonly address: string | null;
  /** Null: not asked about. */
  readonly signIn: ProvenSignIn | null;
  /** How the person signed in in the browser where they decide; absent: nobody is at one. */
  readonly viaSignIn?: SignInMethod;
}

/** For doors without a browser: a rule that wants a sign-in does not open them. */
export const NO_SIGN_IN: ProvenSignIn = { ageMs: null, passkey: false };

export type PlaceInCompute = Pick<AccessQuestion, 'role' | 'database'>;

export interface AskedReach {
  readonly row: Pick<TargetRow, 'project' | 'compute' | 'policy'>;
  readonly subject: AskingSubject;
  readonly rules: readonly AccessRule[];
  /** What was agreed to for the person; absent: nothing. */
  readonly agreements?: readonly Agreement[];
  readonly how: Circumstances & { readonly at: Date };
}

export function personSubject(
  actor: PersonActor,
  { project }: Pick<TargetRow, 'project'>,
  teamIds: FoundRules['teamIds'],
): AskingSubject {
  const resource = { kind: 'project', projectId: project.id, accountId: project.accountId } as const;
  const isOwn = (project.accountId as string) === actor.userId || actor.memberships.has(project.accountId);
  const without = isUnproven(actor, resource) ? 'unproven' : 'stranger';
  const relation = !may(actor, 'project.connect', resource) ? without : isOwn ? 'member' : 'guest';
  return { kind: 'person', userId: actor.userId, relation, teamIds };
}

export function decideReach({ row, subject, rules, agreements, how }: AskedReach, place: PlaceInCompute): Decision {
  return decideAccess(rules, { subject, object: objectOf(row), agreements, ...place, ...how });
}

function objectOf({ compute, project }: AskedReach['row']): AccessQuestion['object'] {
  return { computeId: compute.id, projectId: project.id, label: project.label };
}

/** The policy of compute and account, narrowed by what allows it. Throws `rule_denied`. */
export function requireReach(asked: AskedReach, place: PlaceInCompute): ReachedPolicy {
  const decision = decideReach(asked, place);
  if (decision.kind === 'allowed') return reachedPolicy(asked.row.policy, decision);
  throw refusalOf(decision, { ...asked, place });
}

/** A role that the rules allow: the requested one, else the first fitting. Throws `rule_denied`. */
export function reachableRole(
  asked: AskedReach & { readonly row: TargetRow },
  choice: { readonly database: string | null; readonly databaseRole: string | null; readonly access: Access },
) {
  const { row } = asked;
  const placeOf = (role: TargetRow['roles'][number]) => ({
    role: { name: role.name, isReadOnly: role.is_read_only },
    database: choice.database,
  });
  const isAllowed = (role: TargetRow['roles'][number]) => decideReach(asked, placeOf(role)).kind === 'allowed';
  const roles = choice.databaseRole === null ? row.roles.filter(isAllowed) : row.roles;
  const role = chooseDatabaseRole(roles.length === 0 ? row : { ...row, roles }, choice);
  return { role, policy: requireReach(asked, placeOf(role)) };
}

type Access = 'read_write' | 'read_only';

/** Of a compute's databases and roles, those for which a rule allows the other. */
export function reachableChoices({ row, subject, rules, agreements, how }: AskedReach, choices: TargetChoices) {
  return reachablePlaces(rules, { subject, object: objectOf(row), agreements, ...how }, choices);
}

interface Refused extends AskedReach {
  readonly place: PlaceInCompute;
}

function refusalOf(decision: Exclude<Decision, { kind: 'allowed' }>, refused: Refused): PosternError {
  const compute = shownName(refused.row.compute);
  if (decision.kind === 'may_ask') {
    return new PosternError('rule_asks', {
      params: { compute, rule: decision.rule.id, needs: needsOf(decision.rule) },
    });
  }
  const door = DOORS_IN_WORDS[refused.how.door];
  if (decision.rule === null) {
    if (decision.because === 'no_rule') return new PosternError('rule_none', { params: { compute, door } });
    return new PosternError('permission_lost', { params: { project: refused.row.project.name } });
  }
  // A holder of a role's password is nobody in particular, and learns nothing of a rule but its id.
  if (refused.subject.kind === 'password_holder') {
    return new PosternError('rule_password', { params: { compute, door, rule: decision.rule.id } });
  }
  return refusalByRule(decision, { ...refused, compute, door });
}

function refusalByRule(
  { because, rule }: { readonly because: RefusalCause; readonly rule: AccessRule },
  { how, place, compute, door }: Refused & { readonly compute: string; readonly door: string },
): PosternError {
  const { grants, id } = rule;
  const named = { compute, rule: id };
  switch (because) {
    case 'door':
      return new PosternError('rule_door', { params: { ...named, door, doors: doorsInWords(grants.doors) } });
    case 'role':
      return new PosternError('rule_role', {
        params: { ...named, role: place.role?.name ?? '', roles: rolesInWords(grants.roles) },
      });
    case 'database':
      return new PosternError('rule_database', {
        params: { ...named, database: place.database ?? '', databases: (grants.databases ?? []).join(', ') },
      });
    case 'network':
      return new PosternError('rule_network', { params: { ...named, address: how.address ?? '' } });
    case 'hours':
      return new PosternError('rule_hours', {
        params: { ...named, hours: grants.hours === null ? '' : hoursInWords(grants.hours) },
      });
    case 'link_only':
      return new PosternError('rule_link_only', { params: { ...named, door } });
    case 'sign_in':
      return new PosternError('rule_sign_in', {
        params: { ...named, age: formatDuration(grants.freshSignInMs ?? 0) },
      });
    case 'passkey':
      return new PosternError('rule_passkey', { params: named });
    default:
      return assertNever(because);
  }
}

/** Complete a sentence: `reach it by link`. */
export const DOORS_IN_WORDS = {
  link: 'by link',
  token: 'with an access token',
  role_password: 'with the password of a database role',
  oauth: 'with an OAuth token',
} as const satisfies Record<RuleDoor, string>;

export function doorsInWords(doors: readonly RuleDoor[]): string {
  return doors.map((door) => DOORS_IN_WORDS[door]).join(' or ');
}

export function rolesInWords(roles: AccessRule['grants']['roles']): string {
  if (roles === 'read_write') return 'any role';
  return roles === 'read_only' ? 'roles that cannot write' : roles.join(', ');
}

/** Completes `asks for`. */
export function needsOf({ grants }: AccessRule): string {
  const { approvals, reason } = grants;
  const people =
    approvals === null
      ? []
      : [`the agreement of ${approvals.count === 1 ? 'another person' : `${approvals.count} other people`}`];
  return [...people, ...(reason === 'required' ? ['a reason'] : [])].join(' and ');
}
