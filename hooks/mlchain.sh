# What the hooks of git-mlchain share. POSIX sh; on the way to "nothing to do" there is one call of git and no Node,
# because a hook runs at every commit. `git mlchain hooks install` copies this text into each hook that it writes and
# puts the paths of node and of the program in front of it (mlchain_node, mlchain_program), because the PATH of an
# editor or a desktop is not the one of the shell that installed.

# The installer asks each hook whether it can be reached: answer before anything else happens.
if [ "${MLCHAIN_HOOK_PROBE-}" = 1 ]; then
  echo "git-mlchain $hook"
  exit 0
fi

chained=${0%/*}/$hook.mlchain-chained

git_dir=${GIT_DIR:-.git}
[ -d "$git_dir" ] || git_dir=$(git rev-parse --git-dir) || exit
common_dir=$git_dir # of all linked worktrees
if [ -f "$git_dir/commondir" ]; then
  IFS= read -r common_dir <"$git_dir/commondir"
  case $common_dir in
  /* | ?:*) ;;
  *) common_dir=$git_dir/$common_dir ;;
  esac
fi

say() {
  echo "git-mlchain: $*" >&2
}

# Standard input, byte by byte: git's lines about refs must reach everybody who wants them. A `git lfs pre-push` that
# finds its input already read uploads nothing and reports success. The dot keeps the last line feed.
hold_input() {
  input=$(cat && echo .) && input=${input%.}
}

# feed COMMAND...: runs it with the held input.
feed() {
  printf %s "$input" | "$@"
}

# The hook that was here before, with the same arguments.
run_chained() {
  [ ! -x "$chained" ] || "$chained" "$@"
}

# git-lfs does not put its hook where this one lies, so this one does its work, unless the hook before does it.
run_lfs() {
  [ "${mlchain_lfs-}" != no ] && uses_lfs || return 0
  if [ -x "$chained" ] && grep -Eq "^[^#]*git[- ]lfs +$hook" "$chained"; then return 0; fi
  if command -v git-lfs >/dev/null; then
    git lfs "$hook" "$@"
  else
    say "this repository uses git-lfs, but git-lfs was not found: no large file can be uploaded"
    return 2
  fi
}

# git-lfs has run here, or would run on what is checked out here.
uses_lfs() {
  [ -d "$common_dir/lfs" ] || grep -qs filter=lfs .gitattributes
}

# This clone has had to do with git-mlchain, or has something checked out that has.
concerns_mlchain() {
  [ -d "$common_dir/mlchain" ] ||
    git config --get-regexp '^mlchain\.' >/dev/null ||
    has_layout
}

has_layout() {
  git rev-parse --quiet --verify HEAD:.mlchain/root.layout >/dev/null
}

# Loudly: what is not recorded or verified now will be missed later.
skips() {
  [ "${MLCHAIN_SKIP-}" = 1 ] && say "MLCHAIN_SKIP=1: $*"
}

# The node and the program remembered at install, or else what PATH has.
find_mlchain() {
  if [ -f "${mlchain_program-}" ]; then
    [ -x "${mlchain_node-}" ] || mlchain_node=$(command -v node) && return
  fi
  mlchain_program=
  command -v git-mlchain >/dev/null
}

# NODE_EXTRA_CA_CERTS makes every start of Node slow, and no hook speaks TLS itself.
run_mlchain() {
  unset NODE_EXTRA_CA_CERTS
  if [ -n "$mlchain_program" ]; then
    "$mlchain_node" "$mlchain_program" hook "$hook" -- "$@"
  else
    git-mlchain hook "$hook" -- "$@"
  fi
}
