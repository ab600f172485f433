/** What the scripted model says, in words that hold for every dialect. `model-server.ts` speaks them. */
import { until } from '../../helpers/patience.ts';

export interface ModelCall {
	/** As each CLI names its tools: `Bash`, `Write`, `exec_command`, `apply_patch`. */
	name: string;
	input: Record<string, unknown> | string;
	/** codex's name for the server of an MCP tool. */
	namespace?: string;
}

export interface TokenUsage {
	input: number;
	output: number;
	cached: number;
}

export type Answer =
	| {
			type: 'message';
			thought?: string;
			text?: string;
			calls?: ModelCall[];
			usage?: TokenUsage;
			headers?: Record<string, string>;
			/** The answer ends only when this resolves; its text is streamed before. */
			until?: Promise<unknown>;
	  }
	| { type: 'refusal'; status: number; headers?: Record<string, string>; body: unknown }
	/** Made when the model is asked: a time in it then counts from the request, however long the start took. */
	| { type: 'when_asked'; make: () => Answer };

export const USAGE: TokenUsage = { input: 1000, output: 50, cached: 0 };

export const say = (
	text: string,
	more: { usage?: TokenUsage; headers?: Record<string, string> } = {},
): Answer => ({
	type: 'message',
	text,
	...more,
});

export const sayUntil = (text: string, until: Promise<unknown>): Answer => ({ type: 'message', text, until });

/**
 * The answer ends once `look` gives something, so that the CLI is still there to bring it about. What never comes ends it after a
 * minute, and the test sees that it is missing.
 */
export const sayOnce = (text: string, look: () => unknown): Answer =>
	whenAsked(() =>
		sayUntil(
			text,
			until(() => Boolean(look()), text).catch(() => undefined),
		),
	);

/** The answer never comes: the CLI waits until it is ended. */
export const NO_ANSWER: Answer = { type: 'message', until: new Promise(() => undefined) };

export const whenAsked = (make: () => Answer): Answer => ({ type: 'when_asked', make });

export const callTools = (...calls: ModelCall[]): Answer => ({ type: 'message', calls });

/** The same step in both CLIs' tools. */
export const TOOLS = {
	claude: {
		shell: (command: string): ModelCall => ({
			name: 'Bash',
			input: { command, description: 'Run a command' },
		}),
		write: (path: string, content: string): ModelCall => ({
			name: 'Write',
			input: { file_path: path, content },
		}),
		read: (path: string): ModelCall => ({ name: 'Read', input: { file_path: path } }),
	},
	codex: {
		shell: (command: string): ModelCall => ({ name: 'exec_command', input: { cmd: command } }),
		write: (path: string, content: string): ModelCall => ({
			name: 'apply_patch',
			input: `*** Begin Patch\n*** Add File: ${path}\n${plusLines(content)}\n*** End Patch`,
		}),
		read: (path: string): ModelCall => ({ name: 'exec_command', input: { cmd: `cat '${path}'` } }),
	},
	copilot: {
		shell: (command: string): ModelCall => ({
			name: 'bash',
			input: { command, description: 'Run a command' },
		}),
		write: (path: string, content: string): ModelCall => ({
			name: 'create',
			input: { path, file_text: content },
		}),
		read: (path: string): ModelCall => ({ name: 'view', input: { path } }),
	},
	gemini: {
		shell: (command: string): ModelCall => ({
			name: 'run_shell_command',
			input: { command, description: 'Run a command' },
		}),
		write: (path: string, content: string): ModelCall => ({
			name: 'write_file',
			input: { file_path: path, content },
		}),
		read: (path: string): ModelCall => ({ name: 'read_file', input: { file_path: path } }),
	},
	opencode: {
		shell: (command: string): ModelCall => ({
			name: 'bash',
			input: { command, description: 'Run a command' },
		}),
		write: (path: string, content: string): ModelCall => ({
			name: 'write',
			input: { filePath: path, content },
		}),
		read: (path: string): ModelCall => ({ name: 'read', input: { filePath: path } }),
	},
} as const;

function plusLines(content: string): string {
	return content
		.replace(/\n$/, '')
		.split('\n')
		.map((line) => `+${line}`)
		.join('\n');
}

const anthropicError = (type: string, message: string) => ({ type: 'error', error: { type, message } });
const openaiError = (type: string, more: Record<string, unknown>) => ({ error: { type, ...more } });

/** The refusals of each provider, as the launch contracts show them. `reset`: Unix seconds. */
export const REFUSALS = {
	claude: {
		window: (reset: number, claim = 'five_hour'): Answer => ({
			type: 'refusal',
			status: 429,
			headers: {
				'anthropic-ratelimit-unified-status': 'rejected',
				'anthropic-ratelimit-unified-representative-claim': claim,
				'anthropic-ratelimit-unified-reset': String(reset),
				'anthropic-ratelimit-unified-5h-status': 'rejected',
				'anthropic-ratelimit-unified-5h-reset': String(reset),
				'anthropic-ratelimit-unified-overage-status': 'rejected',
				'anthropic-ratelimit-unified-overage-disabled-reason': 'org_level_disabled',
			},
			body: anthropicError('rate_limit_error', "This request would exceed your account's rate limit."),
		}),
		tooMany: (retryAfterS = 1): Answer => ({
			type: 'refusal',
			status: 429,
			headers: { 'retry-after': String(retryAfterS) },
			body: anthropicError('rate_limit_error', 'Number of requests has exceeded your rate limit.'),
		}),
		overload: (): Answer => ({
			type: 'refusal',
			status: 529,
			body: anthropicError('overloaded_error', 'Overloaded'),
		}),
		billing: (): Answer => ({
			type: 'refusal',
			status: 400,
			body: anthropicError(
				'invalid_request_error',
				'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.',
			),
		}),
	},
	codex: {
		window: (reset: number): Answer => ({
			type: 'refusal',
			status: 429,
			headers: {
				'x-codex-primary-used-percent': '100',
				'x-codex-primary-window-minutes': '300',
				'x-codex-primary-reset-at': String(reset),
			},
			body: openaiError('usage_limit_reached', {
				message: 'The usage limit has been reached',
				plan_type: 'plus',
				resets_at: reset,
				resets_in_seconds: Math.max(1, reset - Math.floor(Date.now() / 1000)),
			}),
		}),
		tooMany: (retryAfterS = 1): Answer => ({
			type: 'refusal',
			status: 429,
			headers: { 'retry-after': String(retryAfterS) },
			body: openaiError('rate_limit_exceeded', { code: 'rate_limit_exceeded', message: 'Slow down.' }),
		}),
		overload: (): Answer => ({
			type: 'refusal',
			status: 503,
			body: openaiError('server_error', { code: 'server_is_overloaded', message: 'Overloaded.' }),
		}),
		billing: (): Answer => ({
			type: 'refusal',
			status: 429,
			body: openaiError('insufficient_quota', {
				code: 'insufficient_quota',
				message: 'You exceeded your current quota.',
			}),
		}),
	},
	/** Of a provider of the user's own: the plan's windows need GitHub's backend, and are known from recordings. */
	copilot: {
		tooMany: (retryAfterS?: number): Answer => ({
			type: 'refusal',
			status: 429,
			headers: retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) },
			body: openaiError('tokens', { code: 'rate_limit_exceeded', message: 'Rate limit reached for m1.' }),
		}),
		overload: (): Answer => ({
			type: 'refusal',
			status: 503,
			body: openaiError('server_error', { message: 'The server is overloaded.' }),
		}),
		billing: (): Answer => ({
			type: 'refusal',
			status: 402,
			body: { error: { message: 'Insufficient credits. Add more to continue.', code: 402 } },
		}),
		/** Retried for a minute, unless it is known at the first time. */
		spent: (): Answer => ({
			type: 'refusal',
			status: 429,
			body: openaiError('insufficient_quota', {
				code: 'insufficient_quota',
				message: 'You exceeded your current quota.',
			}),
		}),
	},
	gemini: {
		/** The subscription's own words: the CLI would sleep through the whole time. */
		window: (): Answer =>
			googleRefusal(
				'Your quota will reset after 3h22m15s.',
				{
					'@type': 'type.googleapis.com/google.rpc.ErrorInfo',
					reason: 'QUOTA_EXHAUSTED',
					domain: 'cloudcode-pa.googleapis.com',
					metadata: {},
				},
				{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '12135s' },
			),
		quota: (): Answer =>
			googleRefusal('You exceeded your current quota.', {
				'@type': 'type.googleapis.com/google.rpc.QuotaFailure',
				violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }],
			}),
		tooMany: (): Answer => ({
			type: 'refusal',
			status: 429,
			body: { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Resource has been exhausted.' } },
		}),
		overload: (): Answer => ({
			type: 'refusal',
			status: 503,
			body: { error: { code: 503, status: 'UNAVAILABLE', message: 'The model is overloaded.' } },
		}),
	},
	opencode: {
		/** The plan of the CLI's own provider, the only window it knows. */
		window: (retryAfterS: number): Answer => ({
			type: 'refusal',
			status: 429,
			headers: { 'retry-after': String(retryAfterS) },
			body: {
				type: 'error',
				error: { type: 'GoUsageLimitError', message: 'Subscription quota exceeded.' },
				metadata: { limitName: '5 hour' },
			},
		}),
		overload: (): Answer => ({
			type: 'refusal',
			status: 503,
			body: openaiError('server_error', { message: 'The server is overloaded.' }),
		}),
		billing: (): Answer => ({
			type: 'refusal',
			status: 402,
			body: openaiError('billing_error', { message: 'Payment required.' }),
		}),
		tooMany: (retryAfterS?: number): Answer => ({
			type: 'refusal',
			status: 429,
			headers: retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) },
			body: openaiError('rate_limit_exceeded', {
				code: 'rate_limit_exceeded',
				message: 'Rate limit reached for m1 on requests per min.',
			}),
		}),
	},
} as const;

function googleRefusal(message: string, ...details: Record<string, unknown>[]): Answer {
	const error = {
		code: 429,
		status: 'RESOURCE_EXHAUSTED',
		message: `You have exhausted your capacity on this model. ${message}`,
		details,
	};
	return { type: 'refusal', status: 429, body: { error } };
}
