/** `node tools/prepare/not-built.mjs <command>`: says so, instead of pretending. */
console.error(`npm run ${process.argv[2]} is not built yet.`);
process.exitCode = 1;
