import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readCertificates } from '../../src/openpgp/certificate.ts';
import { certificateFromText, certificateToText } from '../../src/openpgp/certificate-text.ts';
import { asMaps } from '../support/as-maps.ts';
import { vectorsDir } from '../support/person.ts';

const dir = path.join(vectorsDir, 'keys');

test('a remembered judgement is the judgement, field by field, for every kind of key', async () => {
  for (const file of fs.readdirSync(dir).filter((name) => name.endsWith('.asc'))) {
    for (const certificate of await readCertificates(fs.readFileSync(path.join(dir, file)))) {
      const text = certificateToText(certificate);
      assert.not.match(text, /\n/);
      assert.equal(asMaps(certificateFromText(text)), asMaps(certificate), file);
    }
  }
});

test('what an older policy judged is not used', async () => {
  const [certificate] = await readCertificates(fs.readFileSync(path.join(dir, 'ed25519.pub.asc')));
  assert.ok(certificate);
  const old = certificateToText(certificate).replace(/"policy":\d+/, '"policy":1');
  assert.is(certificateFromText(old), undefined);
});

test.run();
