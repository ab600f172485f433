import { describe, expect, it } from 'vitest';
import { simpleCommand, simpleCommands } from '../../../src/agents/asking/allow-commands.ts';

describe('allow_commands', () => {
	it('splits a simple command into its words', () => {
		expect(simpleCommand('npm  run test:unit -- --watch=false')).toEqual([
			'npm',
			'run',
			'test:unit',
			'--',
			'--watch=false',
		]);
		expect(simpleCommand('./scripts/check.sh @scope/x')).toEqual(['./scripts/check.sh', '@scope/x']);
	});

	it.each([
		'',
		'  ',
		'a;b',
		'a && b',
		'a | b',
		'a > b',
		'a `b`',
		'a $B',
		"a 'b'",
		'a *',
		'a?',
		'a(b)',
		'a\tb',
		'a\nb',
		'X=1 a',
		'-x',
		'ä',
	])('refuses %j', (entry) => {
		expect(simpleCommand(entry)).toBeNull();
	});

	it('reports which entries were refused', () => {
		expect(simpleCommands(['npm  test', 'rm *'])).toEqual({ allowed: ['npm test'], refused: ['rm *'] });
	});
});
