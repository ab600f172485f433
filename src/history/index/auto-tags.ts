/** What indexing tags by itself: messages by their words, conversations by the tools that were called. Pure. */

/** Shorter answers mention a review or a plan; they are not one. */
const MIN_CHARS = 500;

const INSIGHT = /★ Insight/;
/** `## Phase 1: …`, `**Phase 2**`. */
const PHASES = /^\s*(?:#{1,6}\s*|\*\*\s*)(?:phase|stage|milestone)\s+(?:\d+|[ivx]+\b)/im;

const REVIEW = '(?:review|audit|assessment|critique|findings|feedback)';
/** Without one of these no review is found. */
const ANY_REVIEW = new RegExp(`\\b${REVIEW}`, 'i');
const near = (words: string) =>
	new RegExp(
		`\\b(?:${words})\\b[^\\n.]{0,60}\\b${REVIEW}|\\b${REVIEW}\\b[^\\n.]{0,60}\\b(?:${words})\\b`,
		'i',
	);

/** In substantial text alone. */
const BY_WORDS: ReadonlyArray<readonly [string, RegExp]> = [
	['review:ux', near('ux|ui|usability|accessibility|user experience|user interface')],
	['review:architecture', near('architecture|architectural|system design|module boundaries')],
	['review:code', near('code|diff|pull request|pr|changes|implementation|commit')],
	['review:security', near('security|vulnerabilit(?:y|ies)|threat model|owasp')],
	[
		'decision',
		/^\s*(?:#{1,6}\s*|\*\*)?(?:key )?decisions?\b|\b(?:I|we)(?:'ve| have)? (?:decided|chose|opted|settled)\b|\bdecision:|\b(?:I|we)(?:'ll| will) go with\b|\btrade-?offs?\b[^\n]{0,200}\b(?:chose|recommend|prefer|therefore)\b/im,
	],
	[
		'investigation',
		/\broot cause\b|\binvestigat(?:ed|ion|ing)\b|\b(?:traced|tracked) (?:it |this |the \w+ )?(?:down|back|to)\b|\b(?:bug|problem|issue|failure|crash) (?:is|was) caused by\b|\bturns out (?:that|to)\b/i,
	],
];

/** Tags for an agent's answer. */
export function answerTags(text: string): string[] {
	const always = [...(INSIGHT.test(text) ? ['insight'] : []), ...(PHASES.test(text) ? ['plan'] : [])];
	if (text.length < MIN_CHARS) return always;
	const isReview = ANY_REVIEW.test(text);
	const found = BY_WORDS.filter(
		([tag, words]) => (isReview || !tag.startsWith('review:')) && words.test(text),
	);
	return [...always, ...found.map(([tag]) => tag)];
}

const PLANNING = /^(?:Exit|Enter)PlanMode$|^(?:exit|enter)_plan_mode$|^plan_(?:exit|enter)$/;
const BROWSER = /browser|playwright|puppeteer|chrome[-_]?devtools/i;
const BROWSER_COMMAND = /(?:^|[\s;&|(])(?:playwright|puppeteer|chromium|google-chrome)\b/;
const TESTS =
	/(?:^|[\s;&|(/])(?:pytest|vitest|jest|mocha|ava|rspec|phpunit|ctest|tox|nox|playwright test|unittest)\b|\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:-\S+\s+)*test\b|\bnode\s+--test\b|(?:^|[\s;&|(])(?:go|cargo|dotnet|deno|swift|mix|make|gradle|\.\/gradlew|mvn|bazel|rake|composer)\s+(?:-\S+\s+)*test\b/;
const DEPLOY =
	/(?:^|[\s;&|(])(?:ssh|scp|sftp|rsync|docker|docker-compose|podman|kubectl|helm|terraform|ansible(?:-playbook)?|flyctl|vercel|netlify|heroku|gcloud|wrangler|serverless|pm2)(?:\s|$)/;

/** Tags that a tool call gives to its whole conversation. `command`: what a shell was given; null: it is no shell. */
export function callTags(name: string, command: string | null): string[] {
	const tags: string[] = [];
	if (PLANNING.test(name)) tags.push('has:planning');
	if (BROWSER.test(name) || (command !== null && BROWSER_COMMAND.test(command))) tags.push('has:browser');
	if (command !== null && TESTS.test(command)) tags.push('has:tests');
	if (command !== null && DEPLOY.test(command)) tags.push('has:deploy');
	return tags;
}

/** Whether the call itself is a plan, at any length. */
export const isPlanCall = (name: string): boolean => /^Exit_?PlanMode$|^exit_plan_mode$/i.test(name);
