import { describe, expect, it } from '@jest/globals';
import { segmentsOf } from '../src/path.js';
import { destinationOf } from '../src/upstreams.js';

const upstreams = {
  router: 'http://router',
  identity: 'http://identity',
  portals: { 'duke-energy': 'http://duke' },
};

function destination(url: string): string {
  const segments = segmentsOf(url);
  if (segments === null) return 'refused';
  const found = destinationOf(segments, upstreams);
  if (found.kind === 'upstream') return found.origin;
  return found.kind === 'page' ? found.name : 'nothing';
}

describe('where a path leads', () => {
  it.each([
    ['/', 'home'],
    ['/?x=1', 'home'],
    ['/docs', 'docs'],
    ['/docs/', 'docs'],
    ['/docs/openapi.json', 'openApi'],
    ['/docs/asyncapi.json', 'asyncApi'],
    ['/docs/other', 'nothing'],
    ['/health/live', 'live'],
    ['/health/ready', 'ready'],
    ['/metrics', 'metrics'],
    ['/ocpp/DUKE-CLT-001', 'http://router'],
    ['/ocpp/DUKE%3A1', 'http://router'],
    ['/ocpp', 'nothing'],
    ['/ocpp/a/b', 'nothing'],
    ['/station/v1/swipes', 'http://router'],
    ['/station/v2/swipes', 'nothing'],
    ['/stationary/v1', 'nothing'],
    ['/oidc/token', 'http://identity'],
    ['/oidc/.well-known/openid-configuration', 'http://identity'],
    ['/oidcx/token', 'nothing'],
    ['/duke-energy/api/v1/sessions?limit=2', 'http://duke'],
    ['/duke-energy/api/v1', 'http://duke'],
    ['/duke-energy/api/v2/sessions', 'nothing'],
    ['/duke-energy/.well-known/jwks.json', 'http://duke'],
    ['/duke-energy/metrics', 'nothing'],
    ['/other-utility/api/v1/sessions', 'nothing'],
    ['/constructor/api/v1', 'nothing'],
    ['/__proto__/api/v1', 'nothing'],
    ['/console/duke-energy/', 'console'],
    ['/kiosk/DUKE-CLT-001', 'kiosk'],
    ['/Duke-Energy/api/v1/sessions', 'nothing'],
    ['/OIDC/token', 'nothing'],
    ['//duke-energy/api/v1', 'refused'],
    ['/duke-energy//api/v1', 'refused'],
    ['/x/../duke-energy/api/v1', 'refused'],
    ['/x/%2e%2e/duke-energy/api/v1', 'refused'],
    ['/duke-energy/api/v1/%2E%2E/%2E%2E/metrics', 'refused'],
    ['/duke-energy/./api/v1', 'refused'],
    ['/duke-energy/api/v1/sessions%2f..%2f', 'refused'],
    ['/duke-energy/api%5cv1', 'refused'],
    ['/duke-energy\\api\\v1', 'refused'],
    ['/%64uke-energy/api/v1', 'refused'],
    ['/duke-energy/api/v1/a%00b', 'refused'],
    ['/duke-energy/api/v1/%', 'refused'],
    ['/duke-energy/api/v1/%25%32%65', 'refused'],
    ['http://duke-energy/api/v1', 'refused'],
    ['*', 'refused'],
    ['', 'refused'],
  ])('%s → %s', (url, expected) => {
    expect(destination(url)).toBe(expected);
  });
});
