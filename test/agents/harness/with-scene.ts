import { afterEach } from 'vitest';
import { openScene, type Scene, type SceneOptions } from './scene.ts';

/** Opens scenes for one file and removes each behind its test; a process that outlived its relay fails the test. */
export function scenes(): (options?: SceneOptions) => Promise<Scene> {
	const open: Scene[] = [];
	afterEach(async () => {
		const results = await Promise.allSettled(open.splice(0).map((scene) => scene.dispose()));
		for (const result of results) if (result.status === 'rejected') throw result.reason;
	});
	return async (options) => {
		const scene = await openScene(options);
		open.push(scene);
		return scene;
	};
}
