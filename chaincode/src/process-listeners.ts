const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

const before = EVENTS.map((event) => ({ event, listeners: process.listeners(event as never) }));

/**
 * Takes off the listeners that were added to the process since this module was loaded.
 *
 * The first import of fabric-contract-api makes its logger answer every uncaught exception and unhandled
 * rejection of the process with a log line. Inside a service that would keep a process alive whose state
 * nobody knows. On a Fabric network its own server has loaded the logger before, and nothing changes.
 */
export function restoreProcessListeners(): void {
  for (const { event, listeners } of before) {
    for (const listener of process.listeners(event as never)) {
      if (!listeners.includes(listener)) process.removeListener(event, listener);
    }
  }
}
