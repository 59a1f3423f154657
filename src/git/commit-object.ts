/** Name and address as the commit states them, nobody has checked them. */
export interface Person {
  readonly name: string;
  readonly email: string;
  /** Seconds since 1970. */
  readonly time: number;
}

/** What a commit object says. */
export interface CommitObject {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  /** First paragraph of the message, in one line. */
  readonly subject: string;
  /** The message after its first paragraph, without blank lines around it. */
  readonly body: string;
}

const NOBODY: Person = { name: '', email: '', time: 0 };

/**
 * Reads the text of a commit object. Git writes tree, parents, author and committer in this order and reads no other,
 * so a second `parent` line further down is not one. A commit is foreign text: what is missing is empty, never an error.
 */
export function parseCommit(text: string): CommitObject {
  const end = text.indexOf('\n\n');
  const headers = (end === -1 ? text : text.slice(0, end)).split('\n');
  const tree = headerValue(headers[0], 'tree') ?? '';
  const parents: string[] = [];
  for (let parent = headerValue(headers[1], 'parent'); parent !== undefined; ) {
    parents.push(parent);
    parent = headerValue(headers[parents.length + 1], 'parent');
  }
  return {
    tree,
    parents,
    author: parsePerson(firstOf(headers, 'author')),
    committer: parsePerson(firstOf(headers, 'committer')),
    ...parseMessage(end === -1 ? '' : text.slice(end + 2)),
  };
}

/** Splits a message as git does for `%s` and `%b`, white space at the ends of lines left out. */
export function parseMessage(message: string): { subject: string; body: string } {
  // Line by line: a pattern that looks for trailing blanks takes the square of a hostile line's length.
  const lines = message.split('\n').map((line) => line.trimEnd());
  const begin = lines.findIndex((line) => line !== '');
  const text = begin === -1 ? [] : lines.slice(begin);
  const end = text.indexOf('');
  const paragraph = end === -1 ? text : text.slice(0, end);
  const body = text.slice(paragraph.length).join('\n');
  return { subject: paragraph.join(' ').trim(), body: body.replace(/^\n+/, '').trimEnd() };
}

function headerValue(line: string | undefined, name: string): string | undefined {
  return line?.startsWith(`${name} `) ? line.slice(name.length + 1) : undefined;
}

function firstOf(headers: readonly string[], name: string): string {
  return (
    headerValue(
      headers.find((line) => line.startsWith(`${name} `)),
      name,
    ) ?? ''
  );
}

/** git's `split_ident_line`: the first `<…>` is the address, the digits after the last `>` are the time. */
function parsePerson(ident: string): Person {
  const begin = ident.indexOf('<');
  const end = ident.indexOf('>', begin);
  if (begin === -1 || end === -1) {
    return NOBODY;
  }
  const [, seconds = '0'] = /^\s*(\d+)/.exec(ident.slice(ident.lastIndexOf('>') + 1)) ?? [];
  return { name: ident.slice(0, begin).trim(), email: ident.slice(begin + 1, end), time: Number(seconds) };
}
