/** Whether a repo's `.env` could redirect or widen an agent that reads it by itself. */

/**
 * Gemini CLI 0.61.0 takes every variable of a trusted folder's `.env` that is not set yet, then passes them to everything it
 * starts. These names decide where its key goes, what it may do, or what runtimes, git and shells load; they are the names known to
 * do so, not all that could. Names of keys (`GEMINI_API_KEY`) are not listed: that is what a `.env` is for, and a set variable
 * wins.
 */
const WATCHED = [
	/^GEMINI_(?!API_KEY$|MODEL$)/,
	/^GOOGLE_(?:GEMINI|GENAI|VERTEX)_/,
	/^GOOGLE_(?:APPLICATION_CREDENTIALS|CLOUD_ACCESS_TOKEN|CLOUD_UNIVERSE_DOMAIN)$/,
	/^CODE_ASSIST_/,
	/^(?:CLOUD_SHELL|CLOUDSDK_CONFIG|(?:GCE_)?METADATA_.*)$/,
	/^(?:SANDBOX|BUILD_SANDBOX$|SEATBELT_PROFILE$)/,
	/^OTEL_EXPORTER_/,
	/^(?:https?|all|no)_proxy$/i,
	/^NODE_(?:OPTIONS|PATH|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED|REPL_EXTERNAL_MODULE)$/,
	/^(?:SSL_CERT_|LD_|DYLD_|GIT_|BASH_|PERL5|RUBY|npm_config_)/i,
	/^(?:ENV|ZDOTDIR|PROMPT_COMMAND|BROWSER|EDITOR|VISUAL|PAGER|RIPGREP_CONFIG_PATH)$/,
	/^(?:PYTHONPATH|PYTHONHOME|PYTHONSTARTUP|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS)$/,
] as const;

/** Any word before `=` or `:`, even inside comments and quotes: at least as much as any reader of the format could find. */
const NAMES = /(?<![\w.-])[\w.-]+(?=\s*[=:])/g;

export function setsWatchedVariable(envFile: string): boolean {
	return (envFile.match(NAMES) ?? []).some((name) => WATCHED.some((watched) => watched.test(name)));
}
