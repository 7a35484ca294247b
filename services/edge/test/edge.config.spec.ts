import { describe, expect, it } from '@jest/globals';
import { readConfiguration } from '@roamgrid/platform';
import { edgeConfiguration } from '../src/edge.config.js';

const read = (environment: Record<string, string>) =>
  readConfiguration(edgeConfiguration, environment);

describe('the configuration of the edge', () => {
  it('names the portals by their utility', () => {
    const PORTALS = 'duke-energy=http://duke:8091, alabama-power=https://alabama';
    expect(read({ PORTALS })).toEqual({
      LOG_LEVEL: 'warn',
      HOST: '127.0.0.1',
      PORT: 8080,
      ROUTER_URL: 'http://127.0.0.1:8090',
      IDENTITY_URL: 'http://127.0.0.1:8092',
      PORTALS: { 'duke-energy': 'http://duke:8091', 'alabama-power': 'https://alabama' },
    });
  });

  it.each([
    [{}, 'PORTALS: '],
    [{ PORTALS: 'duke-energy' }, 'PORTALS.0: slug=url, with commas between'],
    [{ PORTALS: 'Duke=http://duke' }, 'PORTALS.0.0: slug=url, with commas between'],
    [{ PORTALS: 'duke=http://duke,' }, 'PORTALS.1'],
    [{ PORTALS: 'duke=duke:8091' }, 'PORTALS.0.1: an http or https URL'],
    [{ PORTALS: 'duke=http://duke/' }, 'PORTALS.0.1: an origin, without a path'],
    [{ PORTALS: 'duke=http://duke/api' }, 'PORTALS.0.1: an origin, without a path'],
    [{ PORTALS: 'duke=http://duke', ROUTER_URL: 'ftp://x' }, 'ROUTER_URL: an http or https URL'],
    [{ PORTALS: 'duke=http://duke', PORT: 'x' }, 'PORT: '],
  ])('refuses %p', (environment: Record<string, string>, message) => {
    expect(() => read(environment)).toThrow(message);
  });
});
