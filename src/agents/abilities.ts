/** What each permission preset lets each CLI do, as measured (docs/agents.md shows the same table). */
import type { AgentId, PermissionPreset } from './agent-adapter.ts';

type Ability = 'edit_files' | 'run_listed_commands' | 'run_any_command' | 'commit' | 'network';

const READ_ONLY: readonly Ability[] = [];
const FULL: readonly Ability[] = [
	'edit_files',
	'run_listed_commands',
	'run_any_command',
	'commit',
	'network',
];

/** Under `edit` only: the presets `read-only` and `full` mean the same everywhere. */
const EDIT: Record<AgentId, readonly Ability[]> = {
	claude: ['edit_files', 'run_listed_commands'],
	codex: ['edit_files', 'run_listed_commands', 'run_any_command'],
	gemini: ['edit_files', 'run_listed_commands'],
	opencode: ['edit_files', 'run_listed_commands'],
};

const WORDS: Record<Ability, string> = {
	edit_files: 'edit files',
	run_listed_commands: 'run the commands of permissions.allow_commands',
	run_any_command: 'run any shell command (sandboxed)',
	commit: 'commit',
	network: 'reach the network',
};

function abilitiesOf(agent: AgentId, preset: PermissionPreset): readonly Ability[] {
	if (preset === 'read-only') return READ_ONLY;
	if (preset === 'full') return FULL;
	return EDIT[agent] ?? ['edit_files'];
}

/** What `to` cannot do under the preset although `from` can, in words. */
export function lostAbilities(from: AgentId, to: AgentId, preset: PermissionPreset): string[] {
	const kept = new Set(abilitiesOf(to, preset));
	return abilitiesOf(from, preset)
		.filter((ability) => !kept.has(ability))
		.map((ability) => WORDS[ability]);
}
