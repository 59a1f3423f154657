import type { Narrator } from './narrator.ts';
import type { Stage } from './stage.ts';
import { type Cast, clone } from './story.ts';

/** Anybody, in a fresh clone: our verifier, and Debian's in-toto-verify where it is installed. */
export async function freshClone(stage: Stage, narrator: Narrator, cast: Cast): Promise<void> {
  const eve = stage.actor('Eve');
  narrator.title('Anybody, in a fresh clone');
  narrator.act('Eve', '$ git mlchain verify');
  await clone(stage, eve, 'server.git', 'eve', cast.owner);
  const verdict = await stage.run(eve, 'eve', ['git', 'mlchain', 'verify']);
  narrator.expect(verdict.code === 0, verdict.output.split('\n')[0] ?? '', verdict.output);
  await inTotoAgrees(stage, narrator, cast);
}

async function inTotoAgrees(stage: Stage, narrator: Narrator, { owner }: Cast): Promise<void> {
  const eve = stage.actor('Eve');
  await stage.must(eve, 'eve', ['git', 'mlchain', 'export', '--in-toto', stage.at('export')]);
  if (!(await isInstalled(stage, 'in-toto-verify')) || !(await isInstalled(stage, 'gpg'))) {
    narrator.remark('in-toto-verify or gpg is not installed: that in-toto agrees was not checked');
    return;
  }
  narrator.act('Eve', '$ git mlchain export --in-toto ../export && in-toto-verify …');
  const verify = 'mkdir -m 700 -p "$GNUPGHOME" && gpg --quiet --batch --import ../keys/*.asc && ';
  const peer = `in-toto-verify --layout ../root.layout --link-dir .. --gpg ${owner.toLowerCase()}`;
  const { code, output } = await stage.run(eve, 'export/product', ['sh', '-c', `${verify}${peer}`]);
  await stage.run(eve, '.', ['gpgconf', '--kill', 'all']);
  narrator.expect(code === 0, 'in-toto-verify accepts the same chain', output);
}

async function isInstalled(stage: Stage, program: string): Promise<boolean> {
  return (await stage.run(stage.actor('Eve'), '.', ['sh', '-c', `command -v ${program}`])).code === 0;
}
