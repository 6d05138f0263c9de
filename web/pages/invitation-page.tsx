// An invitation to an organization or to a project: create an account, or accept with an existing
// one.

import type { VNode } from 'preact';
import { TextField } from '../components/text-field.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface InvitationProps {
  readonly frame: PageFrame;
  /** The path of the form, which contains the invitation's token. */
  readonly action: string;
  readonly to:
    | { readonly kind: 'organization'; readonly name: string; readonly memberRole: 'admin' | 'member' }
    | { readonly kind: 'project'; readonly name: string };
  readonly email: string;
  /** Null when somebody is signed in. The page does not tell whether the e-mail has an account. */
  readonly signInPath: string | null;
  readonly name: string;
  readonly problems: Readonly<Partial<Record<'name' | 'password', string>>>;
}

export function InvitationPage(props: InvitationProps): VNode {
  const { frame, action, to, email, signInPath } = props;
  const isNewPerson = signInPath !== null;
  const verb = to.kind === 'organization' ? 'join' : 'open the project';
  return (
    <Document frame={frame} title="Invitation" width="narrow">
      <div class="card stack">
        <div class="stack-tight">
          <h1>
            {to.kind === 'organization' ? 'Join' : 'Use the project'} <bdi>{to.name}</bdi>
          </h1>
          <p class="lead">
            <bdi>{email}</bdi> is invited as {ROLES[to.kind === 'organization' ? to.memberRole : 'guest']}.
          </p>
        </div>
        {signInPath !== null && (
          <>
            <a class="button plain wide" href={signInPath}>
              Sign in to accept
            </a>
            <p>Without an account yet, make one:</p>
          </>
        )}
        <form class="stack" method="post" action={action}>
          <CsrfField frame={frame} />
          {isNewPerson && <NewPerson {...props} />}
          <button class="button primary wide" type="submit">
            {isNewPerson ? `Create account and ${verb}` : `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`}
          </button>
        </form>
      </div>
    </Document>
  );
}

const ROLES = { admin: 'an admin', member: 'a member', guest: 'a guest' } as const;

function NewPerson({ email, name, problems }: InvitationProps): VNode {
  return (
    <>
      {/* For password managers: the account is the invited e-mail's. */}
      <input type="hidden" name="username" autocomplete="username" value={email} />
      <TextField
        name="name"
        label="Name"
        autocomplete="name"
        value={name}
        focus="first"
        {...(problems.name === undefined ? {} : { problem: problems.name })}
      />
      <TextField
        name="password"
        label="Password"
        type="password"
        autocomplete="new-password"
        help="At least 10 characters. A sentence works well."
        minLength={10}
        maxLength={256}
        {...(problems.password === undefined ? {} : { problem: problems.password })}
      />
    </>
  );
}
