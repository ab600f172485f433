import { describe, expect, it } from 'vitest';
import { pagerWords } from '../../../src/cli/pager.ts';

describe('the pager', () => {
	it.each<[Record<string, string>, string[] | null]>([
		[{}, ['less']],
		[{ PAGER: 'more' }, ['more']],
		[{ PAGER: 'more', AGENT_RELAY_PAGER: 'less -S' }, ['less', '-S']],
		[{ PAGER: 'less', AGENT_RELAY_PAGER: '' }, null],
		[{ PAGER: '' }, null],
		[{ PAGER: '  ' }, null],
		[{ PAGER: 'cat' }, null],
		[{ PAGER: 'cat -n' }, ['cat', '-n']],
		[{ PAGER: `less -P"a  b" '-x 4' ''` }, ['less', '-Pa  b', '-x 4', '']],
		[{ PAGER: 'less; rm -rf $HOME | `x`' }, ['less;', 'rm', '-rf', '$HOME', '|', '`x`']],
		[{ TERM: 'dumb' }, null],
	])('for %j is %j', (env, words) => {
		expect(pagerWords(env)).toEqual(words);
	});
});
