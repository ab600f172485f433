/** For each CLI, the oldest and the newest version that the tests ran with (docs/agents.md). */
export const TESTED_VERSIONS: Readonly<Record<string, readonly [oldest: string, newest: string]>> = {
	claude: ['2.1.112', '2.1.332'],
	codex: ['0.135.0', '0.171.0'],
	copilot: ['1.0.102', '1.0.102'],
	gemini: ['0.45.2', '0.61.0'],
	opencode: ['1.14.41', '1.18.33'],
};

/** Whether `version` comes before `than`, by its first three numbers. */
export function isOlder(version: string, than: string): boolean {
	const [a, b] = [version, than].map((text) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number));
	for (let at = 0; at < 3; at++) {
		const difference = (a?.[at] ?? 0) - (b?.[at] ?? 0);
		if (difference !== 0) return difference < 0;
	}
	return false;
}
