import { join } from 'node:path';

/** The CLI's own folder: `$COPILOT_HOME`, else `$HOME/.copilot`; null when neither is set. */
export function copilotHome(env: Readonly<Record<string, string>>): string | null {
	if (env.COPILOT_HOME) return env.COPILOT_HOME;
	return env.HOME ? join(env.HOME, '.copilot') : null;
}
