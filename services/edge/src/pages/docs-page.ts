import type { Content } from '../answer.js';
import { escaped, htmlPage } from './html.js';

type Json = Readonly<Record<string, unknown>>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** `#/components/schemas/Cdr` becomes a link to its place on the page. */
function shown(value: unknown): string {
  return escaped(JSON.stringify(value, null, 2)).replace(
    /#\/components\/schemas\/(\w+)/g,
    '<a href="#schema-$1">$1</a>',
  );
}

function section(title: string, value: unknown): string {
  return value === undefined ? '' : `<h4>${title}</h4><pre>${shown(value)}</pre>`;
}

function operation(path: string, method: string, details: Json): string {
  return `<details id="${escaped(text(details['operationId']))}">
<summary><span class="method">${method.toUpperCase()}</span> <code>${escaped(path)}</code>
${escaped(text(details['summary']))}</summary>
${section('Parameters', details['parameters'])}
${section('Body', details['requestBody'])}
${section('Security', details['security'])}
${section('Answers', details['responses'])}
</details>`;
}

interface Operation {
  readonly tag: string;
  readonly markup: string;
}

function operationsOf(document: Json): Operation[] {
  return Object.entries(objectOf(document['paths'])).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const details = objectOf(item)[method];
      if (details === undefined) return [];
      const [tag] = (objectOf(details)['tags'] as string[] | undefined) ?? [];
      return [{ tag: tag ?? 'Other', markup: operation(path, method, objectOf(details)) }];
    }),
  );
}

/** `/docs`: the OpenAPI document as a page, without script and without anything from elsewhere. */
export function docsPage(document: Json): Content {
  const operations = operationsOf(document);
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const groups = tags.map((tag) => {
    const markups = operations.filter((candidate) => candidate.tag === tag);
    return `<h2>${escaped(tag)}</h2>\n${markups.map(({ markup }) => markup).join('\n')}`;
  });
  const schemas = Object.entries(objectOf(objectOf(document['components'])['schemas'])).map(
    ([name, schema]) =>
      `<details id="schema-${escaped(name)}"><summary>${escaped(name)}</summary>
<pre>${shown(schema)}</pre></details>`,
  );
  return htmlPage(
    200,
    'Roamgrid API',
    `<p>${escaped(text(objectOf(document['info'])['description']))}</p>
<p>As data: <a href="/docs/openapi.json">openapi.json</a>,
<a href="/docs/asyncapi.json">asyncapi.json</a>.</p>
${groups.join('\n')}
<h2>Schemas</h2>
${schemas.join('\n')}`,
  );
}
