/**
 * Secrets recognized by their place: an option of a command, a field of a file, a part of a URL. One row each; `place` is global
 * and has two groups, the text that stays and the text that is removed. Cases are in test/helpers/secret-cases.ts, as for
 * secret-shapes.ts.
 */
import { hintSearch } from './hint-search.ts';
import type { SecretSpan } from './secret-spans.ts';

/** @internal For tests: each has a test case. */
export interface SecretPlace {
	id: string;
	/** The kind of secret named in its place. */
	kind: string;
	source: string;
	/** Every match contains one of these, in any case; none: every text is searched. */
	hints: readonly string[];
	place: RegExp;
	/** The text is a secret only if this holds. */
	isSecret?: (value: string) => boolean;
}

const hasDigit = (value: string) => /\d/.test(value);
const isLong = (value: string) => value.length >= 16 && hasDigit(value);
/** A word with a sign or a digit: prose has none. */
const isNoWord = (value: string) => /[^A-Za-z.,;:]/.test(value);

/** Names whose value follows in a field of its own: `name: DB_PASSWORD, value: x`. */
const NAMED_FIELD =
	/(\b(?:name|key|id)\\{0,3}["']?\s{0,4}[:=]\s{0,4}\\{0,3}["']?[\w.-]{0,40}(?:passw(?:or)?d|secret|token|api_?key|private_?key|access_?key|passphrase)\\{0,3}["']?\s{0,20},?\s{0,20}\\{0,3}["']?value\\{0,3}["']?\s{0,4}[:=]\s{0,4}(?:\\{0,3}["'])?)((?<=["'])[^"'\n\\]{4,400}|(?<!["'])[^\s"'{$<]{4,400})/gi;

/** @internal For tests: each has a test case. */
export const SECRET_PLACES: readonly SecretPlace[] = [
	{
		id: 'url-login',
		kind: 'password',
		source: 'https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1',
		hints: ['://'],
		place: /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>]{0,200}:)([^\s/@"'<>]{1,200})(?=@)/gi,
		isSecret: (value) => !/^(?:\$\{|\$\(|\{\{|<)/.test(value),
	},
	{
		id: 'url-token',
		kind: 'login',
		source: 'https://docs.github.com/get-started/git-basics/about-remote-repositories',
		hints: ['://'],
		place: /(\bhttps?:\/\/)(?=[^\s/:@"'<>]{0,200}\d)([\w-]{16,200})(?=@)/gi,
	},
	{
		id: 'jdbc-oracle-login',
		kind: 'password',
		source: 'https://docs.oracle.com/en/database/oracle/oracle-database/23/jjdbc/data-sources-and-URLs.html',
		hints: ['jdbc:oracle'],
		place: /(\bjdbc:oracle:\w{1,10}:[^\s/@"']{1,64}\/)([^\s@"']{3,100})(?=@)/gi,
	},
	{
		id: 'signed-url',
		kind: 'signature',
		source:
			'https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html; cloud.google.com/storage/docs/access-control/signed-urls; learn.microsoft.com/rest/api/storageservices/create-service-sas',
		hints: ['?', '&', ';'],
		place:
			/((?:[?&]|&amp;|%26|\\u0026)(?:x-amz-(?:signature|security-token)|x-goog-signature|x-oss-signature|x-cos-security-token|q-signature|signature|sig|sign|hmac|hdnea|hdnts|policy)=)([\w%+/.~=-]{16,4000})/gi,
		isSecret: hasDigit,
	},
	{
		id: 'url-parameter',
		kind: 'secret',
		source: 'https://www.rfc-editor.org/rfc/rfc6750#section-2.3',
		hints: ['?', '&'],
		place:
			/((?:[?&#]|&amp;|\\u0026)(?:access_?token|id_?token|refresh_?token|auth_?token|private_?token|job_?token|api_?token|token|api-?_?key|apikey|key|auth|authkey|auth_?key|secret|client_?secret|password|passwd|pwd|code|jwt|session|sid|otp|sastoken|subscription-key)=)([^\s&#"'<>`\\)]{6,4000})/gi,
		isSecret: (value) => hasDigit(value) && !/^(?:\$\{|\{)/.test(value),
	},
	{
		id: 'curl-user',
		kind: 'password',
		source: 'gitleaks: curl-auth-user',
		hints: ['-u', '--user', '--proxy-user'],
		place:
			/(\s(?:-u|--user|--proxy-user|-U)[ =]?(?:["'](?=[^"'\n]{1,200}["']))?[^\s:"'@/]{1,64}:)((?!\d+(?:\s|$))(?:(?<=["'][^"'\n]{0,80})[^"'\n]{3,100}|[^\s"'@/]{4,100}))/g,
		isSecret: (value) => !/^\$/.test(value),
	},
	{
		id: 'netrc',
		kind: 'password',
		source: 'https://everything.curl.dev/usingcurl/netrc.html',
		hints: ['password'],
		place: /(\blogin\s{1,20}\S{1,100}\s{1,20}password\s{1,20})(\S{4,200})/g,
	},
	{
		id: 'netrc-line',
		kind: 'password',
		source: 'https://everything.curl.dev/usingcurl/netrc.html',
		hints: ['password'],
		place: /(^[ \t]{0,20}password[ \t]{1,8})(\S{6,200})(?=[ \t]*$)/gm,
		isSecret: (value) => hasDigit(value) || /[^A-Za-z0-9.,;:!?"'`)_-]/.test(value),
	},
	{
		id: 'npmrc-auth',
		kind: 'login',
		source: 'https://docs.npmjs.com/cli/configuring-npm/npmrc',
		hints: ['_auth'],
		place: /((?:^|[\s:/"'_])_auth["']?\s{0,4}[=:]\s{0,4}["']?)([A-Za-z0-9+/_-]{4,2000}={0,2})/gim,
	},
	{
		id: 'key-data',
		kind: 'private key',
		source:
			'https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/; kubernetes.io/docs/concepts/configuration/secret',
		hints: ['client-key-data', 'tls.key', 'ssh-privatekey', '.dockerconfigjson', '.dockercfg'],
		place:
			/((?:client-key-data|tls\.key|ssh-privatekey|\.dockerconfigjson|\.dockercfg)\\{0,3}["']?\s{0,4}[:=]\s{0,4}\\{0,3}["']?)([A-Za-z0-9+/]{16,}={0,2})/g,
	},
	{
		id: 'pgpass',
		kind: 'password',
		source: 'https://www.postgresql.org/docs/current/libpq-pgpass.html',
		hints: [':'],
		place:
			/(^(?:[\w.*-]{1,200}|\/[\w./-]{1,200}|\[[0-9a-f:]{2,45}\]):(?:\*|\d{4,5}):(?:[^:\\\s]|\\.){1,64}:(?:[^:\\\s]|\\.){1,64}:)((?:[^:\\\n]|\\.){3,200})$/gim,
		isSecret: (value) => !/^\s/.test(value),
	},
	{
		id: 'mysql-option',
		kind: 'password',
		source: 'https://dev.mysql.com/doc/refman/9.1/en/connecting.html',
		hints: ['mysql', 'mariadb'],
		place:
			/(\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump)\b[^\n|;&]{0,200}?\s-p)([^\s"']{4,100}|"[^"\n]{4,100}"|'[^'\n]{4,100}')/g,
	},
	{
		id: 'password-option',
		kind: 'password',
		source: 'the manuals of docker login, redis-cli, mongosh, sqlcmd, zip, unzip, 7z',
		hints: ['docker', 'podman', 'redis-cli', 'mongo', 'sqlcmd', 'zip', '7z', 'helm', 'skopeo', 'az login'],
		place:
			/(\b(?:(?:docker|podman|helm registry|skopeo|az) login\b[^\n|;&]{0,200}?\s-p[ =]?|redis-cli\b[^\n|;&]{0,200}?\s-a |mongo(?:sh|dump|restore)?\b[^\n|;&]{0,200}?\s-p |sqlcmd\b[^\n|;&]{0,200}?\s-P ?|(?:un)?zip\b[^\n|;&]{0,80}?\s-P |7z\b[^\n|;&]{0,80}?\s-p)["']?)((?![-$])[^\s"']{4,100})/g,
	},
	{
		id: 'htpasswd-option',
		kind: 'password',
		source: 'https://httpd.apache.org/docs/2.4/programs/htpasswd.html',
		hints: ['htpasswd'],
		place:
			/(\bhtpasswd\s+-\w*b\w*\s+(?:-\w+\s+){0,4}\S{1,100}\s+(?:\S{1,64}\s+)?["']?)((?![-$])[^\s"']{4,100})(?=["']?\s*(?:$|[\n|;&>]))/gm,
	},
	{
		id: 'sshpass',
		kind: 'password',
		source: 'man sshpass',
		hints: ['sshpass'],
		place: /(\bsshpass\s{1,8}-p\s{0,8}["']?)((?<=["'])[^"'\n]{3,100}|[^\s"']{4,100})/g,
	},
	{
		id: 'openssl-pass',
		kind: 'password',
		source: 'https://docs.openssl.org/master/man1/openssl-passphrase-options/',
		hints: ['pass:'],
		place: /(\s-pass(?:in|out)?\s{1,8}["']?pass:)([^\s"']{4,100})/g,
	},
	{
		id: 'samba-user',
		kind: 'password',
		source: 'man smbclient',
		hints: ['smb', 'rpcclient'],
		place: /(\b(?:smbclient|smbget|rpcclient)\b[^\n|;&]{0,200}?\s-U ?["']?[^\s%"']{1,64}%)([^\s"']{3,100})/g,
	},
	{
		id: 'sql-password',
		kind: 'password',
		source:
			'https://www.postgresql.org/docs/current/sql-createrole.html; dev.mysql.com/doc/refman/9.1/en/create-user.html',
		hints: ['password', 'identified'],
		place:
			/(\b(?:PASSWORD\s{1,8}|IDENTIFIED\s{1,8}(?:WITH\s{1,8}\S{1,40}\s{1,8})?(?:BY|AS)\s{1,8}|PASSWORD\()["'])([^"'\n]{3,200})(?=["'])/gi,
	},
	{
		id: 'authorization-header',
		kind: 'token',
		source: 'https://www.rfc-editor.org/rfc/rfc9110#name-authorization',
		hints: ['authorization'],
		place:
			/((?:proxy-)?authorization\\{0,3}["']?\]?\s{0,4}[:=,]\s{0,4}\\{0,3}["'`]?(?:[A-Za-z][\w-]{1,20}\s{1,4})?)((?!\[redacted)[\w+/.~=-]{6,4000})/gi,
		isSecret: (value) =>
			value.length >= 8 && (hasDigit(value) || value.length >= 20 || /[a-z][A-Z]|=$/.test(value)),
	},
	{
		id: 'bearer',
		kind: 'token',
		source: 'https://www.rfc-editor.org/rfc/rfc6750',
		hints: ['bearer', 'basic', 'digest', 'token'],
		place: /(\b(?:Bearer|Basic|Digest|token)\s{1,20})([A-Za-z0-9+/_.~=-]{16,})/gi,
		isSecret: (value) => hasDigit(value) || value.length >= 24,
	},
	{
		id: 'cookie-header',
		kind: 'cookie',
		source: 'https://www.rfc-editor.org/rfc/rfc6265',
		hints: ['cookie'],
		place:
			/((?:^|[\s"'`\\])(?:set-)?cookie\\{0,3}["'`]?\s{0,4}:\s{0,4}\\{0,3}["'`]?)((?!\[redacted)[\w.-]{1,64}=[^\n"'`\\]{1,4000})/gi,
		isSecret: (value) => /=[^;\s]{0,200}\d[^;\s]{0,200}/.test(value) && value.length >= 12,
	},
	{
		id: 'cookie-option',
		kind: 'cookie',
		source: 'https://curl.se/docs/manpage.html#-b',
		hints: ['curl', 'wget'],
		place: /(\bcurl\b[^\n|;&]{0,400}?\s(?:-b|--cookie)[ =]["']?)([\w.-]{1,64}=[^\n"']{8,2000})/g,
	},
	{
		id: 'registry-auth',
		kind: 'login',
		source: 'https://docs.docker.com/reference/cli/docker/login/',
		hints: ['auth', 'identitytoken'],
		place:
			/(\\{0,3}"(?:auth|identitytoken)\\{0,3}"\s{0,8}:\s{0,8}\\{0,3}")([A-Za-z0-9+/_.-]{12,}={0,2})(?=\\{0,3}")/g,
	},
	{
		id: 'xml-element',
		kind: 'password',
		source: 'https://maven.apache.org/settings.html#servers',
		hints: ['</'],
		place:
			/(<(?:[A-Za-z]{1,20}:)?(?:password|passwd|passphrase|secret|token|api-?key|private-?key|client-?secret)>)([^<\n]{4,400})(?=<\/)/gi,
		isSecret: (value) => !/^\s*(?:\$\{|\{\{)/.test(value),
	},
	{
		id: 'named-field',
		kind: 'secret',
		source:
			'https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/; gitleaks: nuget-config-password',
		hints: ['value'],
		place: NAMED_FIELD,
		isSecret: (value) => !/^(?:\$|\{\{|<|true$|false$|null$)/.test(value),
	},
	{
		id: 'otpauth',
		kind: 'secret',
		source: 'https://github.com/google/google-authenticator/wiki/Key-Uri-Format',
		hints: ['otpauth://'],
		place: /(\botpauth:\/\/[^\s"'<>]{1,400}?[?&]secret=)([A-Za-z2-7]{8,})/gi,
	},
	{
		id: 'wireguard',
		kind: 'private key',
		source: 'man wg',
		hints: ['privatekey', 'presharedkey'],
		place: /(\b(?:PrivateKey|PresharedKey)\s{0,8}=\s{0,8})([A-Za-z0-9+/]{42,43}=)/gi,
	},
	{
		id: 'piped-password',
		kind: 'password',
		source: 'man chpasswd; man sudo',
		hints: ['chpasswd', 'sudo -s', '--password-stdin', '--stdin'],
		place:
			/(\becho\s{1,4}(?:-n\s{1,4})?["']?(?:[a-z_][\w-]{0,31}:)?)((?![-$])[^\s"'|]{4,100})(?=["']?\s{0,4}\|[^\n]{0,60}(?:chpasswd|sudo -S|--password-stdin|passwd --stdin))/g,
	},
	{
		id: 'slack-and-other-headers',
		kind: 'token',
		source: 'gitleaks: curl-auth-header; docs.gitlab.com/api/rest/authentication',
		hints: ['-token:', '-key:', 'x-vault', 'x-api'],
		place:
			/((?<![\w-])(?:x(?:-[a-z]{1,12}){1,4}|private|job|deploy|circle|ocp-apim-subscription|fastly|dd-api|dd-application|xi-api|api)-(?:token|key):\s{0,4})([^\s"'`\\]{6,2000})/gim,
		isSecret: (value) => isNoWord(value) && isLong(`${value}0000000000`) && !/^[$<{[]/.test(value),
	},
];

/** How far before its end a value can hold the beginning of another secret's place. */
const MAX_BEGINNING = 80;

/** The secrets found by place, by position. */
export function placedSecrets(text: string): SecretSpan[] {
	const isThere = hintsIn(text);
	return SECRET_PLACES.filter(({ hints }) => hints.some(isThere)).flatMap((place) => secretsAt(place, text));
}

const hintsIn = hintSearch(SECRET_PLACES.flatMap(({ hints }) => hints));

function secretsAt({ kind, place, isSecret }: SecretPlace, text: string): SecretSpan[] {
	const found: SecretSpan[] = [];
	place.lastIndex = 0;
	for (let hit = place.exec(text); hit !== null; hit = place.exec(text)) {
		const [whole, before = '', value = ''] = hit;
		const end = hit.index + whole.length;
		const start = end - value.length;
		// The supposed value may be the beginning of another place: `Authorization:` below an empty one.
		place.lastIndex = Math.max(hit.index + 1, start, end - MAX_BEGINNING);
		if (value.includes('[redacted') || before.endsWith('[redacted: ')) continue;
		if (isSecret === undefined || isSecret(value)) found.push({ start, end, kind });
	}
	return found;
}
