// A secret that was just created or revealed, to be copied now.

import type { VNode } from 'preact';
import { ConsolePage } from '../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../components/console/console-view.ts';
import { CopyLine } from '../../components/copy-line.tsx';

export interface SecretProps extends ConsoleProps {
  readonly title: string;
  readonly lead: string;
  readonly lines: ReadonlyArray<{ readonly label: string; readonly text: string }>;
  /** How each client connects with it. */
  readonly clients?: ReadonlyArray<{ readonly client: string; readonly text: string; readonly hint: string | null }>;
  readonly backPath: string;
}

export function SecretPage({ frame, view, title, lead, lines, clients = [], backPath }: SecretProps): VNode {
  return (
    <ConsolePage frame={frame} view={view} title={title}>
      <div class="panel form-panel">
        <p class="lead">{lead}</p>
        {lines.map(({ label, text }) => (
          <div class="stack-tight" key={label}>
            <p class="label">{label}</p>
            <CopyLine text={text} what={label} />
          </div>
        ))}
        {clients.length > 0 && <Clients clients={clients} />}
        <div class="form-foot">
          <a class="button primary" href={backPath}>
            Done
          </a>
        </div>
      </div>
    </ConsolePage>
  );
}

/** One open at a time; all are there for a browser that does not know the name. */
function Clients({ clients }: { readonly clients: NonNullable<SecretProps['clients']> }): VNode {
  return (
    <div class="clients">
      <h2>Connect with</h2>
      {clients.map(({ client, text, hint }, index) => (
        <details class="more" name="client" key={client} open={index === 0}>
          <summary>{client}</summary>
          <CopyLine text={text} what={`for ${client}`} />
          {hint !== null && <p class="quiet">{hint}</p>}
        </details>
      ))}
    </div>
  );
}
