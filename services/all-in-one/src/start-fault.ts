import { ConfigurationError } from '@roamgrid/platform';
import { DatabaseStartError } from '@roamgrid/persistence';
import { DataDirectoryInUse, DataDirectoryUnusable } from './data-directory.js';

interface SystemFault {
  readonly code: string;
  readonly path?: string;
  readonly port?: number;
  readonly message: string;
}

function isSystemFault(error: unknown): error is SystemFault {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

function systemLine(fault: SystemFault, port: number): string | null {
  switch (fault.code) {
    case 'EADDRINUSE':
      return `Port ${String(fault.port ?? port)} is in use; end what listens there, or set PORT.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `No permission: ${fault.path ?? fault.message}; DATA_DIR must be writable.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `DATA_DIR cannot be a folder: ${fault.path ?? fault.message}`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk is full: ${fault.path ?? fault.message}`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST is no address of this machine: ${fault.message}`;
    default:
      return null;
  }
}

/** One line for a person who can do something about it; null for a fault of ours. */
export function startFaultLine(error: unknown, port: number): string | null {
  if (error instanceof ConfigurationError) return `Wrong configuration: ${error.message}`;
  if (error instanceof DataDirectoryInUse || error instanceof DataDirectoryUnusable) {
    return error.message;
  }
  if (error instanceof DatabaseStartError) {
    return error.message;
  }
  return isSystemFault(error) ? systemLine(error, port) : null;
}
