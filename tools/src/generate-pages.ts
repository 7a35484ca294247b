import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as contracts from '@roamgrid/contracts';
import { ERROR_KINDS } from '@roamgrid/kernel';
import * as tariff from '@roamgrid/tariff';
import { z } from 'zod';
import {
  configurationPage,
  environmentExample,
  type ServiceConfiguration,
} from './generate-configuration.js';
import { errorsPage } from './generate-errors.js';
import { flowPage } from './generate-flow.js';
import { messagesPage, nameSchemas } from './generate-messages.js';
import { sessionModule, sessionStatesPage } from './generate-session-states.js';

/** A generated file: its path in the repository and its text, before formatting. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** Pages, and what could not be made because its source is not there. */
export interface Pages {
  readonly pages: readonly Page[];
  readonly missing: readonly string[];
}

async function filesOf(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Reads `<name>Configuration` from a service's built `<name>.config.js`; gives the reason where it
 * cannot, and null for a service without a program, which reads no environment.
 */
async function configurationOf(
  root: string,
  service: string,
): Promise<ServiceConfiguration | string | null> {
  const sources = await filesOf(join(root, 'services', service, 'src'));
  const source = sources.find((name) => name.endsWith('.config.ts'));
  if (source === undefined) {
    return sources.includes('main.ts') ? `services/${service}: main.ts without *.config.ts` : null;
  }
  const built = join(root, 'services', service, 'dist', source.replace(/\.ts$/, '.js'));
  try {
    const loaded = z.record(z.string(), z.unknown()).parse({
      ...(await import(pathToFileURL(built).href)),
    });
    const schema = Object.entries(loaded)
      .filter(([name]) => name.endsWith('Configuration'))
      .map(([, value]) => value)
      .find((value) => value instanceof z.ZodObject);
    return schema !== undefined
      ? { service, schema }
      : `services/${service}: ${source} exports no schema <name>Configuration`;
  } catch (error) {
    return `services/${service}: ${source} is not built (${String(error)})`;
  }
}

async function configurationPages(root: string): Promise<Pages> {
  const services = await filesOf(join(root, 'services'));
  const found = await Promise.all(services.map((service) => configurationOf(root, service)));
  const read = found.filter((one) => one !== null && typeof one !== 'string');
  const silent = services.filter((_service, index) => found[index] === null);
  return {
    pages: [
      { path: 'docs/configuration.md', text: configurationPage(read, silent) },
      { path: '.env.example', text: environmentExample(read) },
    ],
    missing: found.filter((one) => typeof one === 'string'),
  };
}

async function sessionPages(root: string): Promise<Pages> {
  const built = join(root, 'services/aaa/dist/session/session-states.js');
  try {
    const session = sessionModule.parse(await import(pathToFileURL(built).href));
    return {
      pages: [{ path: 'docs/session-states.md', text: sessionStatesPage(session) }],
      missing: [],
    };
  } catch (error) {
    return { pages: [], missing: [`services/aaa: session-states is not built (${String(error)})`] };
  }
}

const edgeModule = z.object({
  asyncApiDocument: z.custom<() => object>((value) => typeof value === 'function'),
});

/** The same document that the edge serves below /docs. */
async function asyncApiPages(root: string): Promise<Pages> {
  const built = join(root, 'services/edge/dist/edge.module.js');
  try {
    const { asyncApiDocument } = edgeModule.parse({ ...(await import(pathToFileURL(built).href)) });
    const text = JSON.stringify(asyncApiDocument());
    return { pages: [{ path: 'docs/asyncapi.json', text }], missing: [] };
  } catch (error) {
    return {
      pages: [],
      missing: [`services/edge: asyncApiDocument is not built (${String(error)})`],
    };
  }
}

/** Makes every page from the built tree. */
export async function makePages(root: string): Promise<Pages> {
  // before the schemas get names: the edge's document is written out without them
  const asyncApi = await asyncApiPages(root);
  nameSchemas({ ...tariff, ...contracts });
  const others = await Promise.all([configurationPages(root), sessionPages(root)]);
  const made = [asyncApi, ...others];
  return {
    pages: [
      { path: 'docs/flow.md', text: flowPage(contracts.FLOW) },
      { path: 'docs/messages.md', text: messagesPage(contracts.FLOW) },
      { path: 'docs/errors.md', text: errorsPage(ERROR_KINDS) },
      ...made.flatMap((one) => one.pages),
    ],
    missing: made.flatMap((one) => one.missing),
  };
}
