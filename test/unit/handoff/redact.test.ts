import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/handoff/redact.ts';
import { growthOf, LINEAR } from '../../helpers/growth.ts';
import { SECRET_CASES } from '../../helpers/secret-cases.ts';

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

	const RANDOM = 'Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z';
	const HEX = '9f86d081884c7d659a2feaa0c55ad015';
	it.each([
		`hvs.CAESI${RANDOM}`,
		`dp.pt.${RANDOM}abcd`,
		`ntn_${RANDOM}`,
		`sbp_${HEX}01234567`,
		`dapi${HEX}`,
		`pat${RANDOM.slice(0, 14)}.${HEX}${HEX}`,
		`key-${HEX}`,
		`${HEX}-us14`,
		`NRAK-${RANDOM.toUpperCase().slice(0, 27)}`,
		`MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.${RANDOM.slice(0, 27)}`,
		`123456789:AA${RANDOM}b`,
		`SG.${RANDOM.slice(0, 22)}.${RANDOM}${RANDOM.slice(0, 11)}`,
		`sk-or-v1-${HEX}${HEX}`,
	])('takes out a provider’s key by its prefix, in what agents say too: %s', (key) => {
		expect(record(`value ${key} end`)).toMatch(/^value \[redacted: [^\]]+\] end$/);
		expect(createRedactor([]).speech(`value ${key} end`)).toMatch(/^value \[redacted: [^\]]+\] end$/);
	});

	it.each([
		['https://ghtoken1234567890abcdef@github.com/x/y.git', 'ghtoken1234567890abcdef'],
		['curl -u user:hunter2pw https://x', 'hunter2pw'],
		['machine x.org login bob password s3cr3tpw', 's3cr3tpw'],
		['"auth": "dXNlcjpwYXNzd29yZDEyMw=="', 'dXNlcjpwYXNzd29yZDEyMw=='],
		['mysql -u root -pS3cretPw1 db', 'S3cretPw1'],
		['PGPASSWORD=s3cr3tpw psql', 's3cr3tpw'],
		['DB_PASSWORD=pa$$w0rd123', 'w0rd123'],
		['<password>hunter2secret</password>', 'hunter2secret'],
		['openssl rsa -passin pass:hunter2secret', 'hunter2secret'],
		['Server=tcp:x;User ID=u;Password=hunter2secret;', 'hunter2secret'],
		['AccountName=a;AccountKey=c2VjcmV0cGFzc3dvcmQ=;', 'c2VjcmV0cGFzc3dvcmQ='],
		['{"accessToken":"abcd1234efgh"}', 'abcd1234efgh'],
	])('takes out what stands in a secret’s place: %s', (text, value) => {
		expect(record(text)).toContain('[redacted: ');
		expect(record(text)).not.toContain(value);
	});

	it.each([
		`"integrity": "sha512-${RANDOM}${RANDOM}==",`,
		`golang.org/x/net v0.1.0 h1:${RANDOM}${RANDOM.slice(0, 11)}=`,
		'session_id: 550e8400-e29b-41d4-a716-446655440000',
		'token_count: 1048576',
		'max_token: 200000',
		'passwd: /etc/passwd',
		'PWD=/home/dev/project',
		'TOKEN=$(cat token.txt)',
		'docker run -u 1000:1000 image',
		'sk-toggle-button-large',
		'pk_column_name_index_1',
		'hf_transformers_version',
		'r8-optimizer-rules-default',
	])('leaves digests, places and names that begin like a key: %s', (text) => {
		expect(record(text)).toBe(text);
	});

	it.each([
		'A0_',
		'PASSWORD_',
		'sk-a-',
		'SG.',
		'Ab3/',
		' -u a',
		'mysql -h x ',
		'-----END ',
		`${'QUJD'.repeat(19)}\n`,
	])('takes a time that grows with the length of %j', (piece) => {
		expect(growthOf((units) => void record(piece.repeat(units / piece.length)))).toBeLessThan(LINEAR);
	});

	it.each([
		["TOKEN=\n\nPGPASSWORD='my pass word'", 'my pass word'],
		['TOKEN=\nDB_PASSWORD=hunter2;hunter3', 'hunter3'],
		['Authorization: Bearer \n\nAuthorization: Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
		['X-Auth-Token: \nX-Vault-Token: abcdef1234', 'abcdef1234'],
		['//x.org/:_auth=\nDB_PASSWORD=correct-horse', 'correct-horse'],
	])(
		'takes out a value whose own name stands where an earlier one looks for its value: %j',
		(text, value) => {
			expect(record(text)).not.toContain(value);
		},
	);

	it('takes out each secret below an empty place of every other', () => {
		const parts = SECRET_CASES.map(({ hit }) => {
			const [before = '', secret = '', after = ''] = hit.split(/[«»]/);
			return { before, secret, after };
		});
		const kept = parts.flatMap(({ before: empty }) =>
			parts.flatMap(({ before, secret, after }) => {
				const text = `${empty}\n${before}${secret}${after}\n`;
				return text.split(secret).length === 2 && record(text).includes(secret) ? [text] : [];
			}),
		);
		expect(kept).toEqual([]);
	});

	it('does not mistake a text for a value because one of its own marks precedes it', () => {
		const once = record(`${'0123456789abcdef'.repeat(3)}RELAY: CONTINUE2b`);
		expect(once).toBe('[redacted: opaque token]: CONTINUE2b');
		expect(record(once)).toBe(once);
	});

	it('takes out a private key, also one that is cut off', () => {
		const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\nAAAA\n';
		expect(record(`a\n${key}-----END OPENSSH PRIVATE KEY-----\nb`)).toBe('a\n[redacted: private key]\nb');
		expect(record(`a\n${key}`)).toBe('a\n[redacted: private key]');
		const tail = key.slice(key.indexOf('\n') + 1);
		expect(record(`a\n${tail}-----END OPENSSH PRIVATE KEY-----\nb`)).toBe('a\n[redacted: private key]\nb');
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

	it('leaves the user’s words as typed, except known values', () => {
		const redactor = createRedactor(['known-value-1']);
		expect(redactor.words('password: s3cret known-value-1')).toBe(
			'password: s3cret [redacted: secret value]',
		);
	});
});
