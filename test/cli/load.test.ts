import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadableCommands, loadCommand } from '../../src/cli/load.ts';
import { commands } from '../../src/cli/table.ts';

test('every command of the table has a module, and every module a command', () => {
  assert.equal([...loadableCommands()].sort(), commands.map(({ name }) => name).sort());
});

test('every module can be loaded and run', async () => {
  for (const name of loadableCommands()) assert.type((await loadCommand(name)).run, 'function', name);
});

test('a name that is not in the table is a defect', async () => {
  const error = await loadCommand('xyzzy').catch((thrown: Error) => thrown);
  assert.match(String(error), /'xyzzy' is declared in the table but not in load\.ts/);
});

test.run();
