import type { Layout } from '../intoto/layout.ts';
import type { Link } from '../intoto/link.ts';
import { directoryOf } from '../layout/control.ts';
import { lastSteps } from '../layout/last-steps.ts';
import type { Finding } from './finding.ts';

/** Something that somebody was handed and asks about: a file, or a directory with all that lies in it. */
export interface Delivered {
  /** As typed: foreign text. */
  readonly file: string;
  /** Of a file its content's, of a directory its `dir:` digest; lower hex. */
  readonly sha256: string;
  /** What lies in a directory; undefined for a file. */
  readonly inside?: readonly Delivered[] | undefined;
}

/** What a delivered file turned out to be. */
export interface DeliveredProduct {
  readonly file: string;
  readonly sha256: string;
  /** Its name in the link of `step`; undefined where no last step made it. */
  readonly product: string | undefined;
  readonly step: string | undefined;
}

interface Product {
  readonly step: string;
  readonly name: string;
  readonly sha256: string;
}

/**
 * Whether what was delivered is what the chain ends in: a product of a step that no other step's rules MATCH. A digest
 * alone would let two products change places, so a file that has the name of a product has to be that one.
 */
export function judgeDelivered(
  delivered: readonly Delivered[],
  layout: Layout,
  linkOf: (step: string) => Link | undefined,
): { readonly products: readonly DeliveredProduct[]; readonly findings: readonly Finding[] } {
  const last = lastSteps(layout).map(({ name }) => name);
  const all = layout.steps.flatMap(({ name }) => productsOf(name, linkOf(name)));
  const final = all.filter(({ step }) => last.includes(step));
  const products: DeliveredProduct[] = [];
  const findings: Finding[] = [];
  for (const { file, sha256 } of delivered.flatMap((each) => piecesOf(each, final))) {
    const found = productFor(file, sha256, final);
    const product = found?.sha256 === sha256 ? found : undefined;
    products.push({ file, sha256, product: product?.name, step: product?.step });
    if (product !== undefined) continue;
    findings.push({
      code: 'artifact-mismatch',
      severity: 'violation',
      path: file,
      step: found?.step,
      expected: found && `sha256:${found.sha256}`,
      found: `sha256:${sha256}`,
      detail:
        found === undefined ? notFinal(sha256, all, last) : `the name of ${found.name}, another content`,
    });
  }
  return { products, findings };
}

function productsOf(step: string, link: Link | undefined): Product[] {
  return [...(link?.products ?? [])].flatMap(([name, digests]) => {
    const sha256 = digests.get('sha256');
    return sha256 === undefined ? [] : [{ step, name, sha256 }];
  });
}

/** A directory is one artifact where a step recorded it as one, and otherwise each file for itself. */
function piecesOf(delivered: Delivered, final: readonly Product[]): readonly Delivered[] {
  if (delivered.inside === undefined) return [delivered];
  const whole = final.some(({ name, sha256 }) => isDirectory(name) && sha256 === delivered.sha256);
  return whole ? [{ file: delivered.file, sha256: delivered.sha256 }] : delivered.inside;
}

/** The product that a file must be or, failing that, claims to be by its name. A file renamed on the way is found too. */
function productFor(file: string, sha256: string, final: readonly Product[]): Product | undefined {
  const named = final.filter(({ name }) => lastPart(name) === lastPart(file));
  const same = (product: Product) => product.sha256 === sha256;
  return named.find(same) ?? named[0] ?? final.find(same);
}

function notFinal(sha256: string, all: readonly Product[], last: readonly string[]): string {
  const earlier = all.find((product) => product.sha256 === sha256);
  const of = `the last ${last.length === 1 ? 'step' : 'steps'}, ${last.join(', ')}`;
  if (earlier === undefined) return `no product of ${of}`;
  return `${earlier.name}, which ${earlier.step} made; expected a product of ${of}`;
}

function isDirectory(name: string): boolean {
  return directoryOf(name) !== undefined;
}

function lastPart(name: string): string {
  const path = directoryOf(name) ?? name;
  return path.replace(/\/+$/, '').replace(/^.*\//s, '');
}
