import { describe, expect, it } from '@jest/globals';
import { stationApiDocument } from '../src/http/station-api-document.js';
import { startFixture } from './router-fixture.js';

type Json = Record<string, unknown>;

describe('the description of the station HTTP API', () => {
  const document = JSON.parse(JSON.stringify(stationApiDocument())) as Json;
  const paths = document['paths'] as Record<string, Record<string, Json>>;

  const bodyOf = (path: string): Record<string, Json> => {
    const body = paths[path]?.['post']?.['requestBody'] as { content: Record<string, Json> };
    return (body.content['application/json']?.['schema'] as Json)['properties'] as never;
  };

  it('has every step', () => {
    expect(
      Object.entries(paths).map(([path, item]) => `${Object.keys(item).join()} ${path}`),
    ).toEqual([
      'post /station/v1/swipes',
      'post /station/v1/sessions/{id}/consent',
      'post /station/v1/sessions/{id}/decline',
      'post /station/v1/sessions/{id}/start',
      'post /station/v1/sessions/{id}/meter-values',
      'post /station/v1/sessions/{id}/stop',
      'get /station/v1/sessions/{id}',
    ]);
  });

  it('gives bodies as a station writes them', () => {
    const swipe = bodyOf('/station/v1/swipes');
    expect(swipe['connectorId']).toEqual({ type: 'integer', minimum: 1, maximum: 99 });
    expect(swipe['requestedEnergyKwh']).toMatchObject({
      type: ['string', 'integer'],
    });
    expect(bodyOf('/station/v1/sessions/{id}/stop')['reason']).toMatchObject({
      enum: ['full', 'driver', 'interrupted', 'creditExhausted', 'fault'],
    });
  });

  it('is told by the router to whoever stands before it', async () => {
    const fixture = await startFixture();
    const url = `http://127.0.0.1:${String(fixture.router.port)}/.well-known/openapi.json`;
    const response = await fetch(url);
    expect([response.status, await response.json()]).toEqual([200, document]);
    await fixture.stop();
  });
});
