import * as os from 'node:os';
import * as path from 'node:path';

/** `$XDG_DATA_HOME/git-mlchain`: what belongs to this user and to no repository. */
export function dataDirectory(env: NodeJS.ProcessEnv): string {
  return ownDirectory(env, env.XDG_DATA_HOME, '.local/share');
}

/** `$XDG_CACHE_HOME/git-mlchain`: what this user's own program can make again. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  return ownDirectory(env, env.XDG_CACHE_HOME, '.cache');
}

function ownDirectory(env: NodeJS.ProcessEnv, given: string | undefined, belowHome: string): string {
  // The XDG base directory specification wants relative paths ignored.
  const base = isAbsolute(given) ? given : path.join(home(env), belowHome);
  return path.join(base, 'git-mlchain');
}

/** An empty or relative one would be a directory of whatever clone we are called in, and what it holds a stranger's. */
function home(env: NodeJS.ProcessEnv): string {
  return isAbsolute(env.HOME) ? env.HOME : os.userInfo().homedir;
}

function isAbsolute(directory: string | undefined): directory is string {
  return directory !== undefined && path.isAbsolute(directory);
}
