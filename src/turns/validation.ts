/** Recognises commands that check work, by the command's own words only; their output is never read here. */

export type ValidationKind = 'test' | 'lint' | 'typecheck' | 'build';

/** First match wins, tried on each simple command of a line (`a && b; c | d`). */
const RULES: ReadonlyArray<{ kind: ValidationKind; pattern: RegExp }> = [
	{
		kind: 'typecheck',
		pattern: /^(?:npx |pnpm |yarn |bunx )?(?:tsc\b.*--noEmit|vue-tsc|mypy|pyright|flow check|sorbet|srb tc)/,
	},
	{ kind: 'typecheck', pattern: /^(?:npm|pnpm|yarn|bun)(?: run)? (?:types?|type-?check|tsc)\b/ },
	{ kind: 'typecheck', pattern: /^cargo check\b/ },
	{ kind: 'lint', pattern: /^(?:npm|pnpm|yarn|bun)(?: run)? (?:lint|format:check|fmt:check)\b/ },
	{
		kind: 'lint',
		pattern:
			/^(?:npx |pnpm |yarn |bunx )?(?:eslint|biome (?:check|lint|ci)|prettier (?:.* )?--check|stylelint|oxlint)\b/,
	},
	{
		kind: 'lint',
		pattern:
			/^(?:ruff(?: check)?|flake8|pylint|black --check|golangci-lint|go vet|shellcheck|rubocop|ktlint)\b/,
	},
	{ kind: 'lint', pattern: /^cargo (?:clippy|fmt .*--check)\b/ },
	{ kind: 'test', pattern: /^(?:npm|pnpm|yarn|bun)(?: run)? (?:t|tst|test|check|ci|verify|e2e)\b/ },
	{
		kind: 'test',
		pattern: /^(?:npx |pnpm |yarn |bunx )?(?:vitest|jest|mocha|ava|tap|playwright test|cypress run|karma)\b/,
	},
	{
		kind: 'test',
		pattern:
			/^(?:node|deno|bun|tsx|ts-node)(?: \S+)* (?:--test\b|\S*(?:test|tests|spec|check|verify)s?(?:[./_-]\S*)?$)/,
	},
	{ kind: 'test', pattern: /^deno (?:test|check)\b/ },
	{ kind: 'test', pattern: /^(?:python3? -m )?(?:pytest|unittest|nose2?|tox|nox)\b/ },
	{ kind: 'test', pattern: /^python3? (?:\S*\/)?(?:run_)?(?:tests?|check|verify)[\w-]*\.py\b/ },
	{
		kind: 'test',
		pattern: /^(?:cargo (?:test|nextest)|go test|gotestsum|dotnet test|swift test|mix test|zig test)\b/,
	},
	{ kind: 'test', pattern: /^(?:mvn|\.\/mvnw)\b.*\b(?:test|verify)\b/ },
	{ kind: 'test', pattern: /^(?:gradle|\.\/gradlew)\b.*\b(?:test|check)\b/ },
	{ kind: 'test', pattern: /^(?:rspec|bundle exec rspec|phpunit|vendor\/bin\/phpunit|ctest|prove|bats)\b/ },
	{ kind: 'test', pattern: /^(?:make|just|rake|task|ninja)\b.*\b(?:test|tests|check|verify)\b/ },
	{ kind: 'test', pattern: /^(?:ba|z|da)?sh (?:\S*\/)?(?:tests?|check|verify)[\w-]*(?:\.sh)?\b/ },
	{ kind: 'test', pattern: /^\.?\/?(?:[\w.-]+\/)*(?:run-?tests?|tests?|check|verify)(?:\.\w+)?(?: |$)/ },
	{ kind: 'lint', pattern: /^(?:make|just|rake|task)\b.*\blint\b/ },
	{ kind: 'build', pattern: /^(?:npm|pnpm|yarn|bun)(?: run)? (?:build|compile|bundle)\b/ },
	{
		kind: 'build',
		pattern:
			/^(?:npx |pnpm |yarn |bunx )?(?:tsc|vite build|webpack|rollup|esbuild|next build|turbo (?:run )?build)\b/,
	},
	{ kind: 'build', pattern: /^(?:cargo build|go build|dotnet build|swift build|cmake --build|ninja|make)\b/ },
	{
		kind: 'build',
		pattern: /^(?:mvn|\.\/mvnw|gradle|\.\/gradlew)\b.*\b(?:package|install|assemble|build|compile)\b/,
	},
];

/** What a shell command line checks, or null when it checks nothing. A wrapping `bash -lc '…'` is looked through. */
export function validationKind(commandLine: string): ValidationKind | null {
	for (const command of simpleCommands(unwrapShell(commandLine))) {
		const rule = RULES.find(({ pattern }) => pattern.test(command));
		if (rule) return rule.kind;
	}
	return null;
}

/** The script inside `bash -lc '…'`, as codex reports its commands; other lines unchanged. */
export function unwrapShell(commandLine: string): string {
	const wrapped = /^(?:\/\S*\/)?(?:ba|z|da)?sh -l?c (['"])([\s\S]*)\1$/.exec(commandLine.trim());
	if (!wrapped?.[2]) return commandLine;
	return wrapped[1] === "'" ? wrapped[2].replaceAll(`'\\''`, `'`) : wrapped[2].replace(/\\(["\\$`])/g, '$1');
}

/** The commands of a line, without leading `cd …`, variable assignments and `time`-like prefixes. */
function simpleCommands(line: string): string[] {
	return line
		.split(/&&|\|\||[;|\n]/)
		.map((part) => part.trim().replace(/^(?:\w+=\S*\s+|(?:time|nice|env|sudo|timeout \S+|xvfb-run)\s+)*/, ''))
		.filter((part) => part !== '' && !/^cd\b/.test(part));
}
