/**
 * The refusals that the tests of all pairs and the benchmark of hand-overs (`bench/limits-table.mjs`) put before each of
 * the four CLIs, four kinds each. The hard stop without a window is `quota` for gemini, whose free tier has one a day,
 * and `billing` for the three others.
 */
import { type Answer, REFUSALS } from '../harness/answers.ts';
import type { Agent } from '../harness/four-agents.ts';
import type { SceneOptions } from '../harness/scene.ts';

export interface MetLimit {
	kind: 'window' | 'rate' | 'overloaded' | 'quota' | 'billing';
	refusal: () => Answer;
	/** Where only one of claude's two logins meets this. */
	login?: NonNullable<SceneOptions['claudeLogin']>;
}

const inTwoHours = () => Math.floor(Date.now() / 1000) + 7200;

export const LIMITS: Record<Agent, readonly MetLimit[]> = {
	claude: [
		{ kind: 'window', refusal: () => REFUSALS.claude.window(inTwoHours()) },
		// With a subscription's login claude takes every 429 for its window.
		{ kind: 'rate', refusal: REFUSALS.claude.tooMany, login: 'api_key' },
		{ kind: 'overloaded', refusal: REFUSALS.claude.overload },
		{ kind: 'billing', refusal: REFUSALS.claude.billing, login: 'api_key' },
	],
	codex: [
		{ kind: 'window', refusal: () => REFUSALS.codex.window(inTwoHours()) },
		{ kind: 'rate', refusal: REFUSALS.codex.tooMany },
		{ kind: 'overloaded', refusal: REFUSALS.codex.overload },
		{ kind: 'billing', refusal: REFUSALS.codex.billing },
	],
	gemini: [
		{ kind: 'window', refusal: REFUSALS.gemini.window },
		{ kind: 'rate', refusal: REFUSALS.gemini.tooMany },
		{ kind: 'overloaded', refusal: REFUSALS.gemini.overload },
		{ kind: 'quota', refusal: REFUSALS.gemini.quota },
	],
	opencode: [
		{ kind: 'window', refusal: () => REFUSALS.opencode.window(7200) },
		{ kind: 'rate', refusal: () => REFUSALS.opencode.tooMany() },
		{ kind: 'overloaded', refusal: REFUSALS.opencode.overload },
		{ kind: 'billing', refusal: REFUSALS.opencode.billing },
	],
};
