/**
 * Keys recognized by their shape alone, one row each, wherever they are. `source` is where the shape is described: a provider's
 * page, or a published rule (`gitleaks: NAME` in config/gitleaks.toml, `secretlint: NAME`). Each row has a text that it must find
 * and one that it must leave in test/helpers/secret-cases.ts.
 *
 * All shapes match in linear time: a run that may be long is not followed by anything that could fail, or cannot begin inside
 * another one, or has a bound.
 */
import { hasLongRun } from './long-runs.ts';

/** @internal For tests: each has a test case. */
export interface SecretShape {
	id: string;
	/** The kind of secret named in its place: `[redacted: kind]`. */
	kind: string;
	source: string;
	/** Every match contains one of these, so a text with none of them is not searched. */
	hints: readonly string[];
	shape: RegExp;
	/** Words and names begin like this key too: the rest decides. */
	isShared?: true;
}

const GITHUB = 'https://docs.github.com/authentication/keeping-your-account-and-data-secure';
const GITLAB = 'https://docs.gitlab.com/security/tokens/#token-prefixes';
const AWS_IDS = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html';
const RFC_7468 = 'https://www.rfc-editor.org/rfc/rfc7468';

/** A key made of a prefix and a run of letters and digits. `body` may end only in something that needs nothing after it. */
function prefixed(id: string, kind: string, source: string, prefixes: string[], body: string): SecretShape {
	const escaped = prefixes.map((prefix) => prefix.replace(/[.$*+]/g, '\\$&')).join('|');
	return {
		id,
		kind,
		source,
		hints: prefixes,
		shape: new RegExp(`(?<![A-Za-z0-9])(?:${escaped})${body}`, 'g'),
	};
}

/** As `prefixed`, for prefixes with which names of other things begin too. */
function shared(
	id: string,
	kind: string,
	source: string,
	prefixes: string[],
	body = '[\\w-]{16,}',
): SecretShape {
	return { ...prefixed(id, kind, source, prefixes, body), isShared: true };
}

/** @internal For tests: each has a test case. */
export const SECRET_SHAPES: readonly SecretShape[] = [
	{
		id: 'pem',
		kind: 'private key',
		source: RFC_7468,
		hints: ['PRIVATE KEY'],
		shape:
			/-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
	},
	{
		id: 'pem-base64',
		kind: 'private key',
		source: 'RFC 7468 in base64, as kube config and Secret objects hold it',
		hints: ['LS0tLS1CRUdJTi'],
		// "-----BEGIN " and RSA, PRIVATE, EC, OPENSSH, ENCRYPTED, DSA, PGP; not CERTIFICATE or PUBLIC.
		shape: /LS0tLS1CRUdJTi(?:BSU0Eg|BQUklW|BFQyBQ|BPUEVO|BFTkNS|BEU0Eg|BQR1Ag)[A-Za-z0-9+/]{16,}={0,2}/g,
	},
	{
		id: 'putty',
		kind: 'private key',
		source: 'https://the.earth.li/~sgtatham/putty/latest/htmldoc/AppendixC.html',
		hints: ['Private-Lines:'],
		shape: /\bPrivate-Lines: \d{1,4}(?:\r?\n[A-Za-z0-9+/=]{1,64}(?=\r?\n|$)){1,400}/g,
	},
	prefixed(
		'age',
		'age key',
		'https://github.com/C2SP/C2SP/blob/main/age.md',
		['AGE-SECRET-KEY-', 'AGE-PLUGIN-'],
		'[A-Z0-9-]{20,}',
	),
	{
		id: 'jwt',
		kind: 'JWT',
		source: 'https://www.rfc-editor.org/rfc/rfc7519; gitleaks: jwt',
		hints: ['eyJ'],
		shape: /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*){0,3}/g,
	},
	{
		id: 'jwt-base64',
		kind: 'JWT',
		source: 'gitleaks: jwt-base64',
		hints: ['ZXlK'],
		shape: /\bZXlK(?:[a-zA-Z0-9]{2,12})[A-Za-z0-9+/_-]{40,}={0,2}/g,
	},
	{
		id: 'harness',
		kind: 'Harness token',
		source: 'gitleaks: harness-api-key',
		hints: ['pat.', 'sat.'],
		shape: /\b(?:pat|sat)\.[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}/g,
	},
	{
		id: 'intra42',
		kind: 'key',
		source: 'gitleaks: intra42-client-secret',
		hints: ['s-s4t2'],
		shape: /\bs-s4t2(?:ud|af)-[a-f0-9]{64}/g,
	},
	{
		id: 'docker-config',
		kind: 'registry login',
		source: '{"auths": in base64, as a .dockerconfigjson holds it',
		hints: ['eyJhdXRo', 'ewogICJhdXRo', 'ewoJImF1dGhz'],
		shape: /(?:eyJhdXRo|ewogICJhdXRo|ewoJImF1dGhz)[A-Za-z0-9+/]{24,}={0,2}/g,
	},
	{
		id: 'password-hash',
		kind: 'password hash',
		source: 'man 5 crypt',
		hints: ['$'],
		shape:
			/(?<![\w$])\$(?:2[abxy]\$\d\d\$[./A-Za-z0-9]{40,}|(?:1|5|6|7|y|gy|apr1)\$[./A-Za-z0-9=$,]{20,}|argon2(?:id|i|d)\$[\w=,$+/.-]{30,})/g,
	},
	prefixed('github', 'GitHub token', GITHUB, ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], '[A-Za-z0-9]{16,}'),
	prefixed('github-fine-grained', 'GitHub token', GITHUB, ['github_pat_'], '\\w{20,}'),
	{
		id: 'gitlab',
		kind: 'GitLab token',
		source: GITLAB,
		hints: ['gl'],
		shape:
			/(?<![A-Za-z0-9])gl(?:pat|dt|rt|rtr|ptt|cbt|ft|soat|agent|imt|ffct|oas|wt)-[\w-]{16,}(?:\.[\w-]{2,12}){0,3}/g,
	},
	prefixed('gitlab-runner', 'GitLab token', GITLAB, ['GR1348941'], '[\\w-]{16,}'),
	{
		id: 'aws-key-id',
		kind: 'AWS key id',
		source: AWS_IDS,
		hints: ['AKIA', 'ASIA', 'AGPA', 'AIDA', 'AROA', 'ANPA', 'ABIA', 'ACCA', 'A3T'],
		shape: /\b(?:A3T[A-Z0-9]|(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ABIA|ACCA))[A-Z0-9]{12,}\b/g,
	},
	prefixed(
		'aws-bedrock',
		'AWS key',
		'gitleaks: aws-amazon-bedrock-api-key-long-lived',
		['ABSKQmVkcm9ja', 'bedrock-api-key-'],
		'[A-Za-z0-9+/=]{20,}',
	),
	prefixed('google-api', 'Google key', 'gitleaks: gcp-api-key', ['AIza'], '[\\w-]{30,}'),
	prefixed(
		'google-oauth',
		'Google key',
		'https://developers.google.com/identity/protocols/oauth2',
		['ya29.', 'GOCSPX-'],
		'[\\w-]{16,}',
	),
	prefixed(
		'google-refresh',
		'Google key',
		'https://developers.google.com/identity/protocols/oauth2/web-server',
		['1//0', '4/0A'],
		'[\\w-]{30,}',
	),
	prefixed(
		'google-gemini',
		'Google key',
		'https://ai.google.dev/gemini-api/docs/api-key',
		['AQ.Ab'],
		'[\\w-]{30,}',
	),
	{
		id: 'slack',
		kind: 'Slack token',
		source: 'https://docs.slack.dev/authentication/tokens',
		hints: ['xox', 'xapp-'],
		shape: /(?<![A-Za-z0-9])(?:xox[a-z](?:\.xox[a-z])?-[\w-]{10,}|xapp-[\w-]{10,})/g,
	},
	{
		id: 'webhook-url',
		kind: 'webhook',
		source:
			'gitleaks: slack-webhook-url, microsoft-teams-webhook; discord.com/developers/docs/resources/webhook',
		hints: ['hooks.slack.com/', '/api/webhooks/', '.webhook.office.com/', 'hooks.zapier.com/'],
		shape:
			/(?:hooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/]{16,}|discord(?:app)?\.com\/api\/webhooks\/\d{10,20}\/[\w-]{20,}|webhook\.office\.com\/webhookb2\/[\w@/-]{40,}|hooks\.zapier\.com\/hooks\/catch\/\d{1,12}\/\w{5,})/g,
	},
	prefixed('npm', 'npm token', 'https://docs.npmjs.com/about-access-tokens', ['npm_'], '[A-Za-z0-9]{20,}'),
	prefixed('pypi', 'PyPI token', 'https://pypi.org/help/#apitoken', ['pypi-'], '[\\w-]{20,}'),
	prefixed(
		'vault',
		'Vault token',
		'https://developer.hashicorp.com/vault/docs/concepts/tokens',
		['hvs.', 'hvb.', 'hvr.'],
		'[\\w-]{20,}',
	),
	{
		id: 'terraform-cloud',
		kind: 'Terraform token',
		source: 'gitleaks: hashicorp-tf-api-token',
		hints: ['.atlasv1.'],
		shape: /\b[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{20,}/g,
	},
	{
		id: 'atlassian',
		kind: 'Atlassian token',
		source: 'gitleaks: atlassian-api-token',
		hints: ['ATATT', 'ATCTT', 'ATBB'],
		shape: /(?<![A-Za-z0-9])AT(?:ATT|CTT|BB)3?[\w=-]{24,}/g,
	},
	{
		id: 'discord-bot',
		kind: 'Discord token',
		source: 'https://discord.com/developers/docs/reference#authentication',
		hints: ['.'],
		shape: /\b[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}/g,
	},
	{
		id: 'telegram-bot',
		kind: 'Telegram token',
		source: 'https://core.telegram.org/bots/api#authorizing-your-bot',
		hints: [':AA'],
		shape: /(?<!\d)\d{8,10}:AA[\w-]{33}(?![\w-])/g,
	},
	{
		id: 'azure-client-secret',
		kind: 'Azure secret',
		source: 'gitleaks: azure-ad-client-secret',
		hints: ['Q~'],
		shape: /(?<![\w~.-])[\w.~-]{3}\dQ~[\w.~-]{31,34}/g,
	},
	{
		id: 'azure-signed-key',
		kind: 'Azure secret',
		source:
			'https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate',
		hints: ['JQQJ99', 'AZDO', '+ASt', 'AIoT', 'AzSe', 'AzFu', 'ACDb', 'AzCa', 'ARm', 'APIM'],
		shape:
			/(?<![\w+/])[A-Za-z0-9+/]{32,76}(?:JQQJ99[A-Za-z0-9]{10,30}|AZDO[A-Za-z0-9]{4}|(?:\+ASt|AIoT|\+ARm|AzSe|AzFu|ACDb|AzCa|APIM)[A-Za-z0-9+/]{5,6}={0,2})(?![\w+/])/g,
	},
	{
		id: 'databricks',
		kind: 'Databricks token',
		source: 'gitleaks: databricks-api-token',
		hints: ['dapi', 'dkea', 'dose', 'dsapi'],
		shape: /\b(?:dapi|dkea|dose|dsapi)[0-9a-f]{32}\b/g,
	},
	{
		id: 'airtable',
		kind: 'Airtable token',
		source: 'https://airtable.com/developers/web/api/authentication',
		hints: ['pat'],
		shape: /\bpat[A-Za-z0-9]{14}\.[0-9a-f]{64}\b/g,
	},
	prefixed(
		'new-relic',
		'New Relic key',
		'https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/',
		['NRAK-', 'NRRA-', 'NRII-', 'NRJS-', 'NRAA-'],
		'[A-Za-z0-9-]{19,}',
	),
	{
		id: 'alibaba-key-id',
		kind: 'Alibaba key id',
		source: 'gitleaks: alibaba-access-key-id',
		hints: ['LTAI'],
		shape: /\bLTAI[A-Za-z0-9]{12,24}\b/g,
	},
	{
		id: 'tencent-key-id',
		kind: 'Tencent key id',
		source: 'https://www.tencentcloud.com/document/product/598/34228',
		hints: ['AKID', 'IKID'],
		shape: /\b(?:AKID|IKID)[A-Za-z0-9]{32}\b/g,
	},
	{
		id: 'mailgun',
		kind: 'Mailgun key',
		source: 'gitleaks: mailgun-private-api-token',
		hints: ['key-'],
		shape: /\bkey-[0-9a-f]{32}\b/g,
	},
	{
		id: 'mailchimp',
		kind: 'Mailchimp key',
		source: 'gitleaks: mailchimp-api-key',
		hints: ['-us'],
		shape: /\b[0-9a-f]{32}-us\d{1,2}\b/g,
	},
	{
		id: 'twilio',
		kind: 'Twilio key',
		source: 'gitleaks: twilio-api-key',
		hints: ['SK'],
		shape: /\bSK[0-9a-f]{32}\b/g,
	},
	{
		id: 'facebook',
		kind: 'Facebook token',
		source: 'gitleaks: facebook-page-access-token',
		hints: ['EAA'],
		shape: /\bEAA[A-Za-z0-9]{80,}/g,
	},
	{
		id: 'twitter-bearer',
		kind: 'Twitter token',
		source: 'gitleaks: twitter-bearer-token',
		hints: ['AAAAAAAAAAAAAAAAAAAAAA'],
		shape: /\bA{22}[A-Za-z0-9%]{60,}/g,
	},
	{
		id: 'plaid',
		kind: 'Plaid token',
		source: 'gitleaks: plaid-api-token',
		hints: ['access-sandbox-', 'access-development-', 'access-production-'],
		shape: /\baccess-(?:sandbox|development|production)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
	},
	{
		id: 'launchdarkly',
		kind: 'LaunchDarkly key',
		source: 'https://launchdarkly.com/docs/home/account/environment/keys',
		hints: ['sdk-', 'mob-', 'api-'],
		shape: /\b(?:sdk|mob|api)-[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/g,
	},
	{
		id: 'nuget',
		kind: 'NuGet key',
		source: 'https://learn.microsoft.com/nuget/nuget-org/publish-a-package',
		hints: ['oy2'],
		shape: /\boy2[a-z0-9]{43}\b/g,
	},
	{
		id: 'crates-io',
		kind: 'crates.io token',
		source: 'https://doc.rust-lang.org/cargo/reference/publishing.html',
		hints: ['cio'],
		shape: /\bcio[A-Za-z0-9]{32}\b/g,
	},
	{
		id: 'artifactory',
		kind: 'Artifactory key',
		source: 'gitleaks: artifactory-api-key, artifactory-reference-token',
		hints: ['AKCp', 'cmVmd'],
		shape: /\b(?:AKCp[A-Za-z0-9]{50,}|cmVmd[A-Za-z0-9]{59})\b/g,
	},
	{
		id: 'one-password-secret-key',
		kind: '1Password key',
		source: 'gitleaks: 1password-secret-key',
		hints: ['A3-'],
		shape: /\bA3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4,5}\b/g,
	},
	{
		id: 'openshift',
		kind: 'OpenShift token',
		source: 'gitleaks: openshift-user-token',
		hints: ['sha256~'],
		shape: /\bsha256~[\w-]{43}(?![\w-])/g,
	},
	{
		id: 'cloudflare-origin-ca',
		kind: 'Cloudflare key',
		source: 'gitleaks: cloudflare-origin-ca-key',
		hints: ['v1.0-'],
		shape: /\bv1\.0-[a-f0-9]{24}-[a-f0-9]{60,}/g,
	},
	{
		id: 'heroku',
		kind: 'Heroku key',
		source: 'gitleaks: heroku-api-key-v2',
		hints: ['HRKU-'],
		shape: /\bHRKU-[\w-]{30,}/g,
	},
	{
		id: 'maxmind',
		kind: 'MaxMind key',
		source: 'gitleaks: maxmind-license-key',
		hints: ['_mmk'],
		shape: /\b[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk\b/g,
	},
	{
		id: 'easypost',
		kind: 'EasyPost key',
		source: 'gitleaks: easypost-api-key',
		hints: ['EZAK', 'EZTK'],
		shape: /\bEZ[AT]K[A-Za-z0-9]{40,}\b/g,
	},
	{
		id: 'octopus',
		kind: 'Octopus key',
		source: 'gitleaks: octopus-deploy-api-key',
		hints: ['API-'],
		shape: /\bAPI-(?=[A-Z]{0,25}\d)[A-Z0-9]{26,}\b/g,
	},
	{
		id: 'paypal',
		kind: 'PayPal token',
		source: 'https://developer.paypal.com/braintree/docs/guides/credentials/access-tokens/',
		hints: ['access_token$'],
		shape: /\baccess_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}\b/g,
	},
	{
		id: 'square',
		kind: 'Square token',
		source: 'gitleaks: square-access-token',
		hints: ['sq0', 'EAAA'],
		shape: /(?<![A-Za-z0-9])(?:sq0(?:atp|csp|idp)-[\w-]{22,}|EAAA[\w-]{58,62}(?![\w-]))/g,
	},
	{
		id: 'dynatrace',
		kind: 'Dynatrace token',
		source: 'gitleaks: dynatrace-api-token',
		hints: ['dt0'],
		shape: /\bdt0[a-z]\d\d\.[A-Za-z0-9]{8,24}\.[A-Za-z0-9]{40,}/g,
	},
	{
		id: 'asana',
		kind: 'Asana token',
		source: 'https://developers.asana.com/docs/personal-access-token',
		hints: ['/1', '1/'],
		shape: /(?<![\w/])[12]\/\d{10,20}(?:\/\d{10,20})?:[0-9a-f]{32}\b/g,
	},
	{
		id: 'bitwarden',
		kind: 'Bitwarden token',
		source: 'https://bitwarden.com/help/access-tokens/',
		hints: ['0.'],
		shape: /\b0\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9]{20,}:[A-Za-z0-9+/=]{16,}/g,
	},
	{
		id: 'authress',
		kind: 'Authress key',
		source: 'gitleaks: authress-service-client-access-key',
		hints: ['.acc_', '.acc-'],
		shape:
			/\b(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][a-z0-9-]{10,32}\.[\w+/=-]{30,}/g,
	},
	{
		id: 'dropbox',
		kind: 'Dropbox token',
		source: 'gitleaks: dropbox-short-lived-api-token',
		hints: ['sl.'],
		shape: /(?<![\w.-])sl\.(?:u\.)?[\w-]{60,}/g,
	},
	{
		id: 'grafana-api',
		kind: 'Grafana key',
		source: 'gitleaks: grafana-api-key',
		hints: ['eyJrIjoi'],
		shape: /\beyJrIjoi[A-Za-z0-9]{30,}={0,2}/g,
	},
	{
		id: 'api-key',
		kind: 'API key',
		source:
			'OpenAI, Anthropic, OpenRouter, Stripe, Clerk, Langfuse and others; gitleaks: openai-api-key, stripe-access-token',
		hints: ['sk-', 'sk_', 'sk.', 'pk-', 'pk_', 'pk.', 'rk-', 'rk_', 'ak-', 'ak_', 'as-'],
		shape: /\b(?:(?:sk|pk|rk|ak)[-_.]|as-)(?:[A-Za-z0-9]{1,40}[-_.]){0,8}[A-Za-z0-9_-]{12,}/g,
		isShared: true,
	},
	shared('hugging-face', 'key', 'gitleaks: huggingface-access-token', ['hf_', 'api_org_']),
	shared('replicate', 'key', 'https://replicate.com/docs/topics/security/api-tokens', ['r8_', 'r8-']),
	shared('groq', 'key', 'https://console.groq.com/docs', ['gsk_']),
	shared('xai', 'key', 'https://docs.x.ai', ['xai-', 'xai_']),
	shared('perplexity', 'key', 'gitleaks: perplexity-api-key', ['pplx-', 'pplx_']),
	shared('fireworks', 'key', 'https://docs.fireworks.ai', ['fw_']),
	shared('together', 'key', 'https://docs.together.ai', ['tgp_v1_']),
	shared('cerebras', 'key', 'https://inference-docs.cerebras.ai', ['csk-']),
	shared('nvidia', 'key', 'https://docs.nvidia.com/ngc', ['nvapi-']),
	shared('tavily', 'key', 'https://docs.tavily.com', ['tvly-', 'tvly_']),
	shared('firecrawl', 'key', 'https://docs.firecrawl.dev', ['fc-']),
	shared('jina', 'key', 'https://jina.ai/api-dashboard', ['jina_']),
	shared('pinecone', 'key', 'https://docs.pinecone.io', ['pcsk_']),
	shared('voyage', 'key', 'https://docs.voyageai.com', ['pa-']),
	shared('langsmith', 'key', 'https://docs.smith.langchain.com', ['lsv2_pt_', 'lsv2_sk_', 'ls__']),
	shared('wandb', 'key', 'https://docs.wandb.ai', ['wandb_v1_']),
	shared('cursor', 'key', 'https://docs.cursor.com', ['crsr_', 'key_']),
	shared('e2b', 'key', 'https://e2b.dev/docs', ['e2b_']),
	shared('browserbase', 'key', 'https://docs.browserbase.com', ['bb_live_', 'bb_test_']),
	shared('context7', 'key', 'https://context7.com', ['ctx7sk-', 'ctx7sk_']),
	shared('supabase', 'key', 'https://supabase.com/docs/guides/api/api-keys', ['sbp_', 'sb_secret_']),
	shared(
		'convex',
		'key',
		'https://docs.convex.dev',
		['prod:', 'dev:', 'preview:'],
		'[a-z]+-[a-z]+-\\d{1,5}\\|[\\w+/=-]{20,}',
	),
	shared('neon', 'key', 'https://neon.com/docs/manage/api-keys', ['napi_']),
	shared('planetscale', 'key', 'gitleaks: planetscale-api-token', ['pscale_'], '\\w{2,8}_[\\w.=-]{16,}'),
	shared('digitalocean', 'key', 'gitleaks: digitalocean-pat', ['dop_v1_', 'doo_v1_', 'dor_v1_']),
	shared('cloudflare', 'key', 'https://developers.cloudflare.com/fundamentals/api', [
		'cfut_',
		'cfat_',
		'cfk_',
	]),
	shared(
		'fly',
		'key',
		'gitleaks: flyio-access-token',
		['fo1_', 'fm1a_', 'fm1r_', 'fm2_'],
		'[\\w+/-]{16,}={0,3}',
	),
	shared('vercel', 'key', 'https://vercel.com/docs/rest-api', [
		'vcp_',
		'vci_',
		'vca_',
		'vcr_',
		'vck_',
		'vercel_',
	]),
	shared('netlify', 'key', 'https://docs.netlify.com/api', ['nfp_', 'nfc_', 'nfo_', 'nfb_', 'nfu_']),
	shared('render', 'key', 'https://render.com/docs/api', ['rnd_']),
	shared('scalingo', 'key', 'gitleaks: scalingo-api-token', ['tk-us-']),
	shared(
		'doppler',
		'key',
		'gitleaks: doppler-api-token',
		['dp.pt.', 'dp.st.', 'dp.sa.', 'dp.ct.', 'dp.scim.', 'dp.audit.'],
		'[\\w.-]{16,}',
	),
	shared('one-password', 'key', 'gitleaks: 1password-service-account-token', ['ops_']),
	shared('pulumi', 'key', 'gitleaks: pulumi-api-token', ['pul-']),
	shared('prefect', 'key', 'gitleaks: prefect-api-token', ['pnu_', 'pnb_']),
	shared('tailscale', 'key', 'https://tailscale.com/kb/1252/key-prefixes', ['tskey-']),
	shared('defined-networking', 'key', 'gitleaks: defined-networking-api-token', ['dnkey-']),
	shared('docker-hub', 'key', 'https://docs.docker.com/security/access-tokens/', ['dckr_pat_', 'dckr_oat_']),
	shared('rubygems', 'key', 'gitleaks: rubygems-api-token', ['rubygems_']),
	shared('clojars', 'key', 'gitleaks: clojars-api-token', ['CLOJARS_']),
	shared('circleci', 'key', 'https://circleci.com/docs/managing-api-tokens/', ['CCIPAT_', 'CCIPRJ_']),
	shared('buildkite', 'key', 'https://buildkite.com/docs/apis/managing-api-tokens', [
		'bkua_',
		'bkct_',
		'bkaj_',
		'bkpt_',
	]),
	shared(
		'grafana',
		'key',
		'gitleaks: grafana-service-account-token',
		['glsa_', 'glc_'],
		'[\\w+/-]{16,}={0,3}',
	),
	shared('sentry', 'key', 'gitleaks: sentry-org-token', ['sntrys_', 'sntryu_'], '[\\w+/=-]{16,}'),
	shared('posthog', 'key', 'https://posthog.com/docs/api', ['phx_', 'phs_', 'phc_']),
	shared('sourcegraph', 'key', 'gitleaks: sourcegraph-access-token', ['sgp_', 'slk_']),
	shared('honeycomb', 'key', 'https://docs.honeycomb.io/configure/environments/manage-api-keys/', [
		'hcaik_',
		'hcxik_',
		'hcalk_',
		'hcxlk_',
		'hcamk_',
		'hcxmk_',
	]),
	shared('datadog', 'key', 'https://docs.datadoghq.com/account_management/api-app-keys/', [
		'ddapp_',
		'ddpat_',
	]),
	shared('linear', 'key', 'gitleaks: linear-api-key', ['lin_api_', 'lin_oauth_', 'lin_wh_']),
	shared('notion', 'key', 'gitleaks: notion-api-token', ['ntn_', 'secret_']),
	shared('figma', 'key', 'https://www.figma.com/developers/api#access-tokens', [
		'figd_',
		'figdr_',
		'figu_',
		'figor_',
	]),
	shared('contentful', 'key', 'https://www.contentful.com/developers/docs/references/authentication/', [
		'CFPAT-',
	]),
	shared('postman', 'key', 'gitleaks: postman-api-token', ['PMAK-']),
	shared('readme', 'key', 'gitleaks: readme-api-token', ['rdme_']),
	shared('typeform', 'key', 'gitleaks: typeform-api-token', ['tfp_']),
	shared('frame-io', 'key', 'gitleaks: frameio-api-token', ['fio-u-']),
	shared('adobe', 'key', 'gitleaks: adobe-client-secret', ['p8e-', 'p8-']),
	shared('shopify', 'key', 'gitleaks: shopify-access-token', ['shpat_', 'shpss_', 'shpca_', 'shppa_']),
	shared('shippo', 'key', 'gitleaks: shippo-api-token', ['shippo_live_', 'shippo_test_']),
	shared('duffel', 'key', 'gitleaks: duffel-api-token', ['duffel_live_', 'duffel_test_']),
	shared(
		'razorpay',
		'key',
		'https://razorpay.com/docs/api/authentication/',
		['rzp_live_', 'rzp_test_'],
		'[A-Za-z0-9]{14,}',
	),
	shared('flutterwave', 'key', 'gitleaks: flutterwave-secret-key', [
		'FLWSECK_TEST-',
		'FLWSECK-',
		'FLWPUBK_TEST-',
	]),
	shared(
		'webhook-secret',
		'key',
		'https://docs.stripe.com/webhooks; https://www.standardwebhooks.com',
		['whsec_'],
		'[\\w+/=-]{16,}',
	),
	shared('brevo', 'key', 'gitleaks: sendinblue-api-token', ['xkeysib-', 'xsmtpsib-']),
	shared('sendgrid', 'key', 'gitleaks: sendgrid-api-token', ['SG.'], '[\\w.-]{16,}'),
	shared('resend', 'key', 'https://resend.com/docs/api-reference', ['re_']),
	shared('inngest', 'key', 'https://www.inngest.com/docs/platform/signing-keys', ['signkey-']),
	shared('trigger-dev', 'key', 'https://trigger.dev/docs/apikeys', [
		'tr_dev_',
		'tr_prod_',
		'tr_stg_',
		'tr_pat_',
	]),
	shared('settlemint', 'key', 'gitleaks: settlemint-personal-access-token', [
		'sm_pat_',
		'sm_aat_',
		'sm_sat_',
	]),
	shared('infracost', 'key', 'gitleaks: infracost-api-token', ['ico-']),
	shared('yandex', 'key', 'gitleaks: yandex-api-key', ['AQVN', 'YCAJ', 'YCPJ']),
	{
		id: 'provider-like',
		kind: 'key',
		source:
			'how newer providers write keys: NAME_KIND_RANDOM; GitHub’s blog "Behind GitHub’s new authentication token formats"',
		hints: ['_', '-'],
		shape:
			/(?<![A-Za-z0-9_-])[a-z][a-z0-9]{1,14}[_-](?:live|test|prod|dev|pat|sat|oat|api|key|apikey|sk|secret|tok|token|v[1-9])[_-](?=[A-Za-z]{0,23}\d[A-Za-z]{0,23}\d)[A-Za-z0-9]{24,}/g,
		isShared: true,
	},
];

/** A run that no word contains: long, or of some length with a digit inside. */
const KEY_BODY = /[A-Za-z0-9]{20}|(?=[A-Za-z]{0,11}\d)[A-Za-z0-9]{12}/;

/** Every key is such a run, or contains one of `LINES`; most lines of code and prose do not. */
const LONG_RUN = /[\w+/=.~$:|%@-]{16,}/g;
const LINES = ['PRIVATE KEY', 'Private-Lines:'];

/** `text` with each key replaced by the result of `mark` for its kind. */
export function withoutShapes(text: string, mark: (kind: string) => string): string {
	const long = hasLongRun(text) ? (text.match(LONG_RUN) ?? []) : [];
	const runs = [...long, ...LINES.filter((line) => text.includes(line))].join(' ');
	if (runs === '') return text;
	let out = text;
	for (const { kind, hints, shape, isShared } of SECRET_SHAPES) {
		if (!hints.some((hint) => runs.includes(hint))) continue;
		out = out.replace(shape, (whole) => (!isShared || KEY_BODY.test(whole) ? mark(kind) : whole));
	}
	return out;
}
