import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { commandHelp, groupHelp, overview, synopsis } from '../../src/cli/help.ts';
import { readCommandLine } from '../../src/cli/options.ts';
import { commands } from '../../src/cli/table.ts';

function command(name: string) {
  const found = commands.find((each) => each.name === name);
  assert.ok(found, name);
  return found;
}

test('the overview lists every command but those of the hooks', () => {
  const lines = overview(commands).split('\n');
  for (const { name, summary, hidden } of commands) {
    const listed = lines.some((line) => line.startsWith(`   ${name} `) && line.endsWith(`   ${summary}`));
    assert.is(listed, !hidden, name);
  }
});

test('no help is wider than a terminal', () => {
  const texts = [overview(commands), ...commands.map(commandHelp)];
  for (const line of texts.join('\n').split('\n')) assert.ok(line.length <= 100, line);
});

test('a synopsis says what may, must and may repeatedly be given', () => {
  assert.is(synopsis(command('run')), 'git mlchain run [<options>] [STEP] [-- CMD…]');
  assert.is(synopsis(command('endorse')), 'git mlchain endorse [<options>] COMMIT [PATH…]');
  assert.is(synopsis(command('key import')), 'git mlchain key import FILE…');
  assert.is(synopsis(command('key list')), 'git mlchain key list');
});

test('the help of a command names each of its options, its values and its letters', () => {
  for (const each of commands) {
    const help = commandHelp(each);
    assert.ok(help.startsWith(`usage: git mlchain ${each.name}`));
    for (const { name, value, short, summary } of each.options ?? []) {
      assert.ok(
        help.includes(value === undefined ? `--${name}` : `--${name} ${value}`),
        `${each.name} --${name}`,
      );
      assert.ok(help.includes(summary));
      if (short !== undefined) assert.ok(help.includes(`-${short}, --${name}`));
    }
  }
});

test('summaries stand in a column of their own, below an option that is too long for it', () => {
  const lines = commandHelp(command('verify')).split('\n');
  assert.ok(lines.includes('    --history             ask the history question alone'));
  const long = lines.indexOf('    --inspection-timeout SPAN');
  assert.is(lines[long + 1], '                          time limit of each (default 10m)');
});

test('a group lists its commands', () => {
  const help = groupHelp(commands, 'hooks');
  assert.is(
    help,
    `usage: git mlchain hooks <command> [<options>]

   hooks install     install the git hooks, beside the ones that are there
   hooks uninstall   remove the hooks and put back what was there before
   hooks status      show which hooks are live`,
  );
});

/** Splits as a shell would: blanks, single quotes, a redirection at the end. */
function words(line: string): string[] {
  const found = line.replace(/ > .*/, '').match(/'[^']*'|\S+/g) ?? [];
  return found.map((word) => word.replaceAll("'", ''));
}

test('every example is a command line that is understood', () => {
  for (const { name, examples = [] } of commands) {
    for (const example of examples) {
      const [git, mlchain, ...argv] = words(example);
      assert.equal([git, mlchain], ['git', 'mlchain']);
      assert.is(readCommandLine(argv, commands).command?.name, name, example);
    }
  }
});

test.run();
