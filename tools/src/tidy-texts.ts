import type { SourceFile } from './repository.js';
import { findLines, type Finding } from './tidy-finding.js';

/** A word that is looked for is put together here, so that this file does not find itself. */
const word = (...pieces: readonly string[]): string => pieces.join('');

const REMINDER = new RegExp(`\\b(${word('TO', 'DO')}|${word('FIX', 'ME')}|${word('HA', 'CK')})\\b`);
const MACHINE_PATH = new RegExp(
  `(^|[\\s"'\`(=:,])/(${word('wo', 'rk')}|${word('ro', 'ot')}|${word('ho', 'me')}/[a-z]+)/`,
);
const FOCUSED =
  /\b(it|test|describe)\.(only|skip|todo)(\.each)?\s*[(`]|\b(xit|fit|xdescribe|fdescribe)\(/;
const SILENCED = new RegExp(
  `${word('eslint-', 'disable')}(?!.*\\s--\\s+\\S)|@ts-(ignore|nocheck)\\b|@ts-expect-error\\s*(\\*/)?\\s*$`,
);
const CODE = /\.([cm]?[jt]s|tsx)$/;

export function checkTexts(file: SourceFile): Finding[] {
  if (file.path === 'package-lock.json') {
    return findLines(
      file,
      /"resolved": "https?:/,
      'lock-file',
      'names a registry; .npmrc says omit-lockfile-registry-resolved',
    );
  }
  const findings = findLines(file, MACHINE_PATH, 'machine-path', 'a path of one machine');
  if (!CODE.test(file.path)) return findings;
  findings.push(
    ...findLines(file, REMINDER, 'reminder', 'a reminder left over: do it, or open an issue'),
    ...findLines(file, SILENCED, 'silenced', 'a check switched off without a reason behind `--`'),
  );
  if (file.path.endsWith('.spec.ts')) {
    findings.push(
      ...findLines(file, FOCUSED, 'focused-test', 'a test that runs alone or not at all'),
    );
  }
  return findings;
}
