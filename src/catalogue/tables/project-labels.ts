// The labels by which the admins of an account mark what a project is for. A closed set, so that
// each has one colour and rules can rest on it.

export const PROJECT_LABELS = ['none', 'staging', 'production'] as const;
export type ProjectLabel = (typeof PROJECT_LABELS)[number];
