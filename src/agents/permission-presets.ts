/** The permission presets, and what each lets an agent do, as measured (docs/agents.md shows the same table). */
import { RelayError } from '../core/errors.ts';
import type { Ability, AgentAdapter, AgentId, PermissionPreset } from './agent-adapter.ts';

/** From the narrowest to the widest. */
export const PRESETS: readonly PermissionPreset[] = ['read-only', 'edit', 'full'];

/** The value of `--permissions`. Throws `usage`. */
export function readPreset(text: string): PermissionPreset {
	const preset = PRESETS.find((known) => known === text);
	if (preset) return preset;
	throw new RelayError('usage', `--permissions takes ${PRESETS.join(', ')}, not ${JSON.stringify(text)}.`);
}

const WORDS: Record<Ability, string> = {
	edit_files: 'edit files',
	run_listed_commands: 'run the commands of permissions.allow_commands',
	run_any_command: 'run any shell command (sandboxed)',
	commit: 'commit',
	network: 'reach the network',
};
const ALL: readonly Ability[] = ['edit_files', 'run_listed_commands', 'run_any_command', 'commit', 'network'];

/** What `to` cannot do under the preset although `from` can, in words. An agent without an adapter only edits under `edit`. */
export function lostAbilities(
	from: AgentId,
	to: AgentId,
	preset: PermissionPreset,
	adapters: readonly AgentAdapter[],
): string[] {
	const abilitiesOf = (agent: AgentId) =>
		abilitiesUnder(
			preset,
			adapters.find(({ id }) => id === agent),
		);
	const kept = new Set(abilitiesOf(to));
	return abilitiesOf(from)
		.filter((ability) => !kept.has(ability))
		.map((ability) => WORDS[ability]);
}

/** The presets `read-only` and `full` mean the same everywhere. */
function abilitiesUnder(preset: PermissionPreset, adapter: AgentAdapter | undefined): readonly Ability[] {
	if (preset === 'read-only') return [];
	if (preset === 'full') return ALL;
	return adapter?.editAbilities ?? ['edit_files'];
}
