// How to connect to a project: by link, and with a role's password for drivers and tools.

import type { VNode } from 'preact';
import { type ClientSample, ClientSamples } from '../../../components/console/client-samples.tsx';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { SelectField } from '../../../components/console/forms/fields.tsx';
import { HiddenFields } from '../../../components/console/forms/hidden-fields.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { CopyLine } from '../../../components/copy-line.tsx';

export interface ConnectProps extends ConsoleProps {
  readonly place: string;
  /** Null where no access rule lets the person in by link. */
  readonly psqlCommand: string | null;
  readonly databases: readonly string[];
  readonly roles: ReadonlyArray<{ readonly name: string; readonly isReadOnly: boolean }>;
  readonly computes: ReadonlyArray<{ readonly id: string; readonly name: string }>;
  readonly picked: { readonly database: string; readonly role: string; readonly compute: string };
  /** Empty without a database, compute, or role whose password lets the person in. */
  readonly strings: readonly ClientSample[];
  /** Set only on the page that reveals it. */
  readonly password: string | null;
  readonly mayReveal: boolean;
  readonly tokensPath: string;
}

export function ConnectPage(props: ConnectProps): VNode {
  const { frame, view, psqlCommand, tokensPath, strings } = props;
  return (
    <ConsolePage frame={frame} view={view} title="Connect">
      <Panel
        id="by-link"
        title="By link, without a password"
        lead="For psql, pg_dump and other tools that can show a link."
      >
        {psqlCommand === null ? (
          <p class="table-empty">No access rule lets you in by link.</p>
        ) : (
          <CopyLine text={psqlCommand} what="psql command" />
        )}
      </Panel>
      <Panel
        id="by-password"
        title="By a role’s password"
        lead="For drivers, tools and services. Connections still come through here, over TLS."
        actions={
          <a class="button plain small" href={tokensPath}>
            Use an access token
          </a>
        }
      >
        {strings.length === 0 ? (
          <p class="table-empty">There is no compute, database or role here that you may connect to by a password.</p>
        ) : (
          <>
            <Choice {...props} />
            <PasswordLine {...props} />
            <ClientSamples samples={strings} />
          </>
        )}
      </Panel>
    </ConsolePage>
  );
}

function Choice({ place, databases, roles, computes, picked }: ConnectProps): VNode {
  return (
    <form class="choice-row" method="get" action={`${place}/connect`}>
      <SelectField
        name="database"
        label="Database"
        choices={databases.map((name) => ({ value: name, label: name }))}
        picked={picked.database}
      />
      <SelectField
        name="role"
        label="Role"
        choices={roles.map(({ name, isReadOnly }) => ({
          value: name,
          label: isReadOnly ? `${name} (read-only)` : name,
        }))}
        picked={picked.role}
      />
      {computes.length > 1 && (
        <SelectField
          name="compute"
          label="Compute"
          choices={computes.map(({ id, name }) => ({ value: id, label: name }))}
          picked={picked.compute}
        />
      )}
      <button class="button plain" type="submit">
        Show
      </button>
    </form>
  );
}

function PasswordLine({ frame, place, picked, password, mayReveal }: ConnectProps): VNode | null {
  if (password !== null) {
    return (
      <div class="stack-tight">
        <p class="label">Password of {picked.role}</p>
        <CopyLine text={password} what="password" />
      </div>
    );
  }
  if (!mayReveal) return null;
  return (
    <form class="inline-form" method="post" action={`${place}/connect/reveal`}>
      <HiddenFields frame={frame} fields={picked} />
      <button class="button plain" type="submit">
        Reveal the password
      </button>
    </form>
  );
}
