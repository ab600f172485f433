/** Words that a record may hold in place of an id, a name or a path: each breaks out of something where it is not looked at. */
export const HOSTILE_WORDS = {
	'a command substitution': '$(touch pwned)',
	'a back quote': '`touch pwned`',
	'a second command': 'a; touch pwned',
	'a line break': 'a\ntouch pwned',
	'an option': '--dangerously-skip-permissions',
	'a short option': '-c',
	'a way up': '../../../../etc/passwd',
	'an absolute path': '/etc/passwd',
	'a quote': `'"a`,
	'control bytes': 'a\u001b]52;c;cHduZWQ=\u0007\u0000b',
	'ten thousand letters': 'a'.repeat(10_000),
	nothing: '',
} as const;
