// Preact's types without the DOM library, which Preact's own declarations pull in. With them
// tsconfig.server.json finds a DOM global in server code; what pages make of elements is checked
// with Preact's own types, by tsconfig.json.

export interface VNode {
  readonly type: unknown;
  readonly props: unknown;
  readonly key: unknown;
}

export type ComponentChild = VNode | object | string | number | bigint | boolean | null | undefined;
export type ComponentChildren = ComponentChild[] | ComponentChild;

export declare function renderToString(page: VNode): string;

export declare namespace JSX {
  type Element = VNode;
  interface ElementChildrenAttribute {
    children: unknown;
  }
  interface IntrinsicAttributes {
    key?: unknown;
  }
  interface Attributes {
    readonly onChange?: ((event: { readonly currentTarget: { readonly checked: boolean } }) => void) | null;
    readonly [name: string]: unknown;
  }
  type IntrinsicElements = Readonly<Record<string, Attributes>>;
}
