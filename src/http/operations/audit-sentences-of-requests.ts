// What the events of requests for access say to a person.

import type { AuditEventName } from '../../catalogue/trail/audit-event-codes.ts';
import type { Entry } from './operations-sentences.ts';

export const REQUESTS = {
  'access_request.made': [
    'Access asked for',
    ({ who, forProject, why }) => `${who} asked for access${forProject}${why}`,
  ],
  'access_request.agreed': [
    'Access agreed to',
    ({ who, subject, forProject }) => `${who} agreed to access of ${subject}${forProject}; more have to agree`,
  ],
  'access_request.approved': [
    'Access approved',
    ({ who, subject, forProject }) => `${who} approved access of ${subject}${forProject}`,
  ],
  'access_request.denied': [
    'Access denied',
    ({ who, subject, forProject, why }) => `${who} denied access of ${subject}${forProject}${why}`,
  ],
  'access_request.withdrawn': [
    'Access request withdrawn',
    ({ who, subject, forProject }) => `${who} withdrew access of ${subject}${forProject}`,
  ],
  'access_request.ended': [
    'Access request ended',
    ({ subject, forProject, why }) => `The request of ${subject}${forProject} ended undecided${why}`,
  ],
  'access_request.approved_ahead': [
    'Access approved in advance',
    ({ who, subject, forProject, why }) => `${who} approved access of ${subject}${forProject} in advance${why}`,
  ],
  'break_glass.broken': ['Glass broken', ({ who, forProject, why }) => `${who} broke the glass${forProject}${why}`],
  'break_glass.ended': [
    'Broken glass ended',
    ({ who, subject, forProject }) => `${who} ended the broken glass of ${subject}${forProject}`,
  ],
  'break_glass.reviewed': [
    'Broken glass reviewed',
    ({ who, subject, forProject, why }) => `${who} reviewed the broken glass of ${subject}${forProject}${why}`,
  ],
  'break_glass.person_named': [
    'May break the glass',
    ({ who, subject }) => `${who} named ${subject}, who may break the glass`,
  ],
  'break_glass.person_removed': [
    'May not break the glass any more',
    ({ who, subject }) => `${who} decided that ${subject} may not break the glass any more`,
  ],
} as const satisfies Partial<Record<AuditEventName, Entry>>;
