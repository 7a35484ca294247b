import { currentConcern } from '@roamgrid/messaging';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import type { LoggerService } from '@nestjs/common';

export type Log = PinoLogger;

/**
 * JSON lines, on standard error unless told. Each bears trace and session of the message in whose handling it
 * was written. What names a driver or opens a door is cut out by path as a last net.
 */
export function createLog(
  level: string,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Log {
  return pino(
    {
      level,
      mixin: currentConcern,
      redact: {
        paths: [
          'cin',
          '*.cin',
          'pin',
          '*.pin',
          'uid',
          '*.uid',
          'password',
          '*.password',
          'idTag',
          '*.idTag',
          'idToken',
          '*.idToken',
          'authorization',
          '*.authorization',
          'clientSecret',
          '*.clientSecret',
        ],
        censor: '[redacted]',
      },
    },
    destination,
  );
}

/** Nest's logger over pino. Nest's own start-up chatter goes to debug. */
export function nestLogger(log: Log): LoggerService {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: unknown, ...rest: unknown[]): void => {
      log[level](
        { context: rest.at(-1), stack: level === 'error' ? rest[0] : undefined },
        String(message),
      );
    };
  return {
    log: write('debug'),
    verbose: write('debug'),
    debug: write('debug'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('error'),
  };
}
