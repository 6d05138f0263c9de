// The reference of the management API: every route by its heading, and the objects that they
// exchange.

import type { VNode } from 'preact';
import { type ApiField, FieldTable } from '../../components/docs/api-fields.tsx';
import { CodeBlock } from '../../components/docs/code-block.tsx';
import { DocsPage } from '../../components/docs/docs-page.tsx';
import type { DocsProps } from '../../components/docs/docs-view.ts';

export interface ApiOperation {
  /** The id of the OpenAPI document; also the anchor. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly parameters: readonly ApiField[];
  readonly body: readonly ApiField[];
  readonly reply: readonly ApiField[];
  readonly curl: string;
}

export interface ApiGroup {
  readonly title: string;
  readonly href: string;
  readonly operations: readonly ApiOperation[];
}

export interface ApiIndexProps extends DocsProps {
  readonly apiUrl: string;
  readonly openApiPath: string;
  readonly guidePath: string;
  readonly objectsPath: string;
  readonly apiGroups: readonly ApiGroup[];
}

export function ApiIndexPage({
  apiUrl,
  openApiPath,
  guidePath,
  objectsPath,
  apiGroups,
  ...page
}: ApiIndexProps): VNode {
  return (
    <DocsPage {...page} title="API reference">
      <h1>API reference</h1>
      <p>
        Programs send their requests to <code>{apiUrl}</code> with an API key. Create one in the console, under API
        keys. <a href={guidePath}>Management API</a> says how calls work and who can do what.
      </p>
      <CodeBlock text={`curl ${apiUrl}/users/me -H "Authorization: Bearer $API_KEY"`} />
      <p>
        The same as an OpenAPI document: <a href={openApiPath}>openapi.json</a>. The <a href={objectsPath}>objects</a>{' '}
        that requests and answers contain have a page of their own.
      </p>
      {apiGroups.map(({ title, href, operations }) => (
        <section>
          <h2>
            <a href={href}>{title}</a>
          </h2>
          <ul class="api-routes">
            {operations.map(({ id, method, path, summary }) => (
              <li>
                <a href={`${href}#${id}`}>
                  <Route method={method} path={path} />
                </a>
                <span>{summary}</span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </DocsPage>
  );
}

export interface ApiGroupProps extends DocsProps {
  readonly group: ApiGroup;
}

export function ApiGroupPage({ group, ...page }: ApiGroupProps): VNode {
  const sections = group.operations.map(({ id, summary }) => ({ anchor: id, title: summary }));
  return (
    <DocsPage {...page} title={`${group.title} API`} sections={sections}>
      <h1>{group.title}</h1>
      {group.operations.map((operation) => (
        <Operation operation={operation} />
      ))}
    </DocsPage>
  );
}

export interface ApiObjectsProps extends DocsProps {
  readonly objects: ReadonlyArray<{ readonly name: string; readonly fields: readonly ApiField[] }>;
}

export function ApiObjectsPage({ objects, ...page }: ApiObjectsProps): VNode {
  return (
    <DocsPage {...page} title="API objects">
      <h1>Objects</h1>
      {objects.map(({ name, fields }) => (
        <section>
          <h2 id={name}>{name}</h2>
          <FieldTable caption={`Fields of ${name}`} fields={fields} />
        </section>
      ))}
    </DocsPage>
  );
}

function Operation({ operation }: { readonly operation: ApiOperation }): VNode {
  const { id, method, path, summary, parameters, body, reply, curl } = operation;
  return (
    <section>
      <h2 id={id}>{summary}</h2>
      <p>
        <Route method={method} path={path} />
      </p>
      <CodeBlock text={curl} />
      <Fields title="Parameters" fields={parameters} of={id} />
      <Fields title="Body" fields={body} of={id} />
      <Fields title="Answer" fields={reply} of={id} />
    </section>
  );
}

interface FieldsProps {
  readonly title: string;
  readonly fields: readonly ApiField[];
  readonly of: string;
}

function Fields({ title, fields, of }: FieldsProps): VNode | null {
  if (fields.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <FieldTable caption={`${title} of ${of}`} fields={fields} />
    </>
  );
}

/** A path that is too long breaks before a slash. */
function Route({ method, path }: { readonly method: string; readonly path: string }): VNode {
  return (
    <code class="api-route">
      <span class="api-method">{method}</span>{' '}
      {path.split(/(?<=.)(?=\/)/).map((part) => (
        <>
          <wbr />
          {part}
        </>
      ))}
    </code>
  );
}
