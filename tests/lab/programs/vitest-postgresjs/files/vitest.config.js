export default {
  test: { setupFiles: ['./runner.cjs'], testTimeout: <<test_timeout>>, hookTimeout: 15000, include: ['test/**/*.spec.js'] },
};
