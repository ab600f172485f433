import { describe, expect, it } from 'vitest';
import { adviceFor } from '../../../../src/agents/evidence/login-advice.ts';

describe('the advice after a refused login', () => {
	it.each([
		[
			'The SSO session token associated with profile=dev was not found or is invalid.',
			'aws sso login --profile dev',
		],
		["To refresh this SSO session run 'aws sso login' with the corresponding profile.", 'aws sso login'],
		['Could not load the default credentials.', 'gcloud auth application-default login'],
		['The security token included in the request is expired', 'aws sso login'],
		['Invalid API key · Fix external API key', 'claude auth login'],
		['', 'claude auth login'],
	])('%s: %s', (words, advice) => {
		expect(adviceFor(words, 'claude auth login')).toBe(advice);
	});

	it('says that logging in again does not help an organization or a plan', () => {
		expect(adviceFor('This organization has been disabled.', 'x')).toContain('another organization');
		const tier = 'This client is no longer supported for Gemini Code Assist for individuals.';
		expect(adviceFor(tier, 'x')).toContain('API key');
		const place = 'IneligibleTierError: Your current account is not eligible for Gemini Code Assist.';
		expect(adviceFor(place, 'x')).toContain('API key');
	});

	it('takes no name of a profile that would need quoting', () => {
		const words = 'The SSO session token associated with profile=$(touch x) was not found.';
		expect(adviceFor(words, 'x')).toBe('aws sso login');
	});
});
