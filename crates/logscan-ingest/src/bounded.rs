//! Content that may grow no further than the limits say.

use std::io::{self, Read};

use logscan_model::Limits;
use logscan_model::limits::RATIO_FROM;

/// Content that ends with an error where it has grown too large.
pub(crate) struct Bounded<R> {
    content: R,
    left: u64,
    limit: u64,
    beyond: fn(u64) -> io::Error,
}

impl<R: Read> Bounded<R> {
    pub(crate) fn new(content: R, stored: u64, limits: &Limits) -> Self {
        let by_ratio = by_ratio(stored, limits);
        if by_ratio < limits.unpacked {
            Self::within_ratio(content, by_ratio, limits)
        } else {
            Self { content, left: limits.unpacked, limit: limits.unpacked, beyond }
        }
    }

    /// What may grow to so many bytes because of its size as it is stored.
    pub(crate) fn within_ratio(content: R, left: u64, limits: &Limits) -> Self {
        Self { content, left, limit: limits.ratio, beyond: beyond_ratio }
    }

    /// Bytes that may still come.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }
}

/// Bytes to which so many stored bytes may grow.
pub(crate) fn by_ratio(stored: u64, limits: &Limits) -> u64 {
    stored.saturating_mul(limits.ratio).max(RATIO_FROM)
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !buffer.is_empty() {
            let more = self.content.read(&mut [0])?;
            return if more == 0 { Ok(0) } else { Err((self.beyond)(self.limit)) };
        }
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.content.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

pub(crate) fn beyond(limit: u64) -> io::Error {
    io::Error::other(format!("it holds more than {limit} bytes (--max-unpacked)"))
}

fn beyond_ratio(limit: u64) -> io::Error {
    io::Error::other(format!("it unpacks to more than {limit} times its size (--max-ratio)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: u64, stored: u64, limits: &Limits) -> Result<u64, String> {
        let mut bounded = Bounded::new(io::repeat(b'a').take(content), stored, limits);
        io::copy(&mut bounded, &mut io::sink()).map_err(|error| error.to_string())
    }

    #[test]
    fn content_may_fill_a_limit_and_not_pass_it() {
        let limits = Limits { unpacked: 1000, ..Limits::default() };
        assert_eq!(read(1000, 10, &limits), Ok(1000));
        let passed = read(1001, 10, &limits).unwrap_err();
        assert_eq!(passed, "it holds more than 1000 bytes (--max-unpacked)");
    }

    #[test]
    fn the_ratio_counts_only_for_what_is_large() {
        let limits = Limits { ratio: 2, ..Limits::default() };
        assert_eq!(read(RATIO_FROM, 10, &limits), Ok(RATIO_FROM));
        let passed = read(RATIO_FROM + 1, 10, &limits).unwrap_err();
        assert_eq!(passed, "it unpacks to more than 2 times its size (--max-ratio)");
        let stored = RATIO_FROM / 2 + 1;
        assert_eq!(read(2 * stored, stored, &limits), Ok(2 * stored));
    }

    #[test]
    fn what_was_read_within_the_limit_is_not_lost() {
        let limits = Limits { unpacked: 5, ..Limits::default() };
        let mut bounded = Bounded::new(&b"abcdefgh"[..], 1, &limits);
        let mut kept = Vec::new();
        assert!(bounded.read_to_end(&mut kept).is_err());
        assert_eq!(kept, b"abcde");
        assert_eq!(bounded.read(&mut []).unwrap(), 0);
    }
}
