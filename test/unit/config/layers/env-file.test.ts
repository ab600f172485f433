import { describe, expect, it } from 'vitest';
import { setsWatchedVariable } from '../../../../src/config/layers/env-file.ts';

describe('a .env file', () => {
	it.each([
		'GOOGLE_GEMINI_BASE_URL=http://x',
		'  export GEMINI_SANDBOX=docker',
		'A=1\r\nGEMINI_CLI_CUSTOM_HEADERS: a',
		'\uFEFFCODE_ASSIST_ENDPOINT\t=x',
		'A="1\nNODE_OPTIONS=--import x"',
		'https_proxy=http://x',
		'HTTPS_PROXY=http://x',
		'LD_PRELOAD=./x.so',
		'GIT_SSH_COMMAND=./x',
		'BASH_ENV=./x',
		'SANDBOX_FLAGS=-v /:/host',
		'A=1\u2028NODE_TLS_REJECT_UNAUTHORIZED=0',
	])('steers agents with %j', (text) => {
		expect(setsWatchedVariable(text)).toBe(true);
	});

	it.each([
		'',
		'GEMINI_API_KEY=k\nGOOGLE_API_KEY=k\nGEMINI_MODEL=gemini-2.5-pro',
		'GOOGLE_CLOUD_PROJECT=p\nGOOGLE_CLOUD_LOCATION=l\nGOOGLE_CLIENT_ID=c',
		'DATABASE_URL=postgres://localhost\nPORT=3000\nNODE_ENV=test\nDEBUG=app:*',
		'MY_GEMINI_SANDBOX=x\nOLD_PATH=y\nENVIRONMENT=z',
		'A=NODE_OPTIONS',
	])('holds only variables of its own: %j', (text) => {
		expect(setsWatchedVariable(text)).toBe(false);
	});

	it('of a mebibyte is read in one pass', () => {
		expect(setsWatchedVariable(`${'a'.repeat(512 * 1024)}${' '.repeat(512 * 1024)}`)).toBe(false);
	});
});
