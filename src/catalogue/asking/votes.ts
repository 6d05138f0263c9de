// The people who agreed to a request, counted each time somebody else agrees: only those who may
// still decide.

import { sql, type Transaction } from 'kysely';
import type { AccessRequestId, TeamId, UserId } from '../../ids.ts';
import type { Schema } from '../store/schema.ts';

interface Vote {
  readonly id: AccessRequestId;
  readonly userId: UserId;
  /** Whom the rule asks now, and how many of them. */
  readonly asked: { readonly teamId: TeamId; readonly count: number };
  readonly at: Date;
}

interface Counted {
  /** As many agree as the rule asks for. */
  readonly isComplete: boolean;
  /** The person had not agreed before, or to another team's rule. */
  readonly isNew: boolean;
}

/** With the request locked. */
export async function addVote(tx: Transaction<Schema>, { id, userId, asked, at }: Vote): Promise<Counted> {
  const { teamId, count } = asked;
  await tx.updateTable('access_requests').set({ team_id: teamId, needed: count }).where('id', '=', id).execute();
  await dropVoidVotes(tx, id, teamId);
  const added = await tx
    .insertInto('access_request_votes')
    .values({ request_id: id, user_id: userId, team_id: teamId, voted_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  // NOTE: of those who may still decide: whoever was disabled or left the team agrees to nothing.
  const votes = await tx
    .selectFrom('access_request_votes as vote')
    .innerJoin('team_members as member', (join) =>
      join.onRef('member.team_id', '=', 'vote.team_id').onRef('member.user_id', '=', 'vote.user_id'),
    )
    .innerJoin('users as voter', 'voter.id', 'vote.user_id')
    .select('vote.user_id')
    .where('vote.request_id', '=', id)
    .where('vote.team_id', '=', teamId)
    .where('voter.disabled_at', 'is', null)
    .forShare()
    .execute();
  // A person may be in a team by several ways.
  const isComplete = new Set(votes.map((vote) => vote.user_id)).size >= count;
  return { isComplete, isNew: added.numInsertedOrUpdatedRows === 1n };
}

/** So that nobody is told of an agreement that does not count. */
async function dropVoidVotes(tx: Transaction<Schema>, id: AccessRequestId, teamId: TeamId): Promise<void> {
  await sql`
    delete from access_request_votes vote where request_id = ${id} and not (team_id = ${teamId} and exists (
      select from team_members member join users voter on voter.id = member.user_id
      where member.team_id = ${teamId} and member.user_id = vote.user_id and voter.disabled_at is null))`.execute(tx);
}
