import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MlchainError } from '../../errors.ts';

export interface Ran {
  readonly code: number;
  /** Both streams, in the order they came. */
  readonly output: string;
}

/** Somebody in the demo: a home, a key and clones of their own. */
export interface Actor {
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Where the demo plays: one directory that holds every home, clone and server, and nothing outside it. */
export class Stage {
  readonly root: string;
  readonly #outer: NodeJS.ProcessEnv;

  constructor(root: string, outer: NodeJS.ProcessEnv) {
    this.root = root;
    this.#outer = outer;
    fs.mkdirSync(this.at('bin'), { recursive: true });
    const program = [process.execPath, programFile()].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
    fs.writeFileSync(this.at('bin', 'git-mlchain'), `#!/bin/sh\nexec ${program.join(' ')} "$@"\n`, {
      mode: 0o755,
    });
  }

  at(...parts: string[]): string {
    return path.join(this.root, ...parts);
  }

  /** A new person, with nothing of the real user's: no git settings, no keys, no agent. */
  actor(name: string): Actor {
    const home = this.at('home', name.toLowerCase());
    fs.mkdirSync(path.join(home, 'run'), { recursive: true, mode: 0o700 });
    const email = `${name.toLowerCase()}@example.org`;
    const settings = `[user]\n\tname = ${name}\n\temail = ${email}\n[pull]\n\trebase = false\n[init]\n\tdefaultBranch = main\n`;
    fs.writeFileSync(path.join(home, '.gitconfig'), settings);
    return {
      name,
      env: {
        PATH: `${this.at('bin')}${path.delimiter}${path.dirname(process.execPath)}${path.delimiter}${this.#outer.PATH ?? ''}`,
        HOME: home,
        XDG_DATA_HOME: path.join(home, 'data'),
        XDG_CONFIG_HOME: path.join(home, 'config'),
        XDG_RUNTIME_DIR: path.join(home, 'run'),
        GNUPGHOME: path.join(home, 'gnupg'),
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        LC_ALL: 'C.UTF-8',
        TMPDIR: this.#outer.TMPDIR,
      },
    };
  }

  /** Runs `git …` (or another program) as somebody, in a directory below the stage. */
  async run(actor: Actor, directory: string, command: readonly string[]): Promise<Ran> {
    const [program = 'git', ...args] = command;
    const child = spawn(program, args, {
      cwd: this.at(directory),
      env: actor.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) =>
        resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }),
      );
    });
  }

  /** The same, for what has to work: throws with all output when it does not. */
  async must(actor: Actor, directory: string, ...commands: readonly (readonly string[])[]): Promise<string> {
    let output = '';
    for (const command of commands) {
      const ran = await this.run(actor, directory, command);
      output += ran.output;
      if (ran.code === 0) continue;
      throw new MlchainError(
        'failed',
        `${actor.name}: '${command.join(' ')}' ended with ${ran.code}:\n${ran.output}`,
      );
    }
    return output;
  }

  copy(from: string, to: string): void {
    fs.cpSync(this.at(from), this.at(to), { recursive: true });
  }
}

/** The file that starts us, beside the one that we are. */
function programFile(): string {
  const found = fileURLToPath(new URL('git-mlchain.cjs', import.meta.url));
  if (fs.existsSync(found)) return found;
  throw new MlchainError('failed', 'the demo runs the built program: npm run build');
}

/** What the package ships beside the bundle: `examples`, `hooks`. */
export function packageFile(name: string): string {
  return path.join(path.dirname(programFile()), '..', name);
}
