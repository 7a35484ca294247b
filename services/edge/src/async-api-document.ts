import { FLOW, subjectOf, type Contract } from '@roamgrid/contracts';
import { z } from 'zod';

type Json = Record<string, unknown>;

/** A preprocessing step (an integer read as decimal text) documents what comes out of it. */
function documentOutput(context: { zodSchema: z.core.$ZodType; jsonSchema: Json }): void {
  const { zodSchema, jsonSchema } = context;
  if (!(zodSchema instanceof z.ZodPipe) || !(zodSchema.in instanceof z.ZodTransform)) return;
  const { $schema: _dialect, ...out } = z.toJSONSchema(zodSchema.out as z.ZodType);
  Object.assign(jsonSchema, out);
}

/** A message's parts, and the schemas that they refer to under names of their own. */
class Messages {
  readonly messages: Json = {};
  readonly schemas: Json = {};

  add(contract: Contract): void {
    const name = nameOf(contract);
    this.messages[`${name}_request`] = {
      name,
      summary: contract.summary,
      payload: this.#payloadOf(contract.request, `${name}_request`),
    };
    this.messages[`${name}_reply`] = {
      name: `${name} reply`,
      payload: this.#payloadOf(contract.reply, `${name}_reply`),
    };
  }

  #payloadOf(schema: z.ZodType, name: string): Json {
    const described = z.toJSONSchema(schema, {
      unrepresentable: 'any',
      override: documentOutput,
    });
    const located = JSON.parse(
      JSON.stringify(described).replaceAll('"#/$defs/', `"#/components/schemas/${name}_`),
    ) as Json;
    const { $schema: _dialect, $defs = {}, ...payload } = located;
    for (const [key, definition] of Object.entries($defs as Json)) {
      this.schemas[`${name}_${key}`] = definition;
    }
    return payload;
  }
}

function nameOf(contract: Contract): string {
  return `${contract.service}_${contract.name}`;
}

function reference(...path: readonly string[]): Json {
  return { $ref: `#/${path.join('/')}` };
}

function channelOf(contract: Contract): [string, Json] {
  const name = nameOf(contract);
  return [
    name,
    {
      address: `rg.{utility}.${subjectOf(contract)}`,
      description: `${contract.kind}, version ${String(contract.version)}, ${
        contract.scope === 'own' ? 'inside one utility' : 'to a partner utility'
      }`,
      parameters: { utility: { description: 'slug of the utility whose service is asked' } },
      messages: {
        request: reference('components', 'messages', `${name}_request`),
        reply: reference('components', 'messages', `${name}_reply`),
      },
    },
  ];
}

/** As the service that handles the message sees it: it receives the request and replies. */
function operationOf(contract: Contract): [string, Json] {
  const name = nameOf(contract);
  const channel = reference('channels', name);
  return [
    name,
    {
      action: 'receive',
      summary: contract.summary,
      channel,
      messages: [reference('channels', name, 'messages', 'request')],
      reply: { channel, messages: [reference('channels', name, 'messages', 'reply')] },
      tags: contract.senders.map((sender) => ({ name: `from ${sender}` })),
    },
  ];
}

/** The AsyncAPI 3 document of the bus, made from the list of messages. */
export function asyncApiDocument(): Json {
  const components = new Messages();
  for (const contract of FLOW) components.add(contract);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Roamgrid messages',
      version: '1',
      description: "Every message between a utility's services and between utilities.",
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(FLOW.map(channelOf)),
    operations: Object.fromEntries(FLOW.map(operationOf)),
    components: { messages: components.messages, schemas: components.schemas },
  };
}
