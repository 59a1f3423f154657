import { Readable, Writable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { VoiceSettings } from '../../src/cli/voice.ts';
import { Voice } from '../../src/cli/voice.ts';
import { MlchainError } from '../../src/errors.ts';

const ESC = '\u001b';

interface Heard {
  readonly voice: Voice;
  out(): string;
  err(): string;
}

class Paper extends Writable {
  text = '';
  isTTY: boolean;
  constructor(isTTY: boolean) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }
  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function hear(settings: Partial<VoiceSettings> = {}, terminal = false): Heard {
  const stdout = new Paper(terminal);
  const stderr = new Paper(terminal);
  const stdin = Object.assign(Readable.from([]), { isTTY: terminal });
  const voice = new Voice(
    { stdin, stdout, stderr },
    { json: false, quiet: false, color: true, env: {}, ...settings },
  );
  return { voice, out: () => stdout.text, err: () => stderr.text };
}

function speakAll(voice: Voice): void {
  voice.say('said');
  voice.print('printed\n');
  voice.document({ a: 1 });
  voice.note('noted');
  voice.warn('warned', 'hinted');
  voice.error('failed', 'one\ntwo');
}

test('what was asked for goes to standard output, the rest to standard error', () => {
  const { voice, out, err } = hear();
  speakAll(voice);
  assert.is(out(), 'said\nprinted\n');
  assert.is(err(), 'noted\nwarning: warned\nhint: hinted\ngit-mlchain: failed\nhint: one\nhint: two\n');
});

test('--json leaves one document on standard output', () => {
  const { voice, out } = hear({ json: true });
  voice.say('said');
  voice.document({ a: [1, 'x'] });
  assert.is(out(), '{\n  "a": [\n    1,\n    "x"\n  ]\n}\n');
});

test('-q leaves what was asked for, warnings and errors', () => {
  const { voice, out, err } = hear({ quiet: true });
  speakAll(voice);
  assert.is(out(), 'printed\n');
  assert.is(err(), 'warning: warned\nhint: hinted\ngit-mlchain: failed\nhint: one\nhint: two\n');
});

test('no text, wherever it comes from, steers the terminal (threat 34)', () => {
  const { voice, out, err } = hear({}, true);
  const hostile = `a${ESC}[2J${ESC}]0;title\u0007\r\u009b31m\u202eb`;
  voice.say(hostile);
  voice.note(hostile);
  voice.error(hostile, hostile);
  voice.warn(hostile);
  const shown = 'a\\033[2J\\033]0;title\\a\\r\\302\\23331m\\342\\200\\256b';
  assert.is(out(), `${shown}\n`);
  assert.is(err().split(shown).length, 5);
  const painted = ['31', '33', '0'].map((code) => `${ESC}[${code}m`);
  const rest = painted.reduce((text, code) => text.replaceAll(code, ''), err());
  assert.not.match(rest.replaceAll('\n', ''), /\p{Cc}/u);
});

test('our own colours, tabs and lines get through', () => {
  const { voice, out } = hear({}, true);
  voice.say(`${voice.style.green('good')}\tand\n${voice.style.bold('so on')}`);
  assert.is(out(), `${ESC}[32mgood${ESC}[0m\tand\n${ESC}[1mso on${ESC}[0m\n`);
});

test('what is printed is printed byte by byte', () => {
  const { voice, out } = hear();
  voice.print('raw\u0000\u001b');
  voice.print(Buffer.from('bytes'));
  assert.is(out(), 'raw\u0000\u001bbytes');
});

test('colours are for terminals, unless somebody does not want them', () => {
  const painted = (settings: Partial<VoiceSettings>, terminal: boolean) =>
    hear(settings, terminal).voice.style.red('x') !== 'x';
  assert.is(painted({}, true), true);
  assert.is(painted({}, false), false);
  assert.is(painted({ color: false }, true), false);
  assert.is(painted({ env: { NO_COLOR: '1' } }, true), false);
  assert.is(painted({ env: { NO_COLOR: '' } }, true), true);
  assert.is(painted({ env: { TERM: 'dumb' } }, true), false);
});

test('an empty text is not painted', () => {
  assert.is(hear({}, true).voice.style.red(''), '');
});

test('--yes answers, and without a terminal nothing else can', async () => {
  const { voice, err } = hear();
  assert.is(await voice.confirm('really?', true), true);
  assert.is(err(), '');
  const error = await voice.confirm('really?', false).catch((thrown) => thrown);
  assert.instance(error, MlchainError);
  assert.is(error.code, 'usage');
  assert.is(error.message, 'there is no terminal to ask on: really?');
  assert.is(error.hint, 'give --yes to answer yes');
  assert.is(await voice.askSecret('passphrase: '), undefined);
});

test('redirected output goes where it was redirected, and flush waits for the reader', async () => {
  const { voice, out } = hear();
  const slow: (() => void)[] = [];
  const read: string[] = [];
  const reader = new Writable({
    highWaterMark: 4,
    write(chunk, _encoding, done) {
      read.push(String(chunk));
      slow.push(done);
    },
  });
  voice.redirect(reader);
  voice.say('long enough');
  let flushed = false;
  const flushing = voice.flush().then(() => {
    flushed = true;
  });
  await new Promise(setImmediate);
  assert.is(flushed, false);
  slow.shift()?.();
  await flushing;
  assert.equal(read, ['long enough\n']);
  assert.is(out(), '');
});

test('flush does not wait for a reader that left', async () => {
  const { voice } = hear();
  const reader = new Writable({ highWaterMark: 1, write: () => undefined });
  voice.redirect(reader);
  voice.say('long enough');
  const flushing = voice.flush();
  reader.destroy();
  await flushing;
  await voice.flush();
});

test('a trace shows the error and what caused it', () => {
  const { voice, err } = hear();
  voice.trace(new MlchainError('git', 'outer', { cause: new Error('inner') }));
  assert.match(err(), /MlchainError: outer\n {4}at [\s\S]*caused by Error: inner\n {4}at /);
});

test.run();
