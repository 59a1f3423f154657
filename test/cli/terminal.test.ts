import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Person } from '../support/person.ts';
import { makePerson } from '../support/person.ts';
import type { Dialogue } from '../support/terminal.ts';
import { onTerminal } from '../support/terminal.ts';

const source = (file: string) => new URL(`../../src/cli/${file}`, import.meta.url).href;

let person: Person;
test.before(async () => {
  person = await makePerson('Tess');
});
test.after(() => person.cleanup());

/** Runs `script` on a terminal, with a voice that speaks to it. */
async function talk(script: string, dialogue: Dialogue = {}, env: NodeJS.ProcessEnv = {}) {
  const head = `
    import { Voice } from '${source('voice.ts')}';
    import { pagerOnDemand } from '${source('pager.ts')}';
    import { onSignals } from '${source('signals.ts')}';
    onSignals();
    const voice = new Voice(process, { json: false, quiet: false, color: true, env: process.env });`;
  const file = person.at('script.mts');
  fs.writeFileSync(file, head + script);
  const argv = [process.execPath, '--import', import.meta.resolve('tsx'), file];
  return await onTerminal(argv, { ...person.env, TERM: 'xterm', ...env }, dialogue, { cwd: person.home });
}

const HASHING = `
    import { Steps } from '${new URL('../../src/progress.ts', import.meta.url).href}';
    const steps = new Steps(voice.progress, 'files', 1e9);
    const end = performance.now() + Number(process.env.FOR_MS);
    while (performance.now() < end) await steps.next();
    voice.say('done');`;
/** What the terminal is told, with a sign for what takes a line away. */
const spoken = (stdout: string) => stdout.replaceAll('\r\u001b[K', '<erased>');

test('work of over a second says how far it is, and the line is gone before the next word', async () => {
  const { stdout } = await talk(HASHING, {}, { CI: '', FOR_MS: '1600' });
  assert.match(
    spoken(stdout),
    /^(<erased>\d+ of 1000000000 files, \d+\/s, \d+ (s|min) left)+<erased>done\n$/,
  );
});

test('short work, a build and a dumb terminal have no such line', async () => {
  assert.is((await talk(HASHING, {}, { CI: '', FOR_MS: '300' })).stdout, 'done\n');
  assert.is((await talk(HASHING, {}, { CI: 'true', FOR_MS: '1400' })).stdout, 'done\n');
  assert.is((await talk(HASHING, {}, { CI: '', TERM: 'dumb', FOR_MS: '1400' })).stdout, 'done\n');
});

test('Ctrl-C is heard in the middle of long work: 130, and a clean line', async () => {
  const { stdout, code } = await talk(
    HASHING,
    { after: ' left', type: '\u0003' },
    { CI: '', FOR_MS: '60000' },
  );
  assert.is(code, 130);
  assert.match(spoken(stdout), /<erased>$/);
});

const GUESSING = `
    voice.meanwhile(['? one', '? two', '? three']);
    if (process.env.FOR_MS) await new Promise((resolve) => setTimeout(resolve, Number(process.env.FOR_MS)));
    voice.say('done');`;

test('what is not known yet stands on the terminal until something is said, and is then taken back', async () => {
  const { stdout } = await talk(GUESSING, { rows: 24 }, { CI: '' });
  assert.is(stdout, '\u001b[?7l? one\n? two\n? three\n\u001b[?7h\r\u001b[3A\u001b[Jdone\n');
});

test('no more of it than can be taken back, and none where nothing can be', async () => {
  const short = await talk(GUESSING, { rows: 4 }, { CI: '' });
  assert.is(short.stdout, '\u001b[?7l? one\n? two\n\u001b[?7h\r\u001b[2A\u001b[Jdone\n');
  for (const [rows, env] of [
    [undefined, { CI: '' }],
    [24, { CI: 'true' }],
    [24, { CI: '', TERM: 'dumb' }],
  ] as const) {
    const { stdout } = await talk(GUESSING, rows === undefined ? {} : { rows }, env);
    assert.is(stdout, 'done\n');
  }
});

test('Ctrl-C before it is known leaves what stands there, and a terminal that wraps lines', async () => {
  const { stdout, code } = await talk(
    GUESSING,
    { rows: 24, after: '? three', type: '\u0003' },
    { CI: '', FOR_MS: '60000' },
  );
  assert.is(code, 130);
  assert.match(stdout, '? three\n\u001b[?7h');
  assert.not.match(stdout, /done/);
});

const CONFIRM = "console.log('answer ' + (await voice.confirm('do it?', false)));";

test('a question takes y and yes for a yes, and nothing else', async () => {
  for (const [type, answer] of [
    ['y\n', true],
    ['YES\n', true],
    ['\n', false],
    ['n\n', false],
    ['yep\n', false],
    ['\u0004', false],
  ] as const) {
    const { stdout, code } = await talk(CONFIRM, { after: '[y/N]', type });
    assert.match(stdout, /^do it\? \[y\/N\] /);
    assert.match(stdout, new RegExp(`answer ${answer}\n$`), JSON.stringify(type));
    assert.is(code, 0);
  }
});

test('Ctrl-C at a question ends with 130 and does nothing', async () => {
  const { stdout, code } = await talk(CONFIRM, { after: '[y/N]', type: '\u0003' });
  assert.is(code, 130);
  assert.not.match(stdout, /answer/);
});

const SECRET =
  "const typed = await voice.askSecret('passphrase: '); console.log(['got', typed.length, typed.at(-1)].join(' '));";

test('a passphrase is not shown while it is typed', async () => {
  const { stdout, code } = await talk(SECRET, { after: 'passphrase: ', type: 'abcdefé\r' });
  assert.is(stdout, 'passphrase: \ngot 7 é\n');
  assert.is(code, 0);
});

test('a slip of the finger can be taken back', async () => {
  const { stdout } = await talk(SECRET, { after: 'passphrase: ', type: 'abx\u007fc\r' });
  assert.is(stdout, 'passphrase: \ngot 3 c\n');
});

test('Ctrl-C at a passphrase ends with 130 and leaves the terminal as it was', async () => {
  const { stdout, code } = await talk(SECRET, { after: 'passphrase: ', type: 'abc\u0003' });
  assert.is(code, 130);
  assert.not.match(stdout, /got/);
});

const PAGE = `
  const pager = pagerOnDemand(process.env, process.stdout, () => process.exit(0));
  voice.redirect(pager.input);
  for (let line = 0; line < 3; line++) voice.say(voice.style.green('line ' + line));
  await pager.close();
  console.log('closed');`;

test('what is listed goes through the pager, in colour, and waits for it', async () => {
  const { stdout } = await talk(PAGE, {}, { GIT_PAGER: 'sed "s/^/paged /"; sleep 0.2; echo left' });
  const lines = [0, 1, 2].map((line) => `paged \u001b[32mline ${line}\u001b[0m\n`);
  assert.is(stdout, `${lines.join('')}left\nclosed\n`);
});

test('the pager is chosen as git chooses it', async () => {
  await person.git(['config', '--global', 'core.pager', "sed 's/^/core /'"]);
  assert.match((await talk(PAGE, {}, { PAGER: "sed 's/^/env /'" })).stdout, /^core /);
  assert.match((await talk(PAGE, {}, { GIT_PAGER: 'sed s/^/git_/' })).stdout, /^git_/);
  await person.git(['config', '--global', '--unset', 'core.pager']);
  assert.match((await talk(PAGE, {}, { PAGER: "sed 's/^/env /'" })).stdout, /^env /);
  for (const none of ['cat', '']) {
    assert.ok((await talk(PAGE, {}, { GIT_PAGER: none })).stdout.startsWith('\u001b[32mline 0'));
  }
});

test('less is told what git tells it', async () => {
  const { stdout } = await talk(PAGE, {}, { GIT_PAGER: 'cat >/dev/null; echo "LESS=$LESS LV=$LV"' });
  assert.match(stdout, /^LESS=FRX LV=-c\n/);
  const own = await talk(PAGE, {}, { GIT_PAGER: 'cat >/dev/null; echo "LESS=$LESS"', LESS: '-S' });
  assert.match(own.stdout, /^LESS=-S\n/);
});

test("a clone's own configuration names no program to run (threat 31)", async () => {
  await person.git(['init', '-q', '.']);
  await person.git(['config', 'core.pager', `touch ${person.at('ran')}; cat`]);
  await talk(PAGE, {}, { PAGER: 'cat' });
  await talk(PAGE, {}, { PAGER: 'cat', GIT_DIR: person.at('.git') });
  assert.not.ok(fs.existsSync(person.at('ran')));
  fs.rmSync(person.at('.git'), { recursive: true });
});

const ON_DEMAND = `
    const pager = pagerOnDemand(process.env, process.stdout, () => process.exit(0));
    voice.redirect(pager.input);
    for (let line = 0; line < Number(process.env.LINES_SAID); line++) {
      voice.say('line ' + line);
      await voice.flush();
    }
    await pager.close();
    console.log('closed');`;

test('a pager is started by the first word, and without one all the same is said', async () => {
  const GIT_PAGER = 'echo started; cat; echo left';
  const lines = Array.from({ length: 20_000 }, (_, at) => `line ${at}`).join('\n');
  const LINES_SAID = '20000';
  assert.is(
    (await talk(ON_DEMAND, {}, { GIT_PAGER, LINES_SAID })).stdout,
    `started\n${lines}\nleft\nclosed\n`,
  );
  assert.is((await talk(ON_DEMAND, {}, { GIT_PAGER: 'cat', LINES_SAID })).stdout, `${lines}\nclosed\n`);
  assert.is((await talk(ON_DEMAND, {}, { GIT_PAGER, LINES_SAID: '0' })).stdout, 'closed\n');
});

test('a reader who has seen enough is no error', async () => {
  const endless = `
    const pager = pagerOnDemand(process.env, process.stdout, () => process.exit(0));
    voice.redirect(pager.input);
    for (;;) { voice.say('more'); await voice.flush(); await new Promise(setImmediate); }`;
  const { code, stdout } = await talk(endless, {}, { GIT_PAGER: 'head -n 2' });
  assert.is(stdout, 'more\nmore\n');
  assert.is(code, 0);
});

test('Ctrl-C in the pager is the pager’s', async () => {
  fs.writeFileSync(
    person.at('pager.py'),
    "import signal, sys\nsignal.signal(signal.SIGINT, lambda *_: print('heard', flush=True))\n" +
      "print('ready', flush=True)\nsys.stdin.read()\n",
  );
  const slow = `
    const pager = pagerOnDemand(process.env, process.stdout, () => process.exit(0));
    voice.redirect(pager.input);
    voice.say('something');
    await new Promise((resolve) => process.once('SIGINT', resolve));
    await pager.close();
    console.log('closed');`;
  const { stdout, code } = await talk(
    slow,
    { after: 'ready', type: '\u0003' },
    { GIT_PAGER: 'python3 pager.py' },
  );
  assert.match(stdout, /heard[\s\S]*closed/);
  assert.is(code, 0);
});

test.run();
