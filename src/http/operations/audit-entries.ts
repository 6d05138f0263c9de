// Events of the audit trail as the page shows them: a sentence each, those of one login together.

import { ageInWords } from '../../../web/components/ops/words.ts';
import type { AuditEntry, AuditEventView } from '../../../web/pages/ops/audit-page.tsx';
import type { AuditEventName } from '../../catalogue/trail/audit-event-codes.ts';
import type { AuditEventBody } from '../../catalogue/trail/audit-events.ts';
import type { TrailNames } from '../../catalogue/trail/trail-names.ts';
import { cleanForPage, cleanSentence, escapeInJson } from '../../untrusted-text.ts';
import { AUDIT_SENTENCES } from './audit-sentences.ts';
import type { AuditFacts } from './operations-sentences.ts';

/** Newest first, as given; a login stands where its newest event does. */
export function auditEntries(events: readonly AuditEventBody[], names: TrailNames): AuditEntry[] {
  const groups = new Map<string, AuditEventBody[]>();
  for (const event of events) {
    const key = String(event.login_request_id ?? event.connection_id ?? event.id);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [event]);
    else group.push(event);
  }
  return [...groups.values()].map((group) => auditEntry(group, names));
}

function auditEntry(group: readonly AuditEventBody[], names: TrailNames): AuditEntry {
  const main = [...group].sort((a, b) => weightOf(b) - weightOf(a))[0];
  if (main === undefined) throw new Error('a group of audit events is never empty');
  const events = group.map((event) => eventView(event, names));
  const sentence = [sentenceOf(main, names), ...(main.event === 'login.approved' ? addedTo(group) : [])].join(', ');
  return { ...eventView(main, names), sentence, events };
}

/** The event of a login that says most; all others stand behind it. */
const TELLING: Readonly<Record<string, number>> = {
  'login.report_undone': 7,
  'login.reported': 6,
  'login.denied': 5,
  'login.approved': 4,
  'connection.failed': 3,
  'connection.started': 2,
  'connection.ended': 1,
};

function weightOf({ event }: AuditEventBody): number {
  return TELLING[String(event)] ?? 0;
}

/** `remembered 8h 00m`, `connected 3m 12s`. */
function addedTo(group: readonly AuditEventBody[]): string[] {
  const lasting = (event: AuditEventName, word: string) => {
    const found = group.find((one) => one.event === event && typeof one.duration_ms === 'number');
    return found === undefined ? [] : [`${word} ${ageInWords(Number(found.duration_ms))}`];
  };
  return [...lasting('grant.created', 'remembered'), ...lasting('connection.ended', 'connected')];
}

function eventView(body: AuditEventBody, names: TrailNames): AuditEventView {
  return {
    id: String(body.id),
    at: new Date(String(body.at)),
    code: cleanForPage(String(body.code)),
    failing: body.outcome === 'success' ? null : body.outcome === 'refused' ? 'Refused' : 'Failed',
    sentence: sentenceOf(body, names),
    json: escapeInJson(JSON.stringify(body, null, 1)),
  };
}

export function sentenceOf(body: AuditEventBody, names: TrailNames): string {
  const name = String(body.event);
  const facts = factsOf(body, names);
  if (!isEventName(name)) return cleanSentence(`${facts.who}: ${name}`);
  const sentence = AUDIT_SENTENCES[name][1](facts).replace(/^a terminal/, 'A terminal');
  if (body.outcome === 'refused' && !name.endsWith('refused') && !name.endsWith('rejected'))
    return `Refused: ${sentence}`;
  return body.outcome === 'failure' && name.startsWith('ops.') ? `Failed: ${sentence}` : sentence;
}

function isEventName(name: string): name is AuditEventName {
  return Object.hasOwn(AUDIT_SENTENCES, name);
}

function factsOf(body: AuditEventBody, names: TrailNames): AuditFacts {
  const text = (field: string) => (body[field] === undefined ? '' : cleanForPage(String(body[field])));
  const from = text('terminal_ip') || text('browser_ip') || 'an unknown address';
  const project = cleanForPage(names.projects.get(text('project_id')) ?? text('project_id')) || 'a project';
  const reason = text('reason').replaceAll('_', ' ');
  return {
    who: whoOf(text),
    terminal: `${text('untrusted_application') || 'a terminal'} from ${from}`,
    forProject: body.project_id === undefined ? '' : ` for ${project}`,
    project,
    account: cleanForPage(names.accounts.get(text('account_id')) ?? text('account_id')) || 'an account',
    subject: text('subject') || text('database_role') || text('database') || text('actor_email') || 'somebody',
    database: text('database'),
    role: text('database_role'),
    why: reason === '' ? '' : ` (${reason})`,
    reason: text('reason'),
    lasting: typeof body.duration_ms === 'number' ? ageInWords(body.duration_ms) : '',
    from,
  };
}

function whoOf(text: (field: string) => string): string {
  const email = text('actor_email');
  if (email !== '') return email;
  const id = text('actor_id');
  switch (text('actor_type')) {
    case 'api_key':
      return `API key ${id}`;
    case 'access_token':
      return `Access token ${id}`;
    case 'operator':
      return 'An operator';
    case 'system':
      return 'Postern';
    default:
      return id === '' ? 'Somebody' : id;
  }
}
