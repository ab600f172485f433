import type { HookAgent, HookDialect } from './hook-dialect.ts';

/** Each is loaded when it is asked for: a hook runs at every tool call. */
const DIALECTS: Readonly<Record<HookAgent, () => Promise<HookDialect>>> = {
	claude: async () => (await import('./claude-hooks.ts')).claudeHooks,
	codex: async () => (await import('./codex-hooks.ts')).codexHooks,
	gemini: async () => (await import('./gemini-hooks.ts')).geminiHooks,
	opencode: async () => (await import('./opencode-hooks.ts')).opencodeHooks,
	copilot: async () => (await import('./copilot-hooks.ts')).copilotHooks,
};

export const hookDialect = (agent: HookAgent): Promise<HookDialect> => DIALECTS[agent]();
