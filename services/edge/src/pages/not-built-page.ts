import { problem, type Content } from '../answer.js';
import { htmlPage } from './html.js';

/** What screens say until they are built: the same to people and to programs. */
export function notBuiltPage(what: string, accept: string | undefined, traceId: string): Content {
  const content = problem('not_built', `the ${what} is not built yet`, traceId);
  if (accept?.includes('text/html') !== true) return content;
  return htmlPage(
    content.status,
    'Not built yet',
    `<p>The ${what} is not built yet. What it would show is in the <a href="/docs">API</a>.</p>`,
  );
}
