/** Written so that old versions of Node can read it; they are told, not shown a syntax error. */
const LEAST = [20, 19];

/** One line where this Node is too old, else null. */
export function nodeVersionFault(version) {
  const parts = version.split('.').map(Number);
  const isOld = parts[0] < LEAST[0] || (parts[0] === LEAST[0] && parts[1] < LEAST[1]);
  return isOld
    ? 'Roamgrid needs Node ' + LEAST.join('.') + ' or newer; this is Node ' + version + '.'
    : null;
}

export function refuseOldNode() {
  const fault = nodeVersionFault(process.versions.node);
  if (fault === null) return;
  console.error(fault);
  process.exit(1);
}
