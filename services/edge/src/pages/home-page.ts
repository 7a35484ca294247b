import type { Content } from '../answer.js';
import { escaped, htmlPage } from './html.js';

function link(path: string, text: string): string {
  return `<li><a href="${escaped(path)}">${escaped(text)}</a> <code>${escaped(path)}</code></li>`;
}

function address(path: string, text: string): string {
  return `<li>${escaped(text)} <code>${escaped(path)}</code></li>`;
}

/** `/`: where to go. */
export function homePage(utilities: readonly string[]): Content {
  const apis = utilities.map((utility) => address(`/${utility}/api/v1`, `API of ${utility}`));
  const keys = utilities.map((utility) =>
    link(`/${utility}/.well-known/jwks.json`, `Public keys of ${utility}`),
  );
  return htmlPage(
    200,
    'Roamgrid',
    `<p>Charge at another utility's station, get one bill from home.</p>
<h2>For people</h2>
<p>The billing console and the station's kiosk are not built yet.</p>
<h2>For programs</h2>
<ul>
${link('/docs', 'API descriptions')}
${link('/docs/openapi.json', 'OpenAPI document')}
${link('/docs/asyncapi.json', 'AsyncAPI document')}
${link('/oidc/.well-known/openid-configuration', 'Authorization server')}
${address('/ocpp/{stationId}', 'OCPP-J for stations, 1.6 and 2.0.1')}
${address('/station/v1', 'HTTP for stations')}
${apis.join('\n')}
${keys.join('\n')}
</ul>
<h2>For operators</h2>
<ul>
${link('/health/ready', 'Readiness of every part')}
${link('/health/live', 'Liveness')}
${link('/metrics', 'Metrics')}
</ul>`,
  );
}
