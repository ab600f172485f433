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
	['JWT', /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?(?:\.[\w-]*){0,2}/g],
	['GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,})/g],
	['GitLab token', /\bgl(?:pat|dt|rt|ptt|cbt|ft|soat|agent)-[\w-]{16,}/g],
	['AWS key id', /\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{12,}\b/g],
	['Google key', /\bAIza[\w-]{30,}|\bya29\.[\w-]{16,}|\bGOCSPX-[\w-]{16,}/g],
	['Slack token', /\bxox[a-z]-[\w-]{10,}|\bxapp-[\w-]{10,}|hooks\.slack\.com\/services\/[\w/]{16,}/g],
	['npm token', /\bnpm_[A-Za-z0-9]{20,}/g],
	['PyPI token', /\bpypi-[\w-]{20,}/g],
	['Vault token', /\bhv[sbr]\.[\w-]{20,}/g],
	['Atlassian token', /\bAT(?:ATT|CTT|BB)3?[\w=-]{24,}/g],
	['Discord token', /\b[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}/g],
	['Telegram token', /\b\d{8,10}:AA[\w-]{33}(?![\w-])/g],
	['Azure secret', /(?<![\w~.-])[\w.~-]{3}\dQ~[\w.~-]{31,34}/g],
	['Databricks token', /\bdapi[0-9a-f]{32}\b/g],
	['Airtable token', /\bpat[A-Za-z0-9]{14}\.[0-9a-f]{64}\b/g],
	['New Relic key', /\bNR(?:AK|RA|II|JS|AA)-[A-Z0-9]{20,}/g],
	['Alibaba key id', /\bLTAI[A-Za-z0-9]{12,24}\b/g],
	['Mailgun key', /\bkey-[0-9a-f]{32}\b/g],
	['Mailchimp key', /\b[0-9a-f]{32}-us\d{1,2}\b/g],
	['age key', /\bAGE-SECRET-KEY-1[A-Z0-9]{20,}/g],
];

/** Prefixes that words and names share; what follows decides. */
const PREFIXED_KEYS: ReadonlyArray<readonly [kind: string, shape: RegExp]> = [
	['API key', /\b(?:sk|pk|rk|ak)[-_.](?:[A-Za-z0-9]+[-_.])*[A-Za-z0-9_-]{12,}/g],
	[
		'key',
		/\b(?:hf|dop_v1|doo_v1|shpat|shpss|shpca|glsa|glc|sntrys|lin_api|lin_oauth|rubygems|dckr_pat|dckr_oat|r8|gsk|xai|fw|tvly|pplx|ntn|secret|sbp|sb_secret|figd|pscale_\w{2,8}|nfp|whsec|vercel|fm2|fo1|ops)_[\w-]{16,}/g,
	],
	['key', /\b(?:pplx|xai|r8|tskey)-[A-Za-z0-9_-]{16,}|\b(?:SG|dp\.(?:pt|st|sa|ct))\.[\w.-]{16,}/g],
];

/** A run that no word has: long, or of some length with a digit inside. */
const KEY_BODY = /[A-Za-z0-9]{20}|(?=[A-Za-z]{0,11}\d)[A-Za-z0-9]{12}/;

const SECRET_NAME =
	'(?:api[-_ ]?key|access[-_ ]?key(?:[-_ ]?id)?|(?:signing|encryption|master|account)[-_ ]?key|secret(?:[-_ ]?(?:access[-_ ]?)?key)?|private[-_ ]?key|client[-_ ]?secret|auth(?:orization)?[-_ ]?(?:token|key)|(?:access|refresh|id|bot|github)[-_ ]?token|token|passw(?:or)?d|passphrase|passwort|kennwort|senha|pwd|credentials?|cookie|session[-_ ]?id|connection[-_ ]?string)';

/** `NAME = value`, `"name": "value"`, `--name value`, `name: value`. The value must look like one: 6 or more, no code. */
const ASSIGNMENT = new RegExp(
	`((?<![A-Za-z])(?:[A-Z]{2,8}(?=PASS)|[a-z]{2,12}(?=Pass))?${SECRET_NAME}(?:[-_][A-Za-z0-9]{1,40}){0,4}["'\`]?\\s{0,20}(?::=|=>|[:=])\\s{0,20}|--(?:[a-z0-9]{1,20}-){0,4}${SECRET_NAME}[ =])(["'\`]?)([^\\s"'\`,;(){}<>[\\]$]{6,})`,
	'gi',
);
/** `DB_PASSWORD=value` as shells and env files have it: to the next space, whatever signs are in it. */
const ENV_ASSIGNMENT =
	/((?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|ACCESS_KEY)(?:_[A-Z0-9]{1,40}){0,4}=)(?!\$[A-Za-z_({]|\[redacted)([^\s"'`]{6,})/g;
/** What comes behind these in a name is about a secret and is none. */
const ABOUT_SECRETS =
	/[-_](?:count|counts|limit|length|size|type|url|uri|endpoint|name|field|policy|min|max|expires?|expiry|ttl|path|file|env|var|usage|budget)$/i;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PLACE = /^(?:\/|~\/|\.{1,2}\/|[A-Za-z]:\\)[\w./\\@+-]*$/;

/** Words of command lines and files that hold a password by their place. */
const BY_PLACE: readonly RegExp[] = [
	/(\s(?:-u|--user)[ =]["']?[^\s:"'@/]{1,64}:)((?!\d+(?:\s|$))[^\s"'@/]{4,})/g,
	/(\blogin\s+\S{1,100}\s+password\s+)(\S{4,})/g,
	/(\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n|;&]{0,200}?\s-p)([^\s"']{4,})/g,
	/(\bsshpass\s+-p\s*["']?)([^\s"']{4,})/g,
	/(\s-pass(?:in|out)?\s+pass:)([^\s"']{4,})/g,
	/("auth"\s*:\s*")([A-Za-z0-9+/]{12,}={0,2})(?=")/g,
	/(<(?:[A-Za-z]+:)?(?:password|passwd|secret|token|api-?key)>)([^<\s]{4,})(?=<\/)/gi,
];

const URL_LOGIN = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)([^\s/:@"'<>]{0,200}):([^\s/@"'<>]{1,200})@/gi;
const URL_TOKEN = /\b(https?:\/\/)(?=[^\s/:@"'<>]*\d)([A-Za-z0-9_-]{16,200})@/gi;
const BEARER = /\b(Bearer|Basic|Digest|token)(\s+)([A-Za-z0-9+/_.~=-]{16,})/gi;
/** Not behind the name of a digest: lock files are full of those. */
const OPAQUE =
	/(?<![\w/+.-]|\bh1:|\bSHA256:)(?!sha(?:1|256|384|512)-)[A-Za-z0-9+/_-]{24,}={0,2}(?![\w/+.-])/g;
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
	out = withoutKeyTails(out, mark);
	for (const [kind, shape] of PREFIXED_KEYS)
		out = out.replace(shape, (whole) => (KEY_BODY.test(whole) ? mark(kind) : whole));
	return out;
}

const KEY_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_LINE = /^[A-Za-z0-9+/=]{8,}\s*$/;
const LAST_KEY_LINE = /^[A-Za-z0-9+/=]{2,}\s*$/;

/** What is left of a private key whose beginning lies in a part that was left out; whole keys are gone by now. */
function withoutKeyTails(text: string, mark: (kind: string) => string): string {
	if (!text.includes('-----END ')) return text;
	const kept: string[] = [];
	for (const line of text.split('\n')) {
		const shown = line.replace(KEY_END, () => mark('private key'));
		if (shown !== line && LAST_KEY_LINE.test(kept.at(-1) ?? '')) {
			kept.pop();
			while (KEY_LINE.test(kept.at(-1) ?? '')) kept.pop();
		}
		kept.push(shown);
	}
	return kept.join('\n');
}

function byGuess(text: string, mark: (kind: string) => string): string {
	let out = text.replace(
		URL_LOGIN,
		(_, scheme: string, user: string) => `${scheme}${user}:${mark('password')}@`,
	);
	out = out.replace(URL_TOKEN, (_, scheme: string) => `${scheme}${mark('login')}@`);
	for (const place of BY_PLACE)
		out = out.replace(place, (whole, before: string, value: string) =>
			value.includes('[redacted') ? whole : before + mark('password'),
		);
	out = out.replace(BEARER, (whole, word: string, gap: string, value: string) =>
		/\d/.test(value) || value.length >= 24 ? word + gap + mark('token') : whole,
	);
	out = out.replace(ENV_ASSIGNMENT, (whole, name: string, value: string) =>
		isSecretValue(name, value, '') ? name + mark('secret') : whole,
	);
	out = out.replace(ASSIGNMENT, (whole, name: string, quote: string, value: string) =>
		isSecretValue(name, value, quote) ? name + quote + mark('secret') : whole,
	);
	return out.replace(OPAQUE, (whole) => (isOpaque(whole) ? mark('opaque token') : whole));
}

/** Unquoted words are code or prose more often than secrets, unless they hold a digit or a sign. */
function isSecretValue(name: string, value: string, quote: string): boolean {
	const bare = name.replace(/["'`\s:=>]+$/, '');
	if (value.startsWith('[redacted') || NOT_A_VALUE.test(value) || PLACE.test(value)) return false;
	if (ABOUT_SECRETS.test(bare)) return false;
	if (/token$/i.test(bare) && /^\d{1,9}$/.test(value)) return false;
	if (/session[-_ ]?id$/i.test(bare) && UUID.test(value)) return false;
	if (quote !== '') return true;
	return /\d/.test(value) || (/[^A-Za-z._-]/.test(value) && value.length >= 8);
}

/** Random-looking: both cases and digits, often changing between letters and digits. Paths and names do not. */
function isOpaque(token: string): boolean {
	if (!/[a-z]/.test(token) || !/[A-Z]/.test(token)) return false;
	const changes = token.match(/\d(?=[A-Za-z])|[A-Za-z](?=\d)/g)?.length ?? 0;
	return changes >= 4 && !/[a-z]{7}/.test(token);
}
