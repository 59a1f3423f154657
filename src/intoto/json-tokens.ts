import { FormatError } from './format-error.ts';
import { hasLoneSurrogate } from './json-value.ts';

/** Python's own limit: turning digits into a number takes quadratic time, and the text is foreign. */
const MAX_DIGITS = 4300;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** What JSON is made of: strings, numbers, words and the signs between them, read from front to back. */
export class JsonTokens {
  protected readonly text: string;
  protected at = 0;
  /** Where something was last seen that canonical JSON spells or orders in another way. */
  protected oddAt = -1;

  constructor(text: string) {
    this.text = text;
  }

  protected string(): string {
    const text = this.text;
    const start = ++this.at;
    for (let at = start; ; at++) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) {
        this.at = at + 1;
        return text.slice(start, at);
      }
      // Rare: an escape, a surrogate to look at, a raw control character, or the end of the text (NaN).
      if (!(unit >= 0x20 && unit < 0xd800 && unit !== BACKSLASH)) return this.#hardString(start);
    }
  }

  /** The same for a string with escapes or surrogates: piece by piece, and the whole must be well-formed. */
  #hardString(start: number): string {
    const text = this.text;
    const pieces: string[] = [];
    let piece = start;
    this.at = start;
    for (;;) {
      const unit = text.charCodeAt(this.at);
      if (unit === QUOTE) break;
      if (Number.isNaN(unit)) this.fail('the closing quote of a string');
      if (unit < 0x20) this.fail('control characters in strings to be escaped');
      if (unit === BACKSLASH) {
        this.oddAt = this.at;
        pieces.push(text.slice(piece, this.at), this.#escape());
        piece = this.at;
      } else {
        this.at++;
      }
    }
    pieces.push(text.slice(piece, this.at++));
    const whole = pieces.join('');
    if (hasLoneSurrogate(whole)) this.fail('text that UTF-8 can hold', start, 'a lone surrogate');
    return whole;
  }

  #escape(): string {
    const letter = this.text.charAt(this.at + 1);
    const simple = SIMPLE_ESCAPES.get(letter);
    if (simple !== undefined) {
      this.at += 2;
      return simple;
    }
    const digits = this.text.slice(this.at + 2, this.at + 6);
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(digits)) this.fail('an escape that JSON knows');
    this.at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  protected integer(): number | bigint {
    const start = this.at;
    if (this.text.charCodeAt(this.at) === MINUS) this.at++;
    const first = this.at;
    while (isDigit(this.text.charCodeAt(this.at))) this.at++;
    const digits = this.at - first;
    if (digits === 0) this.fail('a value', start);
    if (digits > 1 && this.text.charCodeAt(first) === ZERO)
      this.fail('a number without leading zeros', start);
    if (first > start && this.text.charCodeAt(first) === ZERO) this.oddAt = start;
    if (digits > MAX_DIGITS) this.fail(`an integer of at most ${MAX_DIGITS} digits`, start);
    if ('.eE'.includes(this.text.charAt(this.at) || ' ')) {
      this.fail('an integer', start, 'a number with fraction or exponent');
    }
    return toInteger(this.text.slice(start, this.at));
  }

  protected word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) this.fail('a value');
    this.at += word.length;
    return value;
  }

  protected take(character: string): boolean {
    this.skipSpace();
    if (this.text.charAt(this.at) !== character) return false;
    this.at++;
    return true;
  }

  protected skipSpace(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.at++;
    }
  }

  protected fail(expected: string, at: number = this.at, found: string = describeAt(this.text, at)): never {
    const lines = this.text.slice(0, at).split('\n');
    const column = (lines.at(-1)?.length ?? 0) + 1;
    throw new FormatError(`line ${lines.length}, column ${column}: expected ${expected}, found ${found}`);
  }
}

function isDigit(unit: number): boolean {
  return unit >= ZERO && unit <= NINE;
}

function toInteger(digits: string): number | bigint {
  const number = Number(digits);
  if (Number.isSafeInteger(number)) return number === 0 ? 0 : number;
  return BigInt(digits);
}

function describeAt(text: string, at: number): string {
  return at >= text.length ? 'the end of the text' : quote(text.slice(at, at + 12));
}

/** Foreign text in a message: short, and escaped so that it cannot steer a terminal. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
