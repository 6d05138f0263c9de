// Builds the approval page's view of a claimed login request; foreign text is cleaned here.

import { ageInWords } from '../../../web/components/age-in-words.ts';
import type { ApprovalProps } from '../../../web/components/approval/approval-props.ts';
import type { TargetCompute } from '../../catalogue/access/offered-compute.ts';
import type { TerminalKey } from '../../catalogue/people/terminal-keys.ts';
import { longestGrantMsOf } from '../../catalogue/rights/policy.ts';
import type { SignInStrength } from '../../catalogue/rights/sign-in-strength.ts';
import { AGENT_LIFE_MS } from '../../login/decide/settle-approval.ts';
import { type ApprovalStep, isNear, requiredStep } from '../../login/decide/step-up.ts';
import { longestRememberedMs, mustProveReturn, type TerminalSharing } from '../../login/grant/terminal-sharing.ts';
import { compareToBrowser, localityOf } from '../../login/request/locality.ts';
import { MOST_EXTENSIONS } from '../../login/request/login-grace.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import { findAsker, programName } from '../../login/request/terminal.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import type { TypedChoice } from './decision-form.ts';
import { computeCount, listed, type OfferedTargets } from './offered-targets.ts';
import { pickedChoices } from './picked-choices.ts';
import { candidatesOf, findMissingTarget, networkInWords, pickerAccounts, preselect } from './picker-view.ts';

type ApprovalView = Omit<ApprovalProps, 'frame'>;

export interface ApprovalSight {
  readonly request: LoginRequest;
  readonly offered: OfferedTargets;
  readonly alsoWaiting: ApprovalView['alsoWaiting'];
  readonly browserAddress: string;
  readonly isKnownTerminal: boolean;
  /** Null: the terminal has no key, or one that is new to the person. */
  readonly knownKey: Pick<TerminalKey, 'knownSince'> | null;
  readonly areNetworksProven: boolean;
  readonly sharing: TerminalSharing;
  readonly reverseCode: 'when_new' | 'always' | 'never';
  readonly now: Date;
  readonly signIn: SignInStrength;
  readonly hasPasskeyHere: boolean;
  readonly mayBreakGlass: boolean;
  readonly typed: TypedChoice | null;
  readonly problem: ApprovalView['problem'];
}

const MAX_SUGGESTIONS = 50;
const HOUR_MS = 3_600_000;

export function approvalView(sight: ApprovalSight): ApprovalView {
  const { request, offered, typed, now } = sight;
  const [{ origin }, targets] = [request, offered.found];
  const candidates = candidatesOf(targets, origin.address);
  const computes = candidates.map(({ compute }) => compute);
  const pickedId = typed?.computeId ?? preselect(targets, origin);
  const picked = candidates.find(({ compute }) => compute.id === pickedId);
  const missing = offered.search === '' ? findMissingTarget(targets, origin) : null;
  return {
    path: `/psql_session/${request.id}`,
    userCode: request.userCode,
    terminal: terminalFacts(request, now),
    ...keyView(sight, computes),
    remainingMs: Math.max(0, request.expiresAt.getTime() - now.getTime()),
    lifeMs: request.expiresAt.getTime() - request.createdAt.getTime(),
    canHaveMoreTime: request.extensionCount < MOST_EXTENSIONS && request.stepUp === null,
    addresses: addresses(sight),
    step: stepToTake(sight),
    hasTypedCode: request.claim?.hasTypedCode === true,
    problem: sight.problem,
    demandedBy: offered.demandedBy.map(cleanForPage),
    glassPath: sight.mayBreakGlass ? `/app/me/requests/break-glass?login=${request.id}` : null,
    missingTarget: missing === null ? null : cleanForPage(missing),
    hasOpenCode: request.stepUp !== null,
    isCutOff: request.waiting === 'none' && request.stepUp === null,
    hasPasskeyHere: sight.hasPasskeyHere,
    picker: pickerView(sight, pickedId),
    picked: pickedChoices(typed, picked, origin),
    databases: suggestions(computes.flatMap(({ databases }) => databases)),
    roles: suggestions(computes.flatMap(({ roles }) => roles.map(({ name }) => name))),
    offersReadOnly: computes.some(({ roles }) => roles.some(({ readOnly }) => readOnly)),
    isNoticeBlind: origin.noticeBlind,
    rememberChoices: rememberChoices(longestGrantMs(sight, computes), origin),
    ...askerView(origin),
    program: origin.application === null ? null : cleanForPage(programName(origin.application)),
    sharing: sight.sharing,
    isKnownTerminal: sight.isKnownTerminal,
    alsoWaiting: sight.alsoWaiting,
  };
}

function pickerView(
  { request, offered, now, signIn }: ApprovalSight,
  pickedComputeId: string | null,
): ApprovalView['picker'] {
  const shown = listed(offered.found, pickedComputeId);
  return {
    path: `/psql_session/${request.id}`,
    search: cleanForPage(offered.search),
    accounts: pickerAccounts(shown, { terminalAddress: request.origin.address, now, signIn }),
    listedCount: computeCount(shown),
    foundCount: computeCount(offered.found),
    pickedComputeId,
  };
}

export function terminalFacts({ origin, createdAt }: LoginRequest, now: Date): ApprovalView['terminal'] {
  const ageMs = Math.max(0, now.getTime() - createdAt.getTime());
  return {
    place: PLACES[localityOf(origin).kind],
    address: cleanForPage(origin.address),
    network: networkInWords(origin),
    application: origin.application === null ? null : cleanForPage(origin.application),
    requestedUser: cleanForPage(origin.requestedUser),
    requestedDatabase: origin.databaseIsExplicit ? cleanForPage(origin.requestedDatabase) : null,
    replication: origin.replication,
    tls: origin.tls,
    askedAt: createdAt,
    ageMs,
    age: ageInWords(ageMs),
  };
}

function keyView(
  { request: { origin }, knownKey }: ApprovalSight,
  computes: readonly TargetCompute[],
): Pick<ApprovalView, 'key' | 'keyWouldHelp'> {
  const { key = null } = origin;
  return {
    key: key === null ? null : { fingerprint: key, knownSince: knownKey?.knownSince ?? null },
    keyWouldHelp: computes.some(({ policy }) => policy.longestGrantMs > longestGrantMsOf(policy, origin)),
  };
}

const PLACES = { local: 'gateway', forwarded: 'forwarded', remote: 'elsewhere' } as const;

/** Addresses within the account's own networks count as near each other. */
function addresses({ request, offered, browserAddress }: ApprovalSight): ApprovalView['addresses'] {
  const { address } = request.origin;
  const candidates = candidatesOf(offered.found, address);
  const terminal = request.origin;
  const isNearForAll = candidates.every(({ compute: { policy } }) =>
    isNear({ terminal, browserAddress, ownNetworks: policy.ownNetworks }),
  );
  const comparison = compareToBrowser(terminal, browserAddress);
  return {
    terminal: cleanForPage(address),
    browser: cleanForPage(browserAddress),
    comparison: comparison !== 'same' && candidates.length > 0 && isNearForAll ? 'near' : comparison,
  };
}

/** A code that the person came by needs no second typing. */
function stepToTake(sight: ApprovalSight): ApprovalView['step'] {
  const step = strongestStep(sight);
  return step === 'user_code' && sight.request.claim?.hasTypedCode === true ? 'approve' : step;
}

/** The page shows one step for all candidates: the strongest that any of them requires. */
function strongestStep(sight: ApprovalSight): ApprovalView['step'] {
  const { request, offered, browserAddress, isKnownTerminal, areNetworksProven, sharing, reverseCode } = sight;
  const { origin: terminal } = request;
  const steps = candidatesOf(offered.found, terminal.address).map(({ compute: { policy } }) =>
    requiredStep({
      terminal,
      browserAddress,
      ownNetworks: policy.ownNetworks,
      isKnownTerminal,
      areNetworksProven,
      mustProveReturn: mustProveReturn(request, sharing),
      policy: policy.reverseCode,
      installation: reverseCode,
    }),
  );
  return STRONGEST_FIRST.find((step) => steps.includes(step)) ?? 'approve';
}

function longestGrantMs({ request, sharing }: ApprovalSight, computes: readonly TargetCompute[]): number {
  const byPolicy = Math.max(0, ...computes.map(({ policy }) => longestGrantMsOf(policy, request.origin)));
  return Math.min(byPolicy, longestRememberedMs(sharing));
}

const STRONGEST_FIRST: readonly ApprovalStep[] = ['reverse_code', 'user_code', 'approve'];

function askerView({ agent = null, application }: LoginRequest['origin']): Pick<ApprovalView, 'asker' | 'agent'> {
  if (agent === null) return { asker: findAsker(application) ?? 'A database tool', agent: null };
  const reason = agent.reason === null ? null : cleanForPage(agent.reason);
  return { asker: 'An agent', agent: { name: agent.name, reason } };
}

function rememberChoices(
  longestGrantMs: number,
  { agent = null }: LoginRequest['origin'],
): ApprovalView['rememberChoices'] {
  if (agent !== null) return longestGrantMs >= AGENT_LIFE_MS ? ['once', '15m'] : ['once'];
  if (longestGrantMs >= 8 * HOUR_MS) return ['once', '1h', '8h'];
  return longestGrantMs >= HOUR_MS ? ['once', '1h'] : ['once'];
}

function suggestions(names: readonly string[]): string[] {
  return [...new Set(names)].slice(0, MAX_SUGGESTIONS);
}
