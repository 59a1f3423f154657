import { createHash } from 'node:crypto';
import type { Finding, Severity } from '../verify/finding.ts';
import type { VerdictReport } from '../verify/verdict.ts';
import { version } from '../version.ts';
import { findingText, findingTitles } from './finding-text.ts';
import { jsonDocument } from './json.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** A finding without a path is about what the layout demands. Code scanners drop results that have no place at all. */
const LAYOUT = '.mlchain/root.layout';

/** SARIF 2.1.0 for code scanning (OASIS, sarif-v2.1.0 §3.13 and following). */
export function sarif(report: VerdictReport): string {
  return jsonDocument({
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'git-mlchain', version, rules: rules() } },
        // The judge came to an end, whatever it found; §3.20.14.
        invocations: [{ executionSuccessful: true }],
        properties: {
          verdict: report.verdict,
          revision: report.revision ?? null,
          questions: report.questions,
        },
        results: report.findings.map(result),
      },
    ],
  });
}

function rules() {
  return findingTitles().map(([id, text]) => ({ id, shortDescription: { text } }));
}

function result(finding: Finding) {
  const { message, hint } = findingText(finding);
  return {
    ruleId: finding.code,
    level: level(finding.severity),
    message: { text: hint === undefined ? message : `${message}\nhint: ${hint}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriPath(finding.path ?? LAYOUT) },
          region: { startLine: 1 },
        },
      },
    ],
    partialFingerprints: { 'mlchain/v1': identity(finding) },
    properties: { commit: finding.commit ?? null, step: finding.step ?? null },
  };
}

function level(severity: Severity): 'error' | 'warning' | 'note' {
  switch (severity) {
    case 'violation':
      return 'error';
    case 'incomplete':
      return 'warning';
    case 'warning':
      return 'note';
  }
}

/** The same finding keeps its identity from run to run: one alert, not one a day. */
function identity({ code, commit, step, path, signer }: Finding): string {
  const parts = [code, commit, step, path, signer?.fingerprint].map((part) => part ?? null);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** RFC 3986 path; a byte that is not UTF-8 (a lone surrogate, `git/paths.ts`) as itself. */
function uriPath(path: string): string {
  return [...path].map((character) => (character === '/' ? '/' : uriCharacter(character))).join('');
}

function uriCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (character.length === 1 && code >= 0xd800 && code <= 0xdfff) {
    return `%${(code & 0xff).toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encodeURIComponent(character);
}
