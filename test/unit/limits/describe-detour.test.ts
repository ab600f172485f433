import { describe, expect, it } from 'vitest';
import { describeDetour } from '../../../src/limits/describe-detour.ts';
import type { CandidateVerdict } from '../../../src/limits/successor.ts';

const NOW = Date.UTC(2026, 10, 21, 3);
const verdict = (
	agent: string,
	over: Partial<CandidateVerdict> & Pick<CandidateVerdict, 'verdict'>,
): CandidateVerdict => ({ agent, model: null, reason: 'can work', resetAt: null, ...over });
const CODEX = verdict('codex', { verdict: 'chosen' });

function detour(passed: CandidateVerdict[], named: string[] = [], chosen: CandidateVerdict | null = CODEX) {
	const options = { now: NOW, named: new Set(named), timeZone: 'UTC' };
	return describeDetour({ choice: chosen, passedOver: passed }, options);
}

describe('the line about a prompt that does not go to the first choice', () => {
	it('says who is limited until when and who takes it', () => {
		const limited = verdict('claude', { verdict: 'limited', resetAt: Date.UTC(2026, 10, 21, 5, 2) });
		expect(detour([limited])).toBe('claude is limited until 05:02 · codex takes this prompt');
		const later = verdict('claude', {
			verdict: 'limited',
			model: 'opus',
			resetAt: Date.UTC(2026, 10, 24, 5, 2),
		});
		expect(detour([later])).toBe('claude:opus is limited until Tue 24 Nov, 05:02 · codex takes this prompt');
	});

	it('says when a login was refused, in the words of the CLI, and what helps', () => {
		const reason = 'its login was refused 3 min ago ("Invalid API key"): claude auth login';
		expect(detour([verdict('claude', { verdict: 'login_refused', reason })])).toBe(
			`claude: ${reason} · codex takes this prompt`,
		);
	});

	it('names each that was passed over, with the model of the one that takes it', () => {
		const passed = [
			verdict('claude', { verdict: 'not_logged_in' }),
			verdict('mine', { verdict: 'not_installed', reason: 'it lies inside this repo, which is not trusted' }),
		];
		const o3 = verdict('codex', { verdict: 'chosen', model: 'o3' });
		expect(detour(passed, [], o3)).toBe(
			'claude is not logged in, mine is refused here · codex:o3 takes this prompt',
		);
	});

	it('mentions an agent that is not installed, or was never set up, only if the user named it', () => {
		const passed = [
			verdict('claude', { verdict: 'not_installed', reason: 'not installed: npm i -g claude' }),
			verdict('opencode', { verdict: 'no_login_known' }),
		];
		expect(detour(passed)).toBeNull();
		expect(detour(passed, ['claude'])).toBe('claude is not installed · codex takes this prompt');
	});

	it('is null for the first choice, and says when no agent can work', () => {
		expect(detour([])).toBeNull();
		const limited = verdict('claude', { verdict: 'limited', resetAt: Date.UTC(2026, 10, 21, 5, 2) });
		expect(detour([limited], [], null)).toBe('claude is limited until 05:02 · no agent can work now');
	});
});
