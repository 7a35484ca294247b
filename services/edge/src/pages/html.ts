import { createHash } from 'node:crypto';
import type { Content } from '../answer.js';

const STYLE = `
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}
a{color:#0b57d0}code,pre{font:14px/1.45 ui-monospace,monospace}
pre{overflow:auto;background:#f4f6f8;padding:.75rem;border-radius:.4rem}
summary{cursor:pointer;padding:.25rem 0}.method{display:inline-block;min-width:4.5rem;font-weight:600}
@media(prefers-color-scheme:dark){body{background:#12161b;color:#e4e8ec}a{color:#8ab4f8}pre{background:#1d232a}}
`;

/** The page's only style is known by its hash: nothing else is drawn, run or fetched. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A page of the edge. @param body markup whose texts are escaped already */
export function htmlPage(status: number, title: string, body: string): Content {
  return {
    status,
    type: 'text/html; charset=utf-8',
    headers: { 'content-security-policy': POLICY },
    body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escaped(title)}</h1>
${body}
</main></body></html>
`,
  };
}
