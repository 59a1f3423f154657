import * as os from 'node:os';
import * as path from 'node:path';

/** `$XDG_DATA_HOME/git-mlchain`: what belongs to this user and to no repository. */
export function dataDirectory(env: NodeJS.ProcessEnv): string {
  const data = env.XDG_DATA_HOME;
  const home = env.HOME ?? os.homedir();
  // The XDG base directory specification wants relative paths ignored.
  const base = data !== undefined && path.isAbsolute(data) ? data : path.join(home, '.local/share');
  return path.join(base, 'git-mlchain');
}
