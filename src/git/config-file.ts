import { MlchainError } from '../errors.ts';

/** Canonical name (section and variable in lower case) and value. */
export type Setting = readonly [name: string, value: string];

const SECTION = /^\[([A-Za-z0-9.-]+)(?:[ \t]+"((?:[^"\\\n]|\\[^\n])*)")?[ \t]*\]/;
const VARIABLE = /^([A-Za-z][A-Za-z0-9-]*)[ \t]*/;
const BLANK = /^(?:[ \t\n]+|[#;][^\n]*)+/;
/** A piece of a value: in quotes, escaped, or as it is. git-config(1), "Syntax". */
const PIECE = /^(?:\\\n|\\([tbn"\\])|"|([#;])|([ \t]+)|([^\\"#; \t\n]+))/;
const ESCAPED = new Map([
  ['t', '\t'],
  ['b', '\b'],
  ['n', '\n'],
]);

/**
 * What a configuration file says, in its order, without following `include.path`: git-config(1), "CONFIGURATION FILE".
 * A name without "=" is git's short form of true. Throws `config` where git would.
 */
export function parseConfig(text: string): Setting[] {
  const settings: Setting[] = [];
  let rest = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  let section: string | undefined;
  for (rest = rest.replace(BLANK, ''); rest !== ''; rest = rest.replace(BLANK, '')) {
    const head = SECTION.exec(rest);
    const variable = head === null ? VARIABLE.exec(rest) : null;
    if (head !== null) {
      section = sectionName(head);
      rest = rest.slice(head[0].length);
    } else if (variable?.[1] !== undefined && section !== undefined) {
      const [value, after] = takeValue(rest.slice(variable[0].length));
      settings.push([`${section}.${variable[1].toLowerCase()}`, value]);
      rest = after;
    } else {
      throw malformed(rest);
    }
  }
  return settings;
}

/** `[a.B]` is the old way to write `[a "b"]`. */
function sectionName([, section = '', subsection]: RegExpExecArray): string {
  const name = section.toLowerCase();
  return subsection === undefined ? name : `${name}.${subsection.replace(/\\(.)/g, '$1')}`;
}

/** A value, and what comes after its line. */
function takeValue(text: string): [value: string, rest: string] {
  if (!text.startsWith('=')) {
    if (/^(?:$|\n)/.test(text)) return ['true', text];
    throw malformed(text);
  }
  let rest = text.slice(1).replace(/^[ \t]+/, '');
  let value = '';
  let isQuoted = false;
  // Blanks count only where something follows.
  let blanks = '';
  while (rest !== '' && !rest.startsWith('\n')) {
    const [piece, escaped, comment, space, plain] = PIECE.exec(rest) ?? [];
    if (piece === undefined) throw malformed(rest);
    if (comment !== undefined && !isQuoted) break;
    rest = rest.slice(piece.length);
    if (piece === '"') isQuoted = !isQuoted;
    if (space !== undefined && !isQuoted) {
      blanks += value === '' ? '' : space;
    } else {
      const part =
        escaped === undefined ? (plain ?? comment ?? space ?? '') : (ESCAPED.get(escaped) ?? escaped);
      value += blanks + part;
      blanks = '';
    }
  }
  if (isQuoted) throw malformed(rest);
  return [value, rest.replace(/^[^\n]*/, '')];
}

function malformed(rest: string): MlchainError {
  const [line = ''] = rest.split('\n');
  return new MlchainError('config', `git's configuration: expected a section or a variable, found '${line}'`);
}
