/** How a person repairs a login that a CLI refused, where its own words say more than "log in". */

interface Rule {
	pattern: RegExp;
	/** `profile`: a name in the words, of letters that need no quoting. */
	advice: (profile: string | null) => string;
}

const RULES: readonly Rule[] = [
	{
		pattern:
			/\bSSO session\b|\baws sso login\b|\bAWS credentials\b|\bsecurity token included in the request\b/i,
		advice: (profile) => (profile === null ? 'aws sso login' : `aws sso login --profile ${profile}`),
	},
	{
		pattern: /\bgcloud\b|\bapplication[- ]default\b|\bdefault credentials\b|\bGoogle Cloud credentials?\b/i,
		advice: () => 'gcloud auth application-default login',
	},
	{ pattern: /\baz login\b|\bAzure (?:CLI )?credentials?\b/i, advice: () => 'az login' },
	{
		pattern: /\borganization has been disabled\b|\bdisabled organization\b/i,
		advice: () => 'use a login of another organization (a key in the environment comes before the account)',
	},
	{
		pattern: /\bno longer supported for\b|\bineligible ?tier|\bnot eligible for\b/i,
		advice: () => 'use an API key or another plan: this account may not use the CLI any more',
	},
	{
		pattern:
			/\baccount\b[^.\n]{0,40}\b(?:on hold|deactivated|suspended|terminated|banned)\b|\bverification required\b/i,
		advice: () => "check the account on the provider's site, or use another",
	},
];

const PROFILE = /\bprofile[= ]'?([A-Za-z0-9][\w.-]{0,60})/;

/** The advice for what the CLI said, else `usual` (the CLI's own way to log in). */
export function adviceFor(words: string, usual: string): string {
	const rule = RULES.find(({ pattern }) => pattern.test(words));
	return rule === undefined ? usual : rule.advice(PROFILE.exec(words)?.[1] ?? null);
}
