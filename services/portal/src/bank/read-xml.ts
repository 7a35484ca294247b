import { DOMParser, type Element } from '@xmldom/xmldom';
import { refuseStatement } from './refuse-statement.js';

const DEEPEST = 64;
const ELEMENT = 1;

/**
 * An XML document as plain values: an element with elements in it is an object by their local names, one without is
 * its text; attributes stand under `@name`, the text beside them under `#text`. Nothing is expanded: a document type,
 * where entities would be declared, is refused before anything is parsed.
 *
 * @param lists local names of elements that may stand more than once
 * @throws RoamgridError `malformed_request`
 */
export function readXml(xml: string, lists: ReadonlySet<string>): unknown {
  if (/<!\s*(?:DOCTYPE|ENTITY)/i.test(xml)) {
    refuseStatement('', 'a statement has no document type and declares no entities');
  }
  const root = parse(xml);
  if (root === null) return refuseStatement('', 'not well-formed XML');
  return { [root.localName ?? '']: valueOf(root, lists, 0) };
}

function parse(xml: string): Element | null {
  const parser = new DOMParser({
    onError: (level) => {
      throw new SyntaxError(level);
    },
  });
  try {
    return parser.parseFromString(xml, 'application/xml').documentElement;
  } catch {
    // the parser's message quotes the document, which is nobody else's to read
    return null;
  }
}

const isElement = (node: { readonly nodeType: number }): node is Element =>
  node.nodeType === ELEMENT;

function valueOf(element: Element, lists: ReadonlySet<string>, depth: number): unknown {
  if (depth > DEEPEST) return refuseStatement('', 'nested deeper than any statement is');
  const children = [...element.childNodes].filter(isElement);
  const attributes = [...element.attributes].map(({ name, value }) => [`@${name}`, value] as const);
  const text = (element.textContent ?? '').trim();
  if (children.length === 0) {
    return attributes.length === 0 ? text : Object.fromEntries([['#text', text], ...attributes]);
  }
  const values = new Map<string, unknown[]>();
  for (const child of children) {
    const name = child.localName ?? '';
    const value = valueOf(child, lists, depth + 1);
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  // one that stands twice and is no list is left for the schema to refuse
  const members = [...values].map(([name, all]) => [
    name,
    all.length > 1 || lists.has(name) ? all : all[0],
  ]);
  return Object.fromEntries([...attributes, ...members]);
}
