import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/handoff/redact.ts';

const record = (text: string, values: string[] = []) => createRedactor(values).record(text);

describe('the redactor', () => {
	it.each([
		['sk-live-51HduR4tion9f3kQzT0pSecretAAA'],
		['sk-proj-abc_DEF-1234567890abcdefghij'],
		['sk-ant-api03-AbCdEf0123456789-xyz'],
		['ghp_16C7e42F292c6912E7710c838347Ae178B4a'],
		['github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuv'],
		['glpat-abcdefghij0123456789'],
		['AKIAIOSFODNN7EXAMPLE'],
		['AIzaSyA1234567890abcdefghijklmnopqrstuv'],
		['xoxb-123456789012-abcdefghij'],
		['npm_abcdefghijklmnopqrstuvwxyz0123456789'],
		[
			'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
		],
		['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY9a8B7c6D'],
	])('takes out a key by its shape: %s', (key) => {
		expect(record(`value ${key} end`)).toMatch(/^value .*\[redacted: [^\]]+\].* end$/);
		expect(record(`value ${key} end`)).not.toContain(key);
	});

	it.each([
		['REGISTRY_TOKEN=s3cret-value', 's3cret-value'],
		['password: "correct horse"', 'correct'],
		["api_key = 'abcdef'", 'abcdef'],
		['"clientSecret": "zq81-mm"', 'zq81-mm'],
		['deploy --token 9f8e7d6c5b', '9f8e7d6c5b'],
		['DB_PASSWORD=hunter22', 'hunter22'],
		['Kennwort: Sommer2024!', 'Sommer2024!'],
		['postgres://app:p4ssw0rd@db:5432/x', 'p4ssw0rd'],
		['Authorization: Bearer abcdef0123456789abcdef', 'abcdef0123456789abcdef'],
	])('takes out the value in: %s', (text, value) => {
		expect(record(text)).not.toContain(value);
	});

	it('takes out a private key, also one that is cut off', () => {
		const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\nAAAA\n';
		expect(record(`a\n${key}-----END OPENSSH PRIVATE KEY-----\nb`)).toBe('a\n[redacted: private key]\nb');
		expect(record(`a\n${key}`)).toBe('a\n[redacted: private key]');
	});

	it.each([
		'const token = /^(\\d+)([smh])/;',
		'  const token = readToken(input);',
		'the token is missing, the password was wrong',
		'commit 3f2504e04f8911d39a0c0305e82c3301aabbccdd',
		'01K3ZZZZZZZZZZZZZZZZZZZZZZ',
		'src/components/AuthenticationTokenProviderFactory2.tsx',
		'550e8400-e29b-41d4-a716-446655440000',
		'password: string;',
		'tokens: { input: 200, output: 340 }',
		'http://127.0.0.1:4873/path',
	])('leaves code, names and hashes as they are: %s', (text) => {
		expect(record(text)).toBe(text);
	});

	it('takes out known values of eight characters and more, longest first, and counts', () => {
		const redactor = createRedactor(['abcdefgh', 'abcdefgh-ijkl', 'short']);
		expect(redactor.record('abcdefgh-ijkl short abcdefgh')).toBe(
			'[redacted: secret value] short [redacted: secret value]',
		);
		expect(redactor.count()).toBe(2);
	});

	it('leaves the user’s words as typed, known values apart', () => {
		const redactor = createRedactor(['known-value-1']);
		expect(redactor.words('password: s3cret known-value-1')).toBe(
			'password: s3cret [redacted: secret value]',
		);
	});
});
