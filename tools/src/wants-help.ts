/** Whether a command was asked what it takes; anything else it was given does not matter then. */
export function wantsHelp(argv: readonly string[]): boolean {
  return argv.includes('--help') || argv.includes('-h');
}
