/**
 * Takes secrets out of recorded text: by the shapes of well-known keys, by assignments to secret-sounding names, and by
 * value. A replacement says what kind of thing stood there. It errs on the side of taking out.
 */

/** Whole tokens that are keys wherever they stand. */
const KEY_SHAPES: ReadonlyArray<readonly [kind: string, shape: RegExp]> = [
	[
		'private key',
		/-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
	],
	// The beginning may lie in a part that was left out.
	['private key', /(?:^[A-Za-z0-9+/=]{8,}\s*\n)*-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/gm],
	['JWT', /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?(?:\.[\w-]*){0,2}/g],
	['API key', /\b(?:sk|pk|rk|ak)[-_](?:[A-Za-z0-9]+[-_])*[A-Za-z0-9_-]{12,}/g],
	['GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,})/g],
	['GitLab token', /\bgl(?:pat|dt|rt|ptt|cbt|ft|soat|agent)-[\w-]{16,}/g],
	['AWS key id', /\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{12,}\b/g],
	['Google key', /\bAIza[\w-]{30,}|\bya29\.[\w-]{16,}|\bGOCSPX-[\w-]{16,}/g],
	['Slack token', /\bxox[a-z]-[\w-]{10,}|\bxapp-[\w-]{10,}|hooks\.slack\.com\/services\/[\w/]{16,}/g],
	['npm token', /\bnpm_[A-Za-z0-9]{20,}/g],
	['PyPI token', /\bpypi-[\w-]{20,}/g],
	[
		'key',
		/\b(?:hf|dop_v1|doo_v1|shpat|shpss|shpca|glsa|sntrys|lin_api|rubygems|dckr_pat|r8|gsk|xai|fw|tvly|pplx)_[\w-]{16,}/g,
	],
	['key', /\b(?:pplx|xai|r8|SG)[-.][A-Za-z0-9_-]{16,}(?:\.[\w-]{16,})?/g],
	['age key', /\bAGE-SECRET-KEY-1[A-Z0-9]{20,}/g],
];

const SECRET_NAME =
	'(?:api[-_ ]?key|access[-_ ]?key(?:[-_ ]?id)?|secret(?:[-_ ]?(?:access[-_ ]?)?key)?|private[-_ ]?key|client[-_ ]?secret|auth(?:orization)?[-_ ]?(?:token|key)|token|passw(?:or)?d|passphrase|passwort|kennwort|pwd|credentials?|cookie|session[-_ ]?id|connection[-_ ]?string)';

/** `NAME = value`, `"name": "value"`, `--name value`, `name: value`. The value must look like one: 6 or more, no code. */
const ASSIGNMENT = new RegExp(
	`((?<![A-Za-z])(?:[A-Za-z0-9]+[-_.])*${SECRET_NAME}(?:[-_][A-Za-z0-9]+)*["'\`]?\\s*(?::=|=>|[:=])\\s*|--(?:[a-z0-9]+-)*${SECRET_NAME}[ =])(["'\`]?)([^\\s"'\`,;(){}<>[\\]$]{6,})`,
	'gi',
);
const URL_LOGIN = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)([^\s/:@"'<>]{0,200}):([^\s/@"'<>]{1,200})@/gi;
const BEARER = /\b(Bearer|Basic|Digest|token)(\s+)([A-Za-z0-9+/_.~=-]{16,})/g;
const OPAQUE = /(?<![\w/+.-])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w/+.-])/g;
const NOT_A_VALUE =
	/^(?:null|none|undefined|true|false|string|number|required|optional|redacted.*|process\.env.*|os\.environ.*|\*+|x{6,}|\.{3,}|…+)$/i;

export interface Redactor {
	/** Recorded text: shapes, assignments and values. */
	record(text: string): string;
	/** What agents say to each other: known values and keys of known shapes; nothing is guessed, so that code stays as it was. */
	speech(text: string): string;
	/** True: a secret in `text` may go over its line ends, so no part of it can be judged alone. */
	spansLines(text: string): boolean;
	/** The user's own words stay as typed, known values apart. */
	words(text: string): string;
	/** How many replacements were made so far. */
	count(): number;
}

/** `values` shorter than 8 characters are ignored: they would match by chance. */
export function createRedactor(values: readonly string[]): Redactor {
	const known = [...new Set(values.filter((value) => value.trim().length >= 8))].sort(
		(a, b) => b.length - a.length || (a < b ? -1 : 1),
	);
	let count = 0;
	const mark = (kind: string) => {
		count++;
		return `[redacted: ${kind}]`;
	};
	const byValue = (text: string) =>
		known.reduce((t, value) => (t.includes(value) ? t.split(value).join(mark('secret value')) : t), text);
	const long = known.filter((value) => value.includes('\n'));
	return {
		record: (text) => byGuess(byKeyShape(byValue(text), mark), mark),
		speech: (text) => byKeyShape(byValue(text), mark),
		spansLines: (text) => text.includes('PRIVATE KEY') || long.some((value) => text.includes(value)),
		words: byValue,
		count: () => count,
	};
}

function byKeyShape(text: string, mark: (kind: string) => string): string {
	let out = text;
	for (const [kind, shape] of KEY_SHAPES) out = out.replace(shape, () => mark(kind));
	return out;
}

function byGuess(text: string, mark: (kind: string) => string): string {
	let out = text.replace(
		URL_LOGIN,
		(_, scheme: string, user: string) => `${scheme}${user}:${mark('password')}@`,
	);
	out = out.replace(BEARER, (whole, word: string, gap: string, value: string) =>
		/\d/.test(value) || value.length >= 24 ? word + gap + mark('token') : whole,
	);
	out = out.replace(ASSIGNMENT, (whole, name: string, quote: string, value: string) =>
		isSecretValue(value, quote) ? name + quote + mark('secret') : whole,
	);
	return out.replace(OPAQUE, (whole) => (isOpaque(whole) ? mark('opaque token') : whole));
}

/** Unquoted words are code or prose more often than secrets, unless they hold a digit or a sign. */
function isSecretValue(value: string, quote: string): boolean {
	if (value.startsWith('[redacted') || NOT_A_VALUE.test(value)) return false;
	if (quote !== '') return true;
	return /\d/.test(value) || (/[^A-Za-z._-]/.test(value) && value.length >= 8);
}

/** Random-looking: both cases and digits, often changing between letters and digits. Paths and names do not. */
function isOpaque(token: string): boolean {
	if (!/[a-z]/.test(token) || !/[A-Z]/.test(token)) return false;
	const changes = token.match(/\d(?=[A-Za-z])|[A-Za-z](?=\d)/g)?.length ?? 0;
	if (changes < 4) return false;
	const longestWord = Math.max(0, ...(token.match(/[a-z]+/g) ?? []).map((run) => run.length));
	return longestWord < 7;
}
