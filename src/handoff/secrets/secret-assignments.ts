/**
 * Values assigned to a name that sounds like a secret: `DB_PASSWORD=value`, `"clientSecret": "value"`, `--token value`, `password:
 * value`. The name decides how certain it is: the value of a password is a secret even if it is words; a token or a cookie must
 * look like one. The name is searched for first, since names are few; all runs are bounded.
 */
import { isMadeOfWords } from './opaque-tokens.ts';
import type { SecretSpan } from './secret-spans.ts';

const PASSWORD_NAME =
	/(?:^|[-_.~ ])(?:[a-z]{0,12}(?:passw(?:or)?d|passphrase|passcode|passwort|passwrd)|kennwort|senha|contrasena|pwd|(?:db|database|user|smtp|mail|email|ftp|sftp|ssh|admin|root|redis|mysql|maria|postgres|pg|mongo|rabbitmq|ldap|http|proxy|auth|login|key|store|keystore|truststore|app|sudo|vnc|wifi)[-_~]?pass|requirepass|mnemonic|(?:seed|recovery|backup)[-_~ ]?(?:phrase|words|codes?)|psk)(?:[-_][a-z0-9~]{1,40}){0,4}$/;
const SECRET_NAME =
	/(?:^|[-_.~ ])(?:[a-z]{0,8}api[-_~ ]?key|(?:access|secret|private|signing|encryption|decryption|master|subscription|functions?|shared[-_~ ]?access|consumer|service[-_~ ]?role|deploy|hmac|jwt|webhook|unseal|recovery|auth(?:orization)?)[-_~ ]?key(?:[-_~ ]?id)?|account[-_~ ]?key|secret(?:[-_~ ]?(?:access[-_~ ]?)?key)?|[a-z]{2,12}secret|(?:client|shared|consumer|app|webhook|jwt|session)[-_~ ]?secret|connection[-_~ ]?string)(?:[-_][a-z0-9~]{1,40}){0,4}$/;
/** Much with these names is public. */
const TOKEN_NAME =
	/(?:^|[-_.~ ])(?:(?:auth|access|refresh|id|bot|github|csrf|xsrf|user|bearer|api|personal|deploy|job|session)?[-_~ ]?token|credentials?|creds|cookie|session[-_~ ]?id|[a-z]{0,6}sess(?:ion)?id|authorization|app[-_~ ]?key)(?:[-_][a-z0-9~]{1,40}){0,4}$/;
/** With such an ending the name is about a secret, but its value is not one. */
const ABOUT_SECRETS =
	/[-_~](?:count|counts|limit|length|len|size|type|url|uri|endpoint|host|name|names|field|policy|min|max|expires?|expiry|expiration|ttl|age|path|file|files|dir|env|var|usage|budget|ref|label|prefix|suffix|header|hint|regex|pattern|version|rotation|enabled|required|manager|store|provider|placeholder|title|text|message|error|errors|form|input|reset|strength)$/;

/** Finds the end of such a name with its sign; the text before and after it is parsed by hand. */
const NAME_AND_SIGN =
	/(?:key|token|secret|passw|phrase|passcode|pass|wort|wrd|pwd|senha|contrasena|credential|creds|cookie|sess|authorization|mnemonic|words|codes?|psk|string)[A-Za-z0-9_-]{0,60}(?:\\{0,3}["'`])?\]?(?:\s{0,20}(?::=|=>|[:=])\s{0,20}|[ \t](?=[^\s=:]))/gi;

/** The beginning of a replacement, which names what was removed. */
const OWN_MARK = /\[redacted: [^\]\n]{0,60}$/;

/** The longest part of a name that is looked at. */
const MAX_NAME = 80;
/** Longer values are not passwords. */
const MAX_VALUE = 1000;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;
/** Ids of sessions that coding agents print. */
const SESSION_ID = /^(?:ses|sess|session|thread|conv|resp)_[\w-]+$/;
const PLACE = /^(?:\/|~\/|\.{1,2}\/|[A-Za-z]:\\)[\w./\\@+-]*$/;
const NOT_A_VALUE =
	/^(?:null|nil|none|undefined|true|false|yes|no|string|str|number|boolean|bool|bytes|any|unknown|required|optional|include|omit|same-origin|hidden|(?:current|new|confirm|your|old)[-_ ]?password|one-time-code|password|passphrase|redacted.*|process\.env.*|os\.(?:environ|getenv).*|\*+|x{3,}|\.{3,}|…+|<.*>|%[A-Z_]+%|(?:your|my|the)[-_ ](?:\S*[-_ ])?(?:key|token|secret|password)(?:[-_ ]here)?|(?:replace|change|insert|fill)[-_ ]?(?:me|this|it)(?:[-_ ].*)?)$/i;
/** Words of a message or a label about passwords. */
const ABOUT_WORDS =
	/\b(?:password|passphrase|passwort|kennwort|token|secret|key|credentials?|required|invalid|incorrect|enter|must|forgot(?:ten)?|missing|wrong|your|please|cannot|should|expired|reset)\b/i;

type Certainty = 'password' | 'secret' | 'token';

interface Value {
	/** Start and end in the text, without quotes. */
	start: number;
	end: number;
	isQuoted: boolean;
}

/** The values of names that sound like secrets, by position. */
export function assignedSecrets(text: string): SecretSpan[] {
	const found: SecretSpan[] = [];
	NAME_AND_SIGN.lastIndex = 0;
	for (let hit = NAME_AND_SIGN.exec(text); hit !== null; hit = NAME_AND_SIGN.exec(text)) {
		const value = assignedSecret(text, hit.index, hit[0]);
		if (value === null) continue;
		found.push({ start: value.start, end: value.end, kind: 'secret' });
		// The supposed value may end in a name with a value of its own: an empty `TOKEN=` before `PASSWORD="…"`.
		NAME_AND_SIGN.lastIndex = value.isQuoted ? value.end : Math.max(value.start, value.end - MAX_NAME);
	}
	return found;
}

function assignedSecret(text: string, at: number, match: string): Value | null {
	if (OWN_MARK.test(text.slice(Math.max(0, at - MAX_NAME), at))) return null;
	const sign = /(?:\\{0,3}["'`])?\]?(\s*(?::=|=>|[:=])\s*|[ \t])$/.exec(match);
	if (sign === null) return null;
	const name = nameEndingAt(text, at, match.slice(0, sign.index));
	const isFlag = name.startsWith('--');
	if ((sign[1] ?? '').trim() === '' && !isFlag) return null;
	const begin = at + match.slice(0, sign.index).length - name.length;
	if (/[?&]/.test(text.charAt(begin - 1))) return null;
	const certainty = certaintyOf(name) ?? (isFlag ? null : certaintyOf(withWordBefore(text, begin, name)));
	if (certainty === null) return null;
	const isEnv = sign[0] === '=' && /^[A-Z][A-Z0-9_]*$/.test(name);
	const value = readValue(text, at + match.length, isEnv);
	if (value === null) return null;
	const words = text.slice(value.start, value.end);
	if (isNoValue(words, name)) return null;
	return isSecret({ text, name, certainty, words, value, isEnv, isFlag }) ? value : null;
}

/** The whole name that `end` at `at` ends. */
function nameEndingAt(text: string, at: number, end: string): string {
	let start = at;
	while (start > 0 && at - start < MAX_NAME && /[\w.-]/.test(text.charAt(start - 1))) start--;
	return text.slice(start, at) + end;
}

/** A name of two words, as people write it: `api key`. */
function withWordBefore(text: string, at: number, name: string): string {
	const word = /[A-Za-z]{2,12} $/.exec(text.slice(Math.max(0, at - 13), at));
	return word === null ? name : word[0] + name;
}

function certaintyOf(name: string): Certainty | null {
	const plain = name
		.replace(/^-+/, '')
		.replace(/([a-z0-9])(?=[A-Z])/g, '$1~')
		.replace(/([A-Z])(?=[A-Z][a-z])/g, '$1~')
		.toLowerCase();
	if (ABOUT_SECRETS.test(plain)) return null;
	if (PASSWORD_NAME.test(plain)) return 'password';
	if (SECRET_NAME.test(plain)) return 'secret';
	return TOKEN_NAME.test(plain) ? 'token' : null;
}

const QUOTED = /(\\{0,3})(["'`])/y;
const BARE = /[^\s"'`,;(){}<>[\]$\\]{1,1000}/y;
/** Shells and env files: up to the next blank, whatever characters are in it. */
const ENV_VALUE = /(?!\$[A-Za-z_({]|\[redacted)[^\s"'`]{1,1000}/y;

function readValue(text: string, at: number, isEnv: boolean): Value | null {
	QUOTED.lastIndex = at;
	const quote = QUOTED.exec(text);
	if (quote !== null) {
		const start = at + quote[0].length;
		const end = closingQuote(text, start, quote[1] ?? '', quote[2] ?? '"');
		if (end !== null) return { start, end, isQuoted: true };
		return bare(text, start, BARE);
	}
	return bare(text, at, isEnv ? ENV_VALUE : BARE);
}

function bare(text: string, at: number, shape: RegExp): Value | null {
	shape.lastIndex = at;
	const run = shape.exec(text);
	return run === null ? null : { start: at, end: at + run[0].length, isQuoted: false };
}

/** The end of a quote that opened with `slashes` (text that holds JSON as text has some); on the same line, or null. */
function closingQuote(text: string, start: number, slashes: string, quote: string): number | null {
	const limit = Math.min(text.length, start + MAX_VALUE);
	for (let at = start; at < limit; at++) {
		const sign = text.charAt(at);
		if (sign === '\n') return null;
		if (sign === quote) return at;
		if (sign !== '\\') continue;
		let run = at;
		while (text.charAt(run) === '\\') run++;
		if (text.charAt(run) === quote && run - at <= slashes.length) return at;
		at = run;
	}
	return null;
}

function isNoValue(words: string, name: string): boolean {
	if (words.startsWith('[redacted') || /^\[redacted/.test(words)) return true;
	if (NOT_A_VALUE.test(words) || PLACE.test(words)) return true;
	if (/^(?:\$\{|\$\(|\{\{|#\{|<%|%\()/.test(words) || /\$\{[^}]*\}/.test(words)) return true;
	if (/^\$[A-Za-z_]\w*$/.test(words)) return true;
	return (
		/sess(?:ion)?[-_ ]?id$/i.test(name) && (UUID.test(words) || ULID.test(words) || SESSION_ID.test(words))
	);
}

interface Candidate {
	text: string;
	name: string;
	certainty: Certainty;
	words: string;
	value: Value;
	isEnv: boolean;
	isFlag: boolean;
}

function isSecret(candidate: Candidate): boolean {
	const { certainty, words, value } = candidate;
	if (certainty === 'token') return isTokenValue(candidate);
	if (/^[\d._]+$/.test(words) && certainty === 'secret') return words.length >= 6 && value.isQuoted;
	if (/\s/.test(words)) return words.length >= 6 && !isAboutSecrets(words);
	if (value.isQuoted) return words.length >= (certainty === 'password' ? 4 : 6);
	return isBareSecret(candidate);
}

/** A sentence or a label, not a passphrase: it talks about secrets and has no digit. */
function isAboutSecrets(words: string): boolean {
	return ABOUT_WORDS.test(words) && !/\d/.test(words);
}

/** A plain word, a number or a name made of words is public far more often than a token. */
function isTokenValue({ words, value, isEnv, name }: Candidate): boolean {
	if (words.length < 6 || /^\d{1,15}$/.test(words)) return false;
	if (!value.isQuoted && isCode(words)) return false;
	if (/^(?:Bearer|Basic|Digest|token)$/i.test(words)) return false;
	if (isMadeOfWords(words)) return isEnv && words.length >= 16 && !/[-_.]/.test(words) && !/sess/i.test(name);
	if (/\d/.test(words)) return true;
	return value.isQuoted
		? /[a-z]/.test(words) && /[A-Z]/.test(words)
		: /[^A-Za-z._-]/.test(words) && words.length >= 8;
}

/** Unquoted words are code or prose more often than secrets, unless they contain a digit or a sign. */
function isBareSecret(candidate: Candidate): boolean {
	const { certainty, words, isEnv, isFlag } = candidate;
	if (isCode(words)) return false;
	if (certainty === 'password' && (isEnv || isYamlOfEnv(candidate)) && words.length >= 4)
		return !isCode(words);
	if (words.length < 6) return false;
	if (/\d/.test(words) || (/[^A-Za-z._-]/.test(words) && words.length >= 8)) return true;
	if (certainty === 'password' && /^[A-Za-z]+(?:-[A-Za-z]+){2,}$/.test(words)) return true;
	if (isFlag && certainty === 'password') return words !== words.toUpperCase() && !words.startsWith('-');
	return isEnv && standsAlone(candidate) && words.length >= 8;
}

/** A member access or a call: `this.#session.id`, `known?.token`, `read()`. A digit makes it a value. */
const isCode = (words: string) => !/\d/.test(words) && /[()]|^[a-z_]\w*\??\.#?[a-z_]/i.test(words);

/** `POSTGRES_PASSWORD: words` to the end of its line. */
function isYamlOfEnv({ text, name, value }: Candidate): boolean {
	return /^[A-Z][A-Z0-9_]*$/.test(name) && /^[ \t]*(?:\r?\n|$)/.test(text.slice(value.end, value.end + 8));
}

/** The assignment is alone on its line, as in an env file. */
function standsAlone({ text, name, value }: Candidate): boolean {
	const begin = value.start - name.length - 1;
	const before = text.slice(Math.max(0, begin - 12), begin);
	return (
		/(?:^|\n)[ \t]*(?:(?:export|set|ENV|ARG|-)[ \t]+)?$/.test(before) &&
		/^[ \t]*(?:\r?\n|$)/.test(text.slice(value.end, value.end + 8))
	);
}
