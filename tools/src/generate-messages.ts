import { subjectOf, type Contract } from '@roamgrid/contracts';
import { z } from 'zod';
import { describeType, fieldsOf, jsonSchemaOf, type JsonSchema } from './json-schema.js';
import { cell, table } from './markdown.js';

/**
 * Gives the schemas that a package exports their names, so that a page shows each of them once and
 * refers to it elsewhere.
 */
export function nameSchemas(exported: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [name, value] of Object.entries(exported)) {
    if (!(value instanceof z.ZodType)) continue;
    z.globalRegistry.add(value, { ...z.globalRegistry.get(value), id: name });
    names.add(name);
  }
  return names;
}

const link = (definition: string): string => `[${definition}](#${definition.toLowerCase()})`;

function fieldsTable(schema: JsonSchema): string {
  const rows = fieldsOf(schema).map((field) => [
    `\`${field.path}\``,
    cell(describeType(field.schema, link)),
    field.required ? 'yes' : '',
    cell(field.schema.description ?? ''),
  ]);
  return rows.length === 0
    ? cell(describeType(schema, link))
    : table(['member', 'type', 'required', 'meaning'], rows);
}

/** Collects the definitions that a schema refers to, its own root included. */
function gather(schema: JsonSchema, definitions: Map<string, JsonSchema>): JsonSchema {
  for (const [name, definition] of Object.entries(schema.$defs ?? {})) {
    definitions.set(name, definition);
  }
  return schema;
}

/** A request or reply that is nothing but a named schema is shown as a reference to it. */
function body(title: string, schema: z.ZodType, definitions: Map<string, JsonSchema>): string {
  const id = z.globalRegistry.get(schema)?.id;
  const read = gather(jsonSchemaOf(schema), definitions);
  if (id !== undefined) {
    definitions.set(id, read);
    return `${title}: ${link(id)}`;
  }
  return fieldsOf(read).length === 0 ? `${title}: nothing` : `${title}:\n\n${fieldsTable(read)}`;
}

function messageSection(contract: Contract, definitions: Map<string, JsonSchema>): string {
  const { kind, senders, service, scope, version } = contract;
  return [
    `### ${subjectOf(contract)}`,
    contract.summary,
    `${kind}, version ${String(version)}, ${scope === 'own' ? 'inside one utility' : 'to a partner'}: ${senders.join(', ')} → ${service}`,
    body('Request', contract.request, definitions),
    body('Reply', contract.reply, definitions),
  ].join('\n\n');
}

/** docs/messages.md: each message with its members, then the documents and values they share. */
export function messagesPage(flow: readonly Contract[]): string {
  const definitions = new Map<string, JsonSchema>();
  const messages = flow.map((contract) => messageSection(contract, definitions));
  const shared = [...definitions].sort(([left], [right]) => (left < right ? -1 : 1));
  return [
    '# Messages',
    'What the services say to each other; the order is that of [the flow](flow.md). A member that is not named here is refused.',
    '## In the order of the flow',
    ...messages,
    '## Documents and values',
    ...shared.map(([name, schema]) =>
      [
        `### ${name}`,
        ...(schema.description === undefined ? [] : [schema.description]),
        fieldsTable(schema),
      ].join('\n\n'),
    ),
  ].join('\n\n');
}
