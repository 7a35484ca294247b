/** `save-evidence.mjs <demo.json> <base URL> <folder>`: what an auditor gets, as files. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [path, baseUrl, folder] = process.argv.slice(2);
const { invoice, cdr, proof } = JSON.parse(readFileSync(path, 'utf8'));
const { visitedUtility, homeUtility } = invoice.document;

const save = (name, value) => writeFileSync(join(folder, name), JSON.stringify(value));
const jwksOf = async (utility) =>
  (await fetch(`${baseUrl}/${utility}/.well-known/jwks.json`)).json();

save('invoice.json', invoice);
save('cdr.json', cdr);
save('proof.json', proof);
save('visited-jwks.json', await jwksOf(visitedUtility));
save('home-jwks.json', await jwksOf(homeUtility));
