// How each client connects, one at a time: radio buttons choose, so it works without script.

import type { VNode } from 'preact';
import { CopyLine } from '../copy-line.tsx';

export interface ClientSample {
  readonly client: string;
  readonly text: string;
  readonly hint: string | null;
}

/** The choice stands in no form, and is sent nowhere. */
export function ClientSamples({ samples }: { readonly samples: readonly ClientSample[] }): VNode {
  return (
    <fieldset class="client-samples">
      <legend>Connect with</legend>
      {samples.map(({ client, text, hint }, index) => (
        <>
          <input type="radio" name="client" id={`client-${index}`} checked={index === 0} autocomplete="off" />
          <label for={`client-${index}`}>{client}</label>
          <div class="client-sample">
            <CopyLine text={text} what={`for ${client}`} />
            {hint !== null && <p class="quiet">{hint}</p>}
          </div>
        </>
      ))}
    </fieldset>
  );
}
