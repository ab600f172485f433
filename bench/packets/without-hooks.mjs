// Hooks of Node's module loader (node:module `register`): what a module without an ingredient imports lacks it too.
import { INGREDIENTS } from './ingredients.mjs';

export async function resolve(specifier, context, next) {
	const resolved = await next(specifier, context);
	const name = context.parentURL && new URL(context.parentURL).searchParams.get('without');
	const url = new URL(resolved.url);
	if (!name || url.protocol !== 'file:' || url.pathname.includes('/node_modules/') || url.search !== '')
		return resolved;
	url.searchParams.set('without', name);
	return { ...resolved, url: url.href };
}

export async function load(given, context, next) {
	const url = new URL(given);
	const name = url.searchParams.get('without');
	const { module, exports } = INGREDIENTS[name] ?? {};
	const isReplaced =
		module !== undefined && url.pathname.endsWith(`/${module}`) && !url.searchParams.has('real');
	if (!isReplaced) return next(given, context);
	url.searchParams.set('real', '');
	const real = JSON.stringify(url.href);
	const table = JSON.stringify(new URL('ingredients.mjs', import.meta.url).href);
	const missing = `throw new Error(\`"${name}" is not in this build: ${module} exports no \${missing}\`)`;
	const source = [
		`import * as real from ${real};`,
		`import { INGREDIENTS } from ${table};`,
		`export * from ${real};`,
		`const missing = ${JSON.stringify(exports)}.find((one) => !(one in real));`,
		`if (missing !== undefined) ${missing};`,
		`const replaced = INGREDIENTS[${JSON.stringify(name)}].replace(real);`,
		...exports.map((one) => `export const ${one} = replaced.${one};`),
	].join('\n');
	return { format: 'module', source, shortCircuit: true };
}
