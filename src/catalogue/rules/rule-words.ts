// An access rule and a decision as sentences, for those who may read the rules. Pure.

import { assertNever } from '../../assert-never.ts';
import { formatDuration } from '../../duration.ts';
import { quoted } from '../../untrusted-text.ts';
import type { AccessRule, RuleGrants, RuleObject, RuleSubject } from '../rights/access-rule.ts';
import { RULE_DOORS } from '../rights/access-rule.ts';
import type { Decision, RefusalCause } from '../rights/decide-access.ts';
import { hoursInWords } from '../rights/hours-of-week.ts';
import type { NamedThings } from './named-things.ts';

export interface RuleInWords {
  readonly who: string;
  readonly what: string;
  /** What it gives: roles, databases, doors. */
  readonly gives: string;
  /** Under which limits and demands; empty without any. */
  readonly limits: readonly string[];
}

export function ruleInWords(rule: AccessRule, things: NamedThings): RuleInWords {
  return {
    who: subjectInWords(rule.subject, things),
    what: objectInWords(rule.object, things),
    gives: givesInWords(rule.grants),
    limits: limitsInWords(rule.grants, things),
  };
}

/** `team "Data" may reach project "shop" read-only, by link; for at most 1 hour`. */
export function ruleSentence(rule: AccessRule, things: NamedThings): string {
  const { who, what, gives, limits } = ruleInWords(rule, things);
  return [`${who} may reach ${what}: ${gives}`, ...limits].join('; ');
}

function subjectInWords(subject: RuleSubject, { people, teams }: NamedThings): string {
  switch (subject.kind) {
    case 'person':
      return people.get(subject.userId) ?? 'a person who is gone';
    case 'team':
      return `team ${quoted(teams.get(subject.teamId) ?? subject.teamId)}`;
    case 'members':
      return 'all members';
    case 'guests':
      return 'all guests';
    case 'account_tokens':
      return 'tokens and keys of the account';
    default:
      return assertNever(subject);
  }
}

function objectInWords(object: RuleObject, { projects, computes }: NamedThings): string {
  switch (object.kind) {
    case 'compute':
      return `compute ${quoted(computes.get(object.computeId) ?? object.computeId)}`;
    case 'project':
      return `project ${quoted(projects.get(object.projectId) ?? object.projectId)}`;
    case 'label':
      return `projects labelled ${object.label}`;
    case 'account':
      return 'everything';
    default:
      return assertNever(object);
  }
}

const DOOR_WORDS = {
  link: 'link',
  token: 'access token',
  role_password: 'role password',
  oauth: 'OAuth',
} as const satisfies Record<(typeof RULE_DOORS)[number], string>;

function givesInWords({ roles, databases, doors }: RuleGrants): string {
  const access = roles === 'read_write' ? 'read-write' : roles === 'read_only' ? 'read-only' : `as ${roles.join(', ')}`;
  const where = databases === null ? [] : [`in ${databases.join(', ')}`];
  const isByAll = RULE_DOORS.every((door) => doors.includes(door));
  return [access, ...where, isByAll ? 'by any way in' : `by ${doors.map((door) => DOOR_WORDS[door]).join(', ')}`].join(
    ', ',
  );
}

function limitsInWords(grants: RuleGrants, { teams }: NamedThings): string[] {
  const { longestApprovalMs, longestConnectionMs, hours, networks, reason, approvals, freshSignInMs, passkey } = grants;
  const team = approvals === null ? '' : quoted(teams.get(approvals.teamId) ?? approvals.teamId);
  return [
    longestApprovalMs === 0
      ? 'approved anew each time'
      : longestApprovalMs === null
        ? ''
        : `approved for at most ${formatDuration(longestApprovalMs)}`,
    longestConnectionMs === null ? '' : `connected for at most ${formatDuration(longestConnectionMs)}`,
    hours === null ? '' : hoursInWords(hours),
    networks.length === 0 ? '' : `from ${networks.join(', ')}`,
    reason === 'required' ? 'with a reason' : '',
    approvals === null ? '' : approvalsInWords(approvals.count, team),
    freshSignInMs === null ? '' : `signed in at most ${formatDuration(freshSignInMs)} ago`,
    passkey ? 'signed in with a passkey' : '',
  ].filter((part) => part !== '');
}

const CAUSES = {
  door: 'but not that way',
  role: 'but not as that role',
  database: 'but not that database',
  network: 'but not from that address',
  hours: 'but not at that hour',
  link_only: 'but only by a login in the browser, where a person can be asked',
  sign_in: 'but only after a more recent sign-in',
  passkey: 'but only after a sign-in with a passkey',
} as const satisfies Record<RefusalCause, string>;

const DENIED = {
  stranger: 'Denied: the person neither belongs to the account nor is a guest of the project.',
  unproven: 'Denied: the organization asks for a second factor, and the person has none.',
  no_rule: 'Denied: no access rule lets them reach this compute.',
} as const;

function approvalsInWords(count: number, team: string): string {
  return count === 1 ? `once another of team ${team} agrees` : `once ${count} others of team ${team} agree`;
}

/** Completes a sentence: `…, but not as that role`. */
export function causeInWords(because: RefusalCause): string {
  return CAUSES[because];
}

/** By no rule. */
export function glassSentence({ glassId, until }: Extract<Decision, { glassId: string }>): string {
  return `Allowed until ${until.toISOString().slice(11, 16)} UTC since the glass was broken (${glassId}); no rule allows it.`;
}

/** Why, with the rule that said so. */
export function decisionSentence(decision: Decision, things: NamedThings): string {
  switch (decision.kind) {
    case 'allowed':
      if (decision.rule === null) return glassSentence(decision);
      return `Allowed by ${decision.rule.id}: ${ruleSentence(decision.rule, things)}.`;
    case 'may_ask':
      return `May ask, by ${decision.rule.id}: ${ruleSentence(decision.rule, things)}.`;
    case 'denied':
      if (decision.rule !== null) {
        const said = ruleSentence(decision.rule, things);
        return `Denied. The closest rule is ${decision.rule.id}: ${said}, ${CAUSES[decision.because]}.`;
      }
      return DENIED[decision.because];
    default:
      return assertNever(decision);
  }
}
