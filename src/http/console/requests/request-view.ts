// A request for access as its pages show it; foreign text is cleaned here.

import type { RenamedView, RequestView } from '../../../../web/pages/console/requests/request-view.ts';
import { type AccessRequest, stateOfRequest } from '../../../catalogue/asking/access-request.ts';
import type { Renamed } from '../../../catalogue/asking/recent-renames.ts';
import { formatDuration } from '../../../duration.ts';
import { cleanForPage, cleanSentence } from '../../../untrusted-text.ts';

export const REQUESTS_PATH = '/app/me/requests';

export function requestView(request: AccessRequest, now: Date): RequestView {
  const { accountName, projectName, computeName, databaseRole, database, teamName, deciderName } = request;
  const cleaned = (text: string | null) => (text === null ? null : cleanForPage(text));
  return {
    href: `${REQUESTS_PATH}/${request.id}`,
    kind: request.kind,
    state: stateOfRequest(request, now),
    person: cleanForPage(request.personName),
    email: cleanForPage(request.email),
    account: cleanForPage(accountName),
    project: cleanForPage(projectName),
    label: request.projectLabel,
    projectId: request.projectId,
    projectRenamed: renamedView(request.projectRenamed),
    compute: cleaned(computeName),
    computeId: request.computeId,
    computeRenamed: renamedView(request.computeRenamed),
    access: request.access,
    role: cleaned(databaseRole),
    database: cleaned(database),
    reason: request.reason === '' ? null : cleanSentence(request.reason),
    duration: formatDuration(request.durationMs),
    team: cleaned(teamName),
    needed: request.needed,
    agreed: request.agreed.map(({ name }) => cleanForPage(name)),
    answer: request.answer === null || request.answer === '' ? null : cleanSentence(request.answer),
    decider: cleaned(deciderName),
    askedAt: request.askedAt,
    expiresAt: request.expiresAt,
    until: request.until,
    hasTerminal: request.loginRequestId !== null,
    review: request.review === null ? null : cleanSentence(request.review),
    reviewer: cleaned(request.reviewerName),
  };
}

function renamedView(renamed: Renamed | null): RenamedView | null {
  if (renamed === null) return null;
  return { from: renamed.from.map(cleanForPage), by: cleanForPage(renamed.by), at: renamed.at };
}
