/**
 * Of the variables that begin with `GIT_`, those a child may see. A list of what is known to be harmless, not of
 * what is known to be dangerous: GIT_DIR, GIT_INDEX_FILE, GIT_REPLACE_REF_BASE, GIT_EXTERNAL_DIFF,
 * GIT_LITERAL_PATHSPECS and whatever a later git invents change what git reads behind our back.
 */
const KEPT = new Set([
  'GIT_EXEC_PATH',
  // the user's own `git -c name=value mlchain …`
  'GIT_CONFIG_PARAMETERS',
  'GIT_CONFIG_COUNT',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CEILING_DIRECTORIES',
  'GIT_DISCOVERY_ACROSS_FILESYSTEM',
  // the objects of a push that is still being judged (pre-receive), see git-receive-pack(1)
  'GIT_QUARANTINE_PATH',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'GIT_ASKPASS',
  'GIT_TERMINAL_PROMPT',
  'GIT_PROXY_COMMAND',
  'GIT_ALLOW_PROTOCOL',
  'GIT_PROTOCOL_FROM_USER',
]);
const KEPT_FAMILIES =
  /^GIT_(AUTHOR|COMMITTER)_|^GIT_CONFIG_(KEY|VALUE)_\d+$|^GIT_(SSL|HTTP|PROXY_SSL|TRACE|TRACE2|CURL)(_|$)/;

/** What says which repository is meant; git exports it to hooks. Only finding the repository may see it. */
const REPOSITORY = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_COMMON_DIR'] as const;

/** Always set: replaced objects and grafts show another history, localised messages cannot be recognised. */
const HARDENED: NodeJS.ProcessEnv = {
  LC_ALL: 'C',
  GIT_NO_REPLACE_OBJECTS: '1',
  // A path below a file cannot exist: unlike an empty file, git passes over it without a word.
  GIT_GRAFT_FILE: '/dev/null/grafts',
  GIT_OPTIONAL_LOCKS: '0',
};

/**
 * Reading a repository never talks to anybody: a partial clone would otherwise fetch, silently and with a prompt, in
 * the middle of a verification. Git before 2.39.4 does not know GIT_NO_LAZY_FETCH; there no transport is allowed.
 */
const LOCAL: NodeJS.ProcessEnv = {
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_TERMINAL_PROMPT: '0',
  // A path is a path. Not for transports: the hooks of a server on the same machine would inherit it.
  GIT_LITERAL_PATHSPECS: '1',
};

/** The environment of every git child: ours, less every `GIT_*` that could change the answer, plus what hardens it. */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...withoutForeign(env), ...HARDENED };
}

/** {@link childEnvironment} for a command that must not leave this machine. */
export function localEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...childEnvironment(env), ...LOCAL };
}

/** The variables by which git told a hook which repository it runs for. */
export function repositoryVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    REPOSITORY.filter((name) => env[name] !== undefined).map((name) => [name, env[name]]),
  );
}

/** For a repository that was named outright: what a hook of another one inherited says nothing about it. */
export function withoutRepositoryVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign: ReadonlySet<string> = new Set(REPOSITORY);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.has(name)));
}

function withoutForeign(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !name.startsWith('GIT_') || KEPT.has(name) || KEPT_FAMILIES.test(name),
    ),
  );
}
