import { DEFAULT_AGENT_SETTINGS } from '../../../../src/config/defaults.ts';
import type { AgentSettings } from '../../../../src/config/schema.ts';

/** The settings of an agent `mine` that reads its prompt on stdin and prints text, changed. */
export function settings(over: Partial<AgentSettings> = {}): AgentSettings {
	return { ...DEFAULT_AGENT_SETTINGS, command: ['mine'], ...over };
}
