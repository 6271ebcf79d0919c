//! How much work masking does, so that a test can hold it to be linear: seconds of a shared
//! machine prove nothing.

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts bytes that were looked at; costs nothing outside of tests.
#[inline]
pub(super) fn count(steps: usize) {
    #[cfg(test)]
    STEPS.with(|all| all.set(all.get() + steps));
    #[cfg(not(test))]
    let _ = steps;
}

/// The steps since the last time that somebody asked.
#[cfg(test)]
pub(super) fn taken() -> usize {
    STEPS.with(|all| all.replace(0))
}
