/// <reference path="./js-yaml.d.ts" />
import { isUtf8 } from 'node:buffer';

/** `dvc.lock` of a pipeline with ten thousand outputs is a tenth of this. */
const LARGEST = 16 * 1024 * 1024;

/** Why a text is not read. */
export class UnreadableYaml extends Error {}

/**
 * Reads foreign YAML. Nothing in it becomes code or an object of a class; aliases are references, so that a few lines
 * cannot become a million – but only while whoever reads on looks at no more than it asked for. A merge key (`<<`), which
 * DVC would follow, is refused: what it brings must not go unseen.
 * @throws UnreadableYaml
 */
export async function readYaml(bytes: Uint8Array): Promise<YamlNode> {
  if (bytes.length > LARGEST)
    throw new UnreadableYaml(`expected at most ${LARGEST} bytes, found ${bytes.length}`);
  if (!isUtf8(bytes)) throw new UnreadableYaml('expected UTF-8');
  const { load, FAILSAFE_SCHEMA } = await import('js-yaml');
  try {
    return new YamlNode(load(Buffer.from(bytes).toString('utf8'), { schema: FAILSAFE_SCHEMA }), '');
  } catch (error) {
    // The message goes on with lines of the text.
    throw new UnreadableYaml(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

/** A place in the document. Looked at step by step, so that nothing is visited that nobody asked for. */
export class YamlNode {
  readonly #value: unknown;
  readonly #where: string;

  constructor(value: unknown, where: string) {
    this.#value = value;
    this.#where = where;
  }

  /** Nothing, as `outs:` with nothing behind it, or no such key. */
  get isNothing(): boolean {
    return this.#value === undefined || this.#value === null || this.#value === '';
  }

  get isText(): boolean {
    return typeof this.#value === 'string';
  }

  /** Undefined where there is nothing. @throws UnreadableYaml for what is no text */
  text(): string | undefined {
    if (this.isNothing) return undefined;
    return typeof this.#value === 'string' ? this.#value : this.#refuse('text');
  }

  /** Nothing is the empty list. @throws UnreadableYaml */
  list(): readonly YamlNode[] {
    if (this.isNothing) return [];
    if (!Array.isArray(this.#value)) return this.#refuse('a list');
    return this.#value.map((item: unknown, at) => new YamlNode(item, `${this.#where}[${at}]`));
  }

  /** Nothing is the empty mapping. @throws UnreadableYaml */
  entries(): ReadonlyMap<string, YamlNode> {
    if (this.isNothing) return new Map();
    if (typeof this.#value !== 'object' || this.#value === null || Array.isArray(this.#value))
      return this.#refuse('a mapping');
    const entries = Object.entries(this.#value);
    if (entries.some(([key]) => key === '<<')) return this.#refuse("a mapping without the merge key '<<'");
    return new Map(entries.map(([key, value]) => [key, new YamlNode(value, this.#under(key))]));
  }

  /** @throws UnreadableYaml where this is no mapping */
  get(key: string): YamlNode {
    return this.entries().get(key) ?? new YamlNode(undefined, this.#under(key));
  }

  #under(key: string): string {
    return this.#where === '' ? key : `${this.#where}.${key}`;
  }

  #refuse(expected: string): never {
    throw new UnreadableYaml(`${this.#where === '' ? 'document' : this.#where}: expected ${expected}`);
  }
}
