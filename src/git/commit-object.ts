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

const IDENT = /^(.*?) ?<([^>]*)>(?:.*>)? ?(-?\d+)?/;
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

/** Splits a message as git does for `%s` and `%b`. */
export function parseMessage(message: string): { subject: string; body: string } {
  const text = message.replace(/^(?:[ \t]*\n)+/, '').trimEnd();
  const end = /\n[ \t]*\n/.exec(text);
  const first = end === null ? text : text.slice(0, end.index);
  const rest = end === null ? '' : text.slice(end.index + end[0].length);
  return { subject: first.split('\n').join(' ').trim(), body: rest.replace(/^(?:[ \t]*\n)+/, '') };
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

function parsePerson(ident: string): Person {
  const [, name, email = '', time = '0'] = IDENT.exec(ident) ?? [];
  return name === undefined ? NOBODY : { name: name.trim(), email, time: Number(time) };
}
