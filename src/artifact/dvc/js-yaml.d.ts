/** What is used of js-yaml, which brings no types of its own. */
declare module 'js-yaml' {
  /** A set of tags. */
  interface Schema {
    readonly name?: string;
  }
  /** Text, lists and mappings: no tag makes anything else. */
  export const FAILSAFE_SCHEMA: Schema;
  /** @throws YAMLException */
  export function load(text: string, options: { readonly schema: Schema }): unknown;
}
