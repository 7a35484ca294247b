import { describe, expect, it } from '@jest/globals';
import { openApiDocument } from '../src/open-api/open-api-document.js';
import { ROUTES } from '../src/routes/all-routes.js';

type Json = Record<string, unknown>;

describe('the OpenAPI document', () => {
  const document = openApiDocument('http://gateway.example') as Record<string, Json>;
  const operations = Object.values(document['paths'] ?? {}).flatMap((item) =>
    Object.entries(item as Record<string, Json>).filter(([method]) => method !== 'parameters'),
  );

  it('has every route, each operation id once', () => {
    const ids = operations.map(([, operation]) => operation['operationId']);
    expect(ids).toHaveLength(ROUTES.length);
    expect(new Set(ids).size).toBe(ROUTES.length);
  });

  it('gives every operation a schema of its answer, and of its body where it takes one', () => {
    for (const [method, operation] of operations) {
      const responses = operation['responses'] as Record<string, Json>;
      const success = Object.keys(responses).find((status) => status.startsWith('2')) ?? '501';
      expect([operation['operationId'], responses[success]]).toEqual([
        operation['operationId'],
        expect.objectContaining({ content: expect.anything() }),
      ]);
      if (method === 'get') expect(operation).not.toHaveProperty('requestBody');
    }
  });

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(ROUTES.length);
    for (const [, path = ''] of references) {
      const found = path
        .split('/')
        .reduce<unknown>((value, key) => (value as Json | undefined)?.[key], document);
      expect([path, found]).toEqual([path, expect.anything()]);
    }
  });

  it('documents decimals as strings with their pattern, also inside a tariff', () => {
    const text = JSON.stringify(document['paths']);
    expect(text).toContain('Idempotency-Key');
    const tariff = (document['paths'] as Record<string, Json>)['/{utility}/api/v1/tariffs'];
    expect(JSON.stringify(tariff)).toMatch(/"price":\{"type":"string","pattern":"/);
    expect(document['components']).toMatchObject({
      schemas: { Session: { type: 'object' }, Problem: { type: 'object' }, Invoice: {} },
    });
  });
});
