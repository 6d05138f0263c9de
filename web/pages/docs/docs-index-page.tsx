// The start of the documentation: every chapter with its first sentences.

import type { VNode } from 'preact';
import { DocsPage } from '../../components/docs/docs-page.tsx';
import type { DocsProps } from '../../components/docs/docs-view.ts';

export function DocsIndexPage(props: DocsProps): VNode {
  return (
    <DocsPage {...props} title="Documentation">
      <h1>Documentation</h1>
      {props.groups.map((group) => (
        <section>
          <h2>{group.title}</h2>
          <ul class="docs-cards">
            {group.chapters.map(({ title, href, lead }) => (
              <li>
                <a class="docs-card" href={href}>
                  <strong>{title}</strong>
                  <span>{lead}</span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </DocsPage>
  );
}
