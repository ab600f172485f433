/** What tests of all four CLIs share: their names and the flags under which each can work in a scene. */
import type { Scene } from './scene.ts';

export const FOUR = ['claude', 'codex', 'gemini', 'opencode'] as const;
export type Agent = (typeof FOUR)[number];

/** Without a model gemini asks a small one first which to take. */
export const ASKED = {
	claude: 'claude',
	codex: 'codex',
	copilot: 'copilot',
	gemini: 'gemini:gemini-2.5-pro',
	opencode: 'opencode',
} as const satisfies Record<Agent | 'copilot', string>;

/** gemini does not start in a folder that is not trusted. */
export function workFlags(...agents: Agent[]): string[] {
	return ['--order', agents.map((agent) => ASKED[agent]).join(','), '-p', 'full', '--trust'];
}

/** As after opencode's first start with a registry: only then does it get the plugin that tells of its waiting. */
export function giveOpencodeItsPlugin(scene: Scene): void {
	scene.writeHome('.config/opencode/node_modules/@opencode-ai/plugin/package.json', '{"version":"1.18.33"}');
}
