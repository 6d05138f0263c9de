// A request for access as plain values; the server has cleaned all foreign text.

import type { ProjectLabelView } from '../../../components/project-label.tsx';

/** Other names of the last days, since whoever asks may have chosen the present one. */
export interface RenamedView {
  readonly from: readonly string[];
  readonly by: string;
  readonly at: Date;
}

export interface RequestView {
  readonly href: string;
  readonly kind: 'asked' | 'on_call' | 'break_glass';
  readonly state: 'waiting' | 'approved' | 'denied' | 'withdrawn' | 'ended' | 'expired' | 'over';
  readonly person: string;
  readonly email: string;
  readonly account: string;
  readonly project: string;
  readonly projectId: string;
  readonly projectRenamed: RenamedView | null;
  readonly label: ProjectLabelView;
  /** Null: each of the project. */
  readonly compute: string | null;
  readonly computeId: string | null;
  readonly computeRenamed: RenamedView | null;
  readonly access: 'read_write' | 'read_only';
  readonly role: string | null;
  readonly database: string | null;
  /** Null: none was given. */
  readonly reason: string | null;
  readonly duration: string;
  /** That decides; null: nobody has to. */
  readonly team: string | null;
  readonly needed: number;
  /** The names of those who agreed. */
  readonly agreed: readonly string[];
  readonly answer: string | null;
  readonly decider: string | null;
  readonly askedAt: Date;
  readonly expiresAt: Date;
  readonly until: Date | null;
  readonly hasTerminal: boolean;
  /** Of a broken glass; null: none yet. */
  readonly review: string | null;
  readonly reviewer: string | null;
}

export const STATE_WORDS = {
  waiting: 'Waiting',
  approved: 'Approved',
  denied: 'Denied',
  withdrawn: 'Withdrawn',
  ended: 'Ended',
  expired: 'Nobody decided',
  over: 'Time is up',
} as const satisfies Record<RequestView['state'], string>;

/** `shop, primary` */
export function placeInWords({ project, compute }: Pick<RequestView, 'project' | 'compute'>): string {
  return compute === null ? project : `${project}, ${compute}`;
}
