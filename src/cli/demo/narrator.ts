import type { Style } from '../../report/style.ts';
import type { Voice } from '../voice.ts';

/** Tells the story, and keeps count of what came true: the demo is good only if every expectation held. */
export class Narrator {
  readonly #voice: Voice;
  readonly #style: Style;
  #failed = 0;

  constructor(voice: Voice) {
    this.#voice = voice;
    this.#style = voice.style;
  }

  get failures(): number {
    return this.#failed;
  }

  title(text: string): void {
    this.#voice.say(`\n${this.#style.bold(text)}`);
  }

  /** What somebody does. */
  act(who: string, what: string): void {
    this.#voice.say(`  ${this.#style.cyan(who)} ${what}`);
  }

  /** What should come of it, and whether it did. */
  expect(held: boolean, text: string, whatCame = ''): void {
    if (held) {
      this.#voice.say(`    ${this.#style.green('✓')} ${text}`);
      return;
    }
    this.#failed += 1;
    this.#voice.say(`    ${this.#style.red('✗ expected:')} ${text}`);
    if (whatCame !== '') this.#voice.say(whatCame.trimEnd());
  }

  /** The program's own words. */
  quote(line: string | undefined): void {
    if (line !== undefined) this.#voice.say(`      ${this.#style.dim(line.trim())}`);
  }

  remark(text: string): void {
    this.#voice.say(`    ${this.#style.dim(`– ${text}`)}`);
  }
}

/** The first line of an output that holds a text. */
export function lineWith(output: string, text: string): string | undefined {
  return output
    .split('\n')
    .find((line) => line.includes(text))
    ?.replace(/^remote: /, '');
}
