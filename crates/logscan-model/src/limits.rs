//! How much of an input is taken, so that no input takes all memory, disk or time.

/// The limits. Each is an option of the command line, and named where it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a line; what is longer loses its rest.
    pub line: usize,
    /// Bytes to which a compressed input, a member of an archive, or standard input may grow.
    pub unpacked: u64,
    /// How many times its stored size a compressed input may grow to, beyond [`RATIO_FROM`].
    pub ratio: u64,
    /// Archives within archives, the outer one counted.
    pub depth: usize,
    /// Members of an archive.
    pub entries: usize,
    /// Objects and lists within each other in a JSON line.
    pub json_depth: usize,
    /// Workers and processes that are told apart in one input.
    pub workers: usize,
    /// Tests of one input that are told apart.
    pub tests: usize,
    /// Findings of a report.
    pub findings: usize,
    /// Bytes of a file with a user's signatures.
    pub signatures: u64,
}

/// Bytes that anything may grow to, however small it was.
pub const RATIO_FROM: u64 = 64 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self {
            line: 1 << 20,
            unpacked: 4 << 30,
            ratio: 200,
            depth: 2,
            entries: 6_000,
            json_depth: 64,
            workers: 10_000,
            tests: 100_000,
            findings: 10_000,
            signatures: 16 << 20,
        }
    }
}
