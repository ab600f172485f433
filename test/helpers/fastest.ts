/** ms of the fastest of some runs: what else the machine does only ever adds. */
export function fastest(work: () => void, runs = 5): number {
	const times = Array.from({ length: runs }, () => {
		const start = performance.now();
		work();
		return performance.now() - start;
	});
	return Math.min(...times);
}
