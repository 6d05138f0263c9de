// A claimed login request and the person's targets as the approval page shows them. Everything that others wrote is
// cleaned here.

import type { ApprovalProps } from '../../../web/components/approval/approval-props.ts';
import type { TargetAccount } from '../../catalogue/targets.ts';
import type { Access, LoginRequest } from '../../login/login-request.ts';
import { type ApprovalStep, requiredStep } from '../../login/step-up.ts';
import { compareTerminals } from '../../network-address.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { ageInWords, networkInWords } from './in-words.ts';
import { candidatesOf, pickerAccounts, preselect } from './picker-view.ts';

type ApprovalView = Omit<ApprovalProps, 'frame'>;

export interface ApprovalSight {
  readonly request: LoginRequest;
  readonly targets: readonly TargetAccount[];
  readonly otherWaiting: readonly LoginRequest[];
  readonly browserAddress: string;
  readonly isKnownTerminal: boolean;
  readonly reverseCode: 'when_new' | 'always' | 'never';
  readonly now: Date;
  /** What the person had filled in, when the page comes back with a problem. */
  readonly typed: TypedChoice | null;
  readonly problem: string | null;
}

export interface TypedChoice {
  readonly computeId: string | null;
  readonly database: string | null;
  readonly databaseRole: string | null;
  readonly access: Access | null;
  readonly remember: 'once' | '1h' | '8h' | null;
}

const MAX_SUGGESTIONS = 50;
const HOUR_MS = 3_600_000;

export function approvalView(sight: ApprovalSight): ApprovalView {
  const { request, targets, typed, now } = sight;
  const { origin } = request;
  const computes = candidatesOf(targets, origin.address).map(({ compute }) => compute);
  const pickedId = typed?.computeId ?? preselect(targets, origin);
  const picked = computes.find(({ id }) => id === pickedId);
  const isOneAddress = compareTerminals(origin.address, sight.browserAddress) === 'same';
  return {
    path: `/psql_session/${request.id}`,
    userCode: request.userCode,
    asks: whoAsks(request, now),
    remainingMs: Math.max(0, request.expiresAt.getTime() - now.getTime()),
    distance: isOneAddress
      ? null
      : { terminal: cleanForPage(origin.address), browser: cleanForPage(sight.browserAddress) },
    step: strongestStep(sight),
    problem: sight.problem,
    hasOpenCode: request.stepUp !== null,
    accounts: pickerAccounts(targets, { terminalAddress: origin.address, now }),
    picked: {
      computeId: pickedId,
      database: typed?.database ?? '',
      role: typed?.databaseRole ?? '',
      access: typed?.access ?? picked?.lastUsed?.access ?? (picked?.policy.readOnlyOnly ? 'read_only' : 'read_write'),
      remember: typed?.remember ?? 'once',
    },
    databases: suggestions(computes.flatMap(({ databases }) => databases)),
    roles: suggestions(computes.flatMap(({ roles }) => roles.map(({ name }) => name))),
    offersReadOnly: computes.some(({ roles }) => roles.some(({ readOnly }) => readOnly)),
    rememberChoices: rememberChoices(Math.max(0, ...computes.map(({ policy }) => policy.longestGrantMs))),
    alsoWaiting: sight.otherWaiting.map(({ id, userCode }) => ({ id, userCode })),
  };
}

function whoAsks({ origin, createdAt }: LoginRequest, now: Date): ApprovalView['asks'] {
  return {
    address: cleanForPage(origin.address),
    network: networkInWords(origin.address),
    application: origin.application === null ? null : cleanForPage(origin.application),
    requestedUser: cleanForPage(origin.requestedUser),
    requestedDatabase: origin.databaseIsExplicit ? cleanForPage(origin.requestedDatabase) : null,
    tls: origin.tls,
    askedAt: createdAt,
    age: ageInWords(createdAt, now),
  };
}

/** The page shows one step for all candidates: the strongest that any of them asks for. */
function strongestStep(sight: ApprovalSight): ApprovalView['step'] {
  const { request, targets, browserAddress, isKnownTerminal, reverseCode } = sight;
  const terminalAddress = request.origin.address;
  const steps = candidatesOf(targets, terminalAddress).map(({ compute: { policy } }) =>
    requiredStep({
      terminalAddress,
      browserAddress,
      ownNetworks: policy.ownNetworks,
      isKnownTerminal,
      policy: policy.reverseCode,
      installation: reverseCode,
    }),
  );
  return STRONGEST_FIRST.find((step) => steps.includes(step)) ?? 'approve';
}

const STRONGEST_FIRST: readonly ApprovalStep[] = ['reverse_code', 'user_code', 'approve'];

function rememberChoices(longestGrantMs: number): ApprovalView['rememberChoices'] {
  if (longestGrantMs >= 8 * HOUR_MS) return ['once', '1h', '8h'];
  return longestGrantMs >= HOUR_MS ? ['once', '1h'] : ['once'];
}

function suggestions(names: readonly string[]): string[] {
  return [...new Set(names)].slice(0, MAX_SUGGESTIONS);
}
