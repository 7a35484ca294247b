import { z } from 'zod';

/** What each program of a gateway held at one moment, by its name. */
export const processReadings = z.record(
  z.string(),
  z.strictObject({
    startTimeSeconds: z.number(),
    residentBytes: z.number(),
    handles: z.number(),
  }),
);
export type ProcessReadings = z.infer<typeof processReadings>;
type Reading = ProcessReadings[string];

const MEMBERS: Readonly<Record<string, keyof Reading>> = {
  start_time_seconds: 'startTimeSeconds',
  resident_bytes: 'residentBytes',
  handles: 'handles',
};
const LINE = /^roamgrid_process_([a-z_]+)\{program="([^"]+)"\} (\S+)$/;
/** what a program may hold beyond what it held before */
const PERCENT_MORE = 10;
const MEGABYTE = 1_048_576;
/** by so much the memory of one that does nothing goes up and down, as its garbage is collected */
const SWING_BYTES = 64 * MEGABYTE;

/** Reads the gateway's Prometheus text. A program that does not tell everything is left out. */
export function readProcesses(metrics: string): ProcessReadings {
  const found = new Map<string, Partial<Reading>>();
  for (const line of metrics.split('\n')) {
    const [, name = '', program = '', value = ''] = LINE.exec(line) ?? [];
    const member = MEMBERS[name];
    if (member === undefined) continue;
    found.set(program, { ...found.get(program), [member]: Number(value) });
  }
  return processReadings.parse(
    Object.fromEntries([...found].filter(([, one]) => Object.keys(one).length === 3)),
  );
}

const isBeyond = (now: number, base: number): boolean => now * 100 > base * (100 + PERCENT_MORE);

function changes(program: string, base: Reading, now: Reading | undefined): string[] {
  if (now === undefined) return [`${program} does not tell any more what it holds`];
  if (now.startTimeSeconds !== base.startTimeSeconds) return [`${program} was started again`];
  const megabytes = (bytes: number): string => `${String(Math.round(bytes / MEGABYTE))} MB`;
  return [
    ...(isBeyond(now.residentBytes, base.residentBytes) &&
    now.residentBytes > base.residentBytes + SWING_BYTES
      ? [
          `${program} holds ${megabytes(now.residentBytes)}, and held ${megabytes(base.residentBytes)}`,
        ]
      : []),
    ...(isBeyond(now.handles, base.handles)
      ? [`${program} has ${String(now.handles)} open handles, and had ${String(base.handles)}`]
      : []),
  ];
}

/**
 * I17: no program was started again since, and none holds more than a tenth more than then, beyond what its garbage
 * collector lets swing. The base is of a gateway that
 * has done its work before: a program that has just begun holds less than it ever will again. Pure.
 *
 * @returns each difference as a line for people
 */
export function compareProcesses(base: ProcessReadings, now: ProcessReadings): string[] {
  return Object.entries(base).flatMap(([program, reading]) =>
    changes(program, reading, now[program]),
  );
}
