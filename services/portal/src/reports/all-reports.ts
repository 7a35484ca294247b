import { scorecards } from './partner-reports.js';
import type { ReportDefinition } from './report.js';
import { accuracy, failedAttempts, unlawfulUse } from './trust-reports.js';
import { capacity, duration, serviceTypes, trend, usage, volume } from './volume-reports.js';

/** AAA analytics (INTERFACE §6), all from the same records. */
export const REPORTS = {
  usage,
  duration,
  volume,
  'service-types': serviceTypes,
  capacity,
  trend,
  'failed-attempts': failedAttempts,
  accuracy,
  'unlawful-use': unlawfulUse,
  scorecards,
} as const satisfies Readonly<Record<string, ReportDefinition>>;

export type ReportName = keyof typeof REPORTS;
export const REPORT_NAMES = Object.keys(REPORTS) as [ReportName, ...ReportName[]];
