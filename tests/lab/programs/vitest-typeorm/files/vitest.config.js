export default { test: { setupFiles: ['./runner.cjs'], hookTimeout: 20000, testTimeout: 6000, include: ['spec/**/*.spec.js'] } };
