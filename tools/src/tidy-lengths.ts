import ts from 'typescript';
import type { SourceFile } from './repository.js';
import type { Finding } from './tidy-finding.js';

export const GREATEST_FILE_LINES = 500;
export const P95_FILE_LINES = 300;
export const GREATEST_FUNCTION_LINES = 70;

const CODE = /\.([cm]?[jt]s|tsx)$/;
/** A test's `describe` and a migration's table are lists, not functions to follow. */
const LISTS = /(^|\/)(test|migrations|scenarios|bench)\//;

const lineCount = (text: string): number => text.trimEnd().split('\n').length;

/** The length that 95 of 100 files do not exceed. */
export function percentile95(lengths: readonly number[]): number {
  const sorted = [...lengths].sort((left, right) => left - right);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
}

export function checkFileLengths(files: readonly SourceFile[]): Finding[] {
  const code = files.filter((file) => CODE.test(file.path));
  const findings = code
    .filter((file) => lineCount(file.text) > GREATEST_FILE_LINES)
    .map((file) => ({
      path: file.path,
      line: GREATEST_FILE_LINES + 1,
      rule: 'file-length',
      message: `${String(lineCount(file.text))} lines; ${String(GREATEST_FILE_LINES)} is the most`,
    }));
  const p95 = percentile95(code.map((file) => lineCount(file.text)));
  if (p95 > P95_FILE_LINES) {
    const message = `95 of 100 files reach ${String(p95)} lines; ${String(P95_FILE_LINES)} is the most`;
    findings.push({ path: '.', line: 1, rule: 'file-length-p95', message });
  }
  return findings;
}

/** Lines of code from the first to the last of a node: blank and comment lines do not count. */
function codeLines(node: ts.Node, source: ts.SourceFile): number {
  return node
    .getText(source)
    .split('\n')
    .filter((line) => !/^\s*($|\/\/|\/\*|\*)/.test(line)).length;
}

function isFunction(node: ts.Node): boolean {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node) ||
    ts.isAccessor(node)
  );
}

export function checkFunctionLengths(file: SourceFile): Finding[] {
  if (!CODE.test(file.path) || LISTS.test(file.path)) return [];
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2023, true);
  const findings: Finding[] = [];
  const visit = (node: ts.Node): void => {
    const lines = isFunction(node) ? codeLines(node, source) : 0;
    if (lines > GREATEST_FUNCTION_LINES) {
      findings.push({
        path: file.path,
        line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1,
        rule: 'function-length',
        message: `${String(lines)} lines; ${String(GREATEST_FUNCTION_LINES)} is the most`,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return findings;
}
