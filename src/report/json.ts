import { escapeJson } from './escape.ts';

/** A JSON document as every command prints it: indented, one line feed at the end, harmless on a terminal. */
export function jsonDocument(value: unknown): string {
  return `${escapeJson(JSON.stringify(value, null, 2))}\n`;
}
