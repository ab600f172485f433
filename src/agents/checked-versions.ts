/** The oldest and newest version of each CLI that the real-CLI tests ran against; docs/agents.md says what was seen. */
import { excerptLine } from './reading/excerpt.ts';
import { failed, type Judgement } from './reading/judgement.ts';

const CHECKED = {
	claude: 'Claude Code 2.1.112 to 2.1.332',
	codex: 'Codex CLI 0.135.0 to 0.171.0',
	gemini: 'Gemini CLI 0.45.2 to 0.61.0',
	opencode: 'OpenCode 1.14.41 to 1.18.33',
} as const;

/** The start was refused for an option of ours that this version does not know; `words` are the CLI's own. */
export function unknownOption(agent: keyof typeof CHECKED, words: string): Judgement {
	return failed(
		'bad_usage',
		`${excerptLine(words, 200)}: this version may be too old, agent-relay was checked with ${CHECKED[agent]}`,
	);
}
