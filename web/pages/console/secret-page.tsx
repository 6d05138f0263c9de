// A secret that was just created or revealed, to be copied now.

import type { VNode } from 'preact';
import { type ClientSample, ClientSamples } from '../../components/console/client-samples.tsx';
import { ConsolePage } from '../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../components/console/console-view.ts';
import { CopyLine } from '../../components/copy-line.tsx';

export interface SecretProps extends ConsoleProps {
  readonly title: string;
  readonly lead: string;
  readonly lines: ReadonlyArray<{ readonly label: string; readonly text: string }>;
  /** How each client connects with it. */
  readonly clients?: readonly ClientSample[];
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
        {clients.length > 0 && <ClientSamples samples={clients} />}
        <div class="form-foot">
          <a class="button primary" href={backPath}>
            Done
          </a>
        </div>
      </div>
    </ConsolePage>
  );
}
