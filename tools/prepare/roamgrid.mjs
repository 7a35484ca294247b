#!/usr/bin/env node
// The command-line program, built first where it is not: `npx roamgrid audit`.
process.argv.splice(2, 0, 'tools/dist/roamgrid.js');
await import('./run.mjs');
