// The page between "Approve" and the terminal where a rule asks first: whom it asks, for how long,
// and why.

import { z } from 'zod';
import { AskOthersPage } from '../../../web/pages/ask-others-page.tsx';
import { askForLogin } from '../../actions/asking/ask-for-login.ts';
import { approveLogin } from '../../actions/login/decide-login.ts';
import { judgeAsking } from '../../catalogue/access/ask-target.ts';
import { approversInWords, findApprovers } from '../../catalogue/asking/access-request.ts';
import { longestAccessMs } from '../../catalogue/asking/file-request.ts';
import { isCorrectableOn, PosternError } from '../../errors.ts';
import type { ApprovalChoice } from '../../login/decide/judge-approval.ts';
import type { SubmissionAnswer } from '../../login/decide/submit-login-request.ts';
import { isUndecided } from '../../login/terms/login-status.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { type KeptForm, keptForm } from '../forms/kept-form.ts';
import { refuseForm } from '../forms/refused-form.ts';
import { errorInWords } from '../pages/error-handler.ts';
import { durationChoices } from '../request/duration-choices.ts';
import { auditContextOfPerson } from '../request/request-context.ts';
import { signInAgainPath } from '../sign-in/sign-in-routes.ts';
import type { ApprovalCall } from './approval-parts.ts';
import { approvalChoice, parseDecisionForm } from './decision-form.ts';
import { problemOf } from './show-login-request.ts';

const askingSchema = z.object({
  reason: z.string().max(2_048).default(''),
  minutes: z.coerce.number().int().catch(60),
});

const NO_PROBLEM = { text: null, at: 'page' } as const;

interface AskingProblem {
  readonly text: string | null;
  readonly at: 'page' | 'code';
}

interface Asking {
  readonly choice: ApprovalChoice;
  /** The fields of the choice, sent along. */
  readonly fields: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly minutes: number;
}

export async function showAsking(call: ApprovalCall): Promise<void> {
  const { loginRequest, request, response, parts } = call;
  if (!isUndecided(loginRequest.status)) return response.redirect(303, pathOf(call));
  const kept = keptForm(request, parts.address);
  const asking = askingIn(kept?.typed ?? request.query);
  if (asking === null) return response.redirect(303, pathOf(call));
  await sendPage(call, asking, kept === null ? NO_PROBLEM : keptProblem(kept));
}

function keptProblem(kept: KeptForm): AskingProblem {
  const problem = problemOf(kept);
  return { text: problem?.text ?? null, at: problem?.at === 'code' ? 'code' : 'page' };
}

export async function submitAsking(call: ApprovalCall): Promise<void> {
  const { parts, request, response, person, loginRequest } = call;
  if (!isUndecided(loginRequest.status)) return response.redirect(303, pathOf(call));
  const asking = askingIn(request.body);
  if (asking === null) return response.redirect(303, pathOf(call));
  const { choice, reason, minutes } = asking;
  try {
    const context = await auditContextOfPerson(parts.catalogue, response);
    const wish = { reason, durationMs: minutes * 60_000 };
    const answer = await askForLogin(parts, person, { request: loginRequest, choice, context, wish });
    await answerAsking(call, asking, answer);
  } catch (error) {
    if (!isCorrectableOn('approval', error)) throw error;
    await refuse(call, asking, { status: error.httpStatus, problem: { text: errorInWords(error), at: 'page' } });
  }
}

async function answerAsking(call: ApprovalCall, asking: Asking, answer: SubmissionAnswer): Promise<void> {
  const { parts, response, person, loginRequest } = call;
  switch (answer.kind) {
    case 'approvable': {
      // With the reason given, the person approves alone.
      const { kind } = await approveLogin(parts, person, { request: loginRequest, choice: asking.choice });
      return response.redirect(303, kind === 'sign_in_again' ? signInAgainPath(pathOf(call)) : pathOf(call));
    }
    case 'sign_in_again':
      return response.redirect(303, signInAgainPath(`${pathOf(call)}/ask?${new URLSearchParams(asking.fields)}`));
    case 'user_code_missing':
      return await refuse(call, asking, { status: 400, problem: CODE_MISSING });
    case 'user_code_wrong':
      return await refuse(call, asking, { status: 400, problem: CODE_WRONG });
    default:
      return response.redirect(303, pathOf(call));
  }
}

const CODE_MISSING = { text: 'Type the code that your terminal shows.', at: 'code' } as const;
const CODE_WRONG = { text: 'That’s not this terminal’s code.', at: 'code' } as const;

async function refuse(
  call: ApprovalCall,
  asking: Asking,
  {
    status,
    problem,
  }: { readonly status: number; readonly problem: { readonly text: string; readonly at: 'page' | 'code' } },
): Promise<void> {
  const { request, response, parts } = call;
  const said = { [problem.at]: problem.text };
  await refuseForm({ request, response, address: parts.address }, { status, said }, () =>
    sendPage(call, asking, problem),
  );
}

/** Null without a compute. */
function askingIn(given: unknown): Asking | null {
  const all = z.record(z.string(), z.unknown()).catch({}).parse(given);
  const parsed = parseDecisionForm({ ...all, decision: 'approve' });
  const choice = parsed.kind === 'read' ? approvalChoice(parsed.form) : null;
  if (choice === null) return null;
  const { reason, minutes } = askingSchema.catch({ reason: '', minutes: 60 }).parse(all);
  const names = ['compute_id', 'database', 'role', 'access', 'agent', 'account_id', 'project_id'];
  const fields = Object.fromEntries(
    names.flatMap((name) => (typeof all[name] === 'string' && all[name] !== '' ? [[name, all[name]]] : [])),
  );
  return { choice: { ...choice, remember: 'once', confirmsWrite: true }, fields, reason, minutes };
}

async function sendPage(
  { parts, request, response, person, loginRequest }: ApprovalCall,
  asking: Asking,
  problem: AskingProblem,
): Promise<void> {
  const { choice } = asking;
  const wanted = { ...choice, userId: person.userId };
  const how = { door: 'link', address: loginRequest.origin.address, signIn: null } as const;
  const target = await judgeAsking(parts.catalogue, wanted, how);
  const { asking: rule } = target;
  if (rule === null) throw new PosternError('request_outdated');
  const { approvals, reason } = rule.grants;
  const approvers = approvals === null ? [] : await findApprovers(parts.catalogue.db, approvals.teamId, person.userId);
  parts.renderer.send(request, response, AskOthersPage, {
    path: `/psql_session/${loginRequest.id}`,
    project: cleanForPage(target.project.name),
    compute: cleanForPage(target.compute.name),
    database: choice.database === null ? null : cleanForPage(choice.database),
    role: cleanForPage(target.databaseRole),
    access: choice.access,
    asked: approvals === null ? null : cleanForPage(approversInWords(approvers)),
    askedNames: approvers.map(({ name }) => cleanForPage(name)),
    needed: approvals?.count ?? 0,
    isReasonRequired: reason === 'required',
    durations: durationChoices(longestAccessMs({ ...target, asking: rule })),
    waitMinutes: Math.round(parts.services.askTtlMs / 60_000),
    needsCode: problem.at === 'code',
    fields: asking.fields,
    typed: { reason: asking.reason, minutes: asking.minutes },
    problem: problem.text,
  });
}

function pathOf({ loginRequest }: ApprovalCall): string {
  return `/psql_session/${loginRequest.id}`;
}
