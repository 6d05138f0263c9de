// A table of the fields of a request, an answer or an object of the management API.

import type { VNode } from 'preact';

export interface ApiField {
  /** Below a field: `project.name`. */
  readonly name: string;
  readonly type: string;
  /** The object that it holds, with its description. */
  readonly object: { readonly name: string; readonly href: string } | null;
  readonly isRequired: boolean;
  readonly description: string;
}

interface FieldTableProps {
  readonly caption: string;
  readonly fields: readonly ApiField[];
}

export function FieldTable({ caption, fields }: FieldTableProps): VNode {
  return (
    <div class="docs-table" tabindex={0}>
      <table>
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Type</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ name, type, object, isRequired, description }) => (
            <tr>
              <td>
                <code>{name}</code>
                {isRequired && <span class="quiet"> required</span>}
              </td>
              <td>
                {type}
                {object !== null && <a href={object.href}>{object.name}</a>}
                {description !== '' && <span class="quiet api-meaning">{description}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
