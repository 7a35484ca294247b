import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, readConfiguration } from '@roamgrid/platform';
import { z } from 'zod';

const configuration = z.object({
  PORT: z.coerce.number().int().min(1).max(65_535).default(8080),
  LEVEL: z.enum(['warn', 'error']).default('warn'),
  URL: z
    .string()
    .regex(/^https?:/)
    .optional(),
  NAME: z.string().min(1),
});

describe('a configuration that cannot be used', () => {
  it.each([
    [{ PORT: 'abc' }, 'PORT: must be a number'],
    [{ PORT: '80.5' }, 'PORT: must be a whole number'],
    [{ PORT: '0' }, 'PORT: must be 1 or more'],
    [{ PORT: '65536' }, 'PORT: must be 65535 or less'],
    [{ LEVEL: 'loud' }, 'LEVEL: must be one of warn, error'],
    [{ URL: 'ftp://secret' }, 'URL: does not have the documented form'],
    [{ NAME: '' }, 'NAME: is not set'],
  ])('%j: %s', (environment, message) => {
    const read = (): unknown => readConfiguration(configuration, { NAME: 'n', ...environment });
    expect(read).toThrow(new ConfigurationError(message));
  });
});
