import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readClaimedLayout, readClaimIfWhole } from '../../src/cli/claimed-layout.ts';
import { writeEnvelopeFile } from '../../src/intoto/envelope.ts';
import { makeContext } from '../support/context.ts';
import { failure } from '../support/failure.ts';
import { makeLayoutJson } from '../support/layout.ts';
import type { People } from '../support/pipeline.ts';
import { makePeople } from '../support/pipeline.ts';
import { signedBy } from '../support/signed-layout.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';
import type { Signatory } from '../support/world.ts';

interface Story {
  clone: WorkingClone;
  people: People;
}

const claims = suite<Story>('what a repository claims');

claims.before(async (story) => {
  story.people = await makePeople();
});

claims.before.each(async (story) => {
  story.clone = await makeClone();
});

claims.after.each(({ clone }) => clone.cleanup());

const signed = makeLayoutJson({ steps: { train: {} } });

function write({ clone }: Story, signers: readonly Signatory[], certified: readonly Signatory[]): void {
  const envelope = signedBy(signed, signers);
  clone.write('.mlchain/root.layout', writeEnvelopeFile(envelope.signed, envelope.signatures));
  for (const { fingerprint, certificate } of certified) {
    clone.write(`.mlchain/keys/${fingerprint}.asc`, certificate.armored);
  }
}

async function read({ clone }: Story) {
  return await readClaimedLayout(await clone.reopen(), makeContext(clone).context);
}

claims('a repository without a layout claims nothing, before its first commit and after', async (story) => {
  assert.is(await read(story), undefined);
  await story.clone.commit();
  assert.is(await read(story), undefined);
});

claims(
  'whoever signed is named where their certificate is there; of others only the key id is known',
  async (story) => {
    const { olivia, alice } = story.people;
    write(story, [olivia, alice], [olivia]);
    const claimed = await read(story);
    assert.equal(claimed?.signers, [
      { fingerprint: olivia.fingerprint, name: olivia.certificate.userIds[0] },
    ]);
    assert.equal(claimed?.unproven, [alice.keyid]);
    assert.equal(
      claimed?.layout.steps.map(({ name }) => name),
      ['train'],
    );
  },
);

claims('somebody who signed twice is one person', async (story) => {
  const { olivia } = story.people;
  write(story, [olivia, olivia], [olivia]);
  assert.is((await read(story))?.signers.length, 1);
});

claims('a layout that was edited after signing is signed by nobody', async (story) => {
  const { olivia } = story.people;
  write(story, [olivia], [olivia]);
  const file = path.join(story.clone.path, '.mlchain/root.layout');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"train"', '"trial"'));
  const claimed = await read(story);
  assert.equal(claimed?.signers, []);
  assert.equal(claimed?.unproven, [olivia.keyid]);
});

claims('the work tree goes before HEAD, HEAD stands in where the work tree has none', async (story) => {
  const { olivia, alice } = story.people;
  write(story, [olivia], [olivia]);
  await story.clone.commit();
  write(story, [alice], [alice]);
  assert.is((await read(story))?.signers[0]?.fingerprint, alice.fingerprint);
  story.clone.remove('.mlchain');
  assert.is((await read(story))?.signers[0]?.fingerprint, olivia.fingerprint);
});

claims('a malformed layout is an error to who needs it, a warning to who does not', async (story) => {
  story.clone.write('.mlchain/root.layout', '{"signed":');
  assert.is((await failure(read(story))).code, 'input');
  const { context, said } = makeContext(story.clone);
  assert.is(await readClaimIfWhole(await story.clone.reopen(), context), 'malformed');
  assert.match(said(), /^warning: \.mlchain\/root\.layout: /);
});

claims.run();
