//! How much of an input is taken.

use bytesize::ByteSize;
use logscan_model::Limits;

/// How much of an input is taken. What is beyond is counted and noted.
#[derive(Debug, clap::Args)]
pub(crate) struct LimitArgs {
    /// Longest line; the rest of a longer one is skipped
    #[arg(long, value_name = "SIZE", default_value = "1MiB", help_heading = "Limits")]
    #[arg(hide_short_help = true)]
    max_line: ByteSize,

    /// Most that a compressed input, a member of an archive or standard input may hold
    #[arg(long, value_name = "SIZE", default_value = "4GiB", help_heading = "Limits")]
    #[arg(hide_short_help = true)]
    max_unpacked: ByteSize,

    /// How many times its size a compressed input may unpack to, beyond 64 MiB
    #[arg(long, value_name = "N", default_value_t = 200, help_heading = "Limits")]
    #[arg(hide_short_help = true)]
    max_ratio: u64,

    /// Archives within archives, the outer one counted
    #[arg(long, value_name = "N", default_value_t = 2, help_heading = "Limits")]
    #[arg(hide_short_help = true)]
    max_depth: usize,

    /// Members of an archive
    #[arg(long, value_name = "N", default_value_t = 6_000, help_heading = "Limits")]
    #[arg(hide_short_help = true)]
    max_entries: usize,

    /// Objects and lists within each other in a JSON line
    #[arg(long, value_name = "N", default_value_t = 64, help_heading = "Limits")]
    #[arg(hide_short_help = true)]
    max_json_depth: usize,

    /// Workers and processes that are told apart in one input
    #[arg(long, value_name = "N", default_value_t = 10_000, help_heading = "Limits")]
    #[arg(hide_short_help = true)]
    max_workers: usize,

    /// Tests that are told apart in one input
    #[arg(long, value_name = "N", default_value_t = 100_000, help_heading = "Limits")]
    #[arg(hide_short_help = true)]
    max_tests: usize,

    /// Findings of a report
    #[arg(long, value_name = "N", default_value_t = 10_000, help_heading = "Limits")]
    #[arg(hide_short_help = true)]
    max_findings: usize,

    /// Size of a file with signatures of your own
    #[arg(long, value_name = "SIZE", default_value = "16MiB", help_heading = "Limits")]
    #[arg(hide_short_help = true)]
    max_signatures: ByteSize,
}

impl LimitArgs {
    /// The limits that were asked for.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            line: usize::try_from(self.max_line.as_u64()).unwrap_or(usize::MAX),
            unpacked: self.max_unpacked.as_u64(),
            ratio: self.max_ratio,
            depth: self.max_depth,
            entries: self.max_entries,
            json_depth: self.max_json_depth,
            workers: self.max_workers,
            tests: self.max_tests,
            findings: self.max_findings,
            signatures: self.max_signatures.as_u64(),
        }
    }
}
