import { ruleText } from '../intoto/rule.ts';
import type { LintCode, LintProblem } from './lint-problem.ts';

/** A problem in plain words; parts of it are foreign text, to be escaped by whoever shows it. */
export function lintMessage(problem: LintProblem): string {
  const { item, list, index, rule } = problem;
  const place = [
    ...(item === undefined ? [] : [item]),
    ...(list === undefined ? [] : [index === undefined ? list : `${list} rule ${index + 1}`]),
  ].join(', ');
  const isTold = rule === undefined || problem.code === 'matches-nothing';
  const quoted = isTold ? '' : ` (${ruleText(rule)})`;
  return `${place}${place === '' ? '' : ': '}${SENTENCES[problem.code](problem)}${quoted}`;
}

type Sentence = (problem: LintProblem) => string;

const SENTENCES: Readonly<Record<LintCode, Sentence>> = {
  malformed: ({ subject = '' }) => subject,
  expired: () => 'the layout has expired',
  'expires-soon': ({ subject }) => `the layout expires in ${subject} ${subject === '1' ? 'day' : 'days'}`,
  'no-id': () =>
    "the readme does not begin with 'mlchain-id: …': another repository's layout could stand in for this one",
  'two-steps': ({ subject, other }) =>
    `${subject} is a product of step ${other} too, so no release can ever pass`,
  'steps-meet': ({ subject, other }) => `products ${subject} could be products of step ${other} too`,
  'no-functionary': () => 'nobody may sign this step',
  'too-few-functionaries': ({ subject }) => `the threshold can never be met: ${subject} functionaries`,
  'unused-key': ({ subject }) => `no step names the key ${subject}`,
  'key-validity': ({ subject }) =>
    `the key ${subject} has a validity_period: once it is over, in-toto refuses all that the key ever signed`,
  'foreign-key': ({ subject }) =>
    `the key ${subject} is not OpenPGP's: its signatures count only for imported links and in 'verify --in-toto'`,
  'unknown-step': ({ other }) => `there is no step named ${other}`,
  'later-step': ({ other }) => `step ${other} comes later in the layout`,
  'match-cycle': ({ subject }) => `steps match each other in a circle: ${subject}`,
  sublayout: () => "its evidence is a layout of its own, which only 'verify --in-toto' judges",
  unreachable: () => "never reached: 'DISALLOW *' stands before it",
  'no-disallow': () => "no 'DISALLOW *' at the end: whatever no rule names is allowed",
  'create-in-materials': () => 'has no effect here: what a step creates is no material of it',
  'require-consumed': ({ subject }) =>
    `${subject === 'ALLOW' ? 'always fails' : 'may fail'}: a rule before it takes the artifact away (${subject})`,
  'bare-star': starSentence,
  'unsigned-material': () => 'no step makes it, so nobody signs for it',
  'match-bypassed': ({ other }) => `takes what step ${other} makes, whether ${other} signed it or not`,
  'matches-nothing': ({ subject }) => `no file matches ${subject}`,
};

function starSentence({ rule, list }: LintProblem): string {
  if (rule?.type === 'MATCH') return "a bare '*' does not tell the recorder what to record";
  if (list === 'materials') return "a bare '*' lets any material in, signed or not";
  if (rule?.type === 'ALLOW') return "a bare '*' allows every product and makes the step answer for none";
  return "a bare '*' makes the step answer for every file of the repository";
}
