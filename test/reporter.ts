import { type Reporter, type SerializedError, type TestModule } from 'vitest/node';

/** Ends the run with one line that a machine can read: `N passed, N failed`. What never got to be a test counts as one failed. */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    for (const module of modules) {
      const before = failed;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
      }
      // A file that could not be loaded, or whose set-up failed, has no failed test to show for it.
      if (!module.ok() && failed === before) failed += 1;
    }
    // At exit, so that nothing (the summary of another reporter, the teardown) comes after it.
    process.once('exit', () => console.log(`${passed} passed, ${failed} failed`));
  }
}
