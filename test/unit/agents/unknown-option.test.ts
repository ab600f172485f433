import { describe, expect, it } from 'vitest';
import type { AgentAdapter } from '../../../src/agents/agent-adapter.ts';
import { claudeAdapter } from '../../../src/agents/claude/adapter.ts';
import { codexAdapter } from '../../../src/agents/codex/adapter.ts';
import { geminiAdapter } from '../../../src/agents/gemini/adapter.ts';
import { opencodeAdapter } from '../../../src/agents/opencode/adapter.ts';

/** How each CLI refuses an option that it does not know, before anything else. */
const REFUSALS: ReadonlyArray<readonly [AgentAdapter, number, string, RegExp]> = [
	[
		claudeAdapter,
		1,
		"error: unknown option '--include-partial-messages'\n",
		/--include-partial-messages.*Claude Code 2\.1\./,
	],
	[
		codexAdapter,
		2,
		"error: unexpected argument '--json' found\n\nUsage: codex exec [OPTIONS]\n",
		/--json.*Codex CLI 0\./,
	],
	[
		geminiAdapter,
		1,
		'Warning: 256-color support not detected.\nUsage: gemini [options]\n\nUnknown arguments: session-id, sessionId\n',
		/session-id.*Gemini CLI 0\./,
	],
	[opencodeAdapter, 1, 'opencode run [message..]\n\nrun opencode with a message\n', /options.*OpenCode 1\./],
];

describe('an option that a version does not know', () => {
	it.each(REFUSALS)('names the versions that do: $id', (adapter, exitCode, stderr, words) => {
		const parser = adapter.parser({
			requestedSessionId: null,
			resume: false,
			requestedModel: null,
			cumulativeBefore: null,
			now: () => 0,
		});
		parser.stderr(Buffer.from(stderr));
		const { turn } = parser.end({ exitCode, signal: null, stopRequested: null }, null);
		expect(turn).toMatchObject({ outcome: 'failed', stopReason: 'bad_usage' });
		expect(turn.error?.message).toMatch(words);
	});
});
