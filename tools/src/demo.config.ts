/** Where the running gateway keeps its data, unless the command names it. */
export function readDataDirectory(): string {
  const { DATA_DIR } = process.env;
  return DATA_DIR === undefined || DATA_DIR === '' ? '.roamgrid' : DATA_DIR;
}
