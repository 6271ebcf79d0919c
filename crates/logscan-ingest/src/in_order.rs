//! Chunks of one stream: read one by one, parsed side by side, folded in their order.
//!
//! Every thread reads a chunk, parses it and hands it in. Whoever hands in the one that is
//! to be folded next folds it, and those that wait behind it. There are only so many
//! buffers, so nobody runs far ahead.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::chunk::{Chunks, RawChunk, Stop};
use crate::parse::{Chunk, Parser};
use crate::repeats::Repeats;

/// Buffers per thread: one that is parsed, the others wait to be folded.
const BUFFERS: usize = 3;

/// Reads all chunks; `fold` takes each of them, in order. Returns how many bytes there were,
/// and why reading stopped before the end, if it did.
pub(crate) fn read<R: Read + Send, F: FnMut(&mut Chunk) + Send>(
    chunks: Chunks<R>,
    parser: Parser<'_>,
    fold: F,
) -> (u64, Option<Stop>) {
    let threads = rayon::current_num_threads();
    let spare = (0..threads * BUFFERS).map(|_| Chunk::default()).collect();
    let line = Line {
        stream: Mutex::new(Stream { chunks, read: 0 }),
        state: Mutex::new(State { fold: Some(fold), folded: 0, waiting: BTreeMap::new(), spare }),
        freed: Condvar::new(),
    };
    rayon::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|_| line.work(parser));
        }
    });
    line.stream.into_inner().unwrap_or_else(PoisonError::into_inner).chunks.finish()
}

struct Line<R, F> {
    stream: Mutex<Stream<R>>,
    state: Mutex<State<F>>,
    /// Told when a buffer is free again.
    freed: Condvar,
}

struct Stream<R> {
    chunks: Chunks<R>,
    /// Chunks that were read.
    read: u64,
}

struct State<F> {
    /// Absent while somebody folds.
    fold: Option<F>,
    /// Chunks that were folded.
    folded: u64,
    /// Chunks that wait for those before them.
    waiting: BTreeMap<u64, Chunk>,
    /// Buffers to be filled again.
    spare: Vec<Chunk>,
}

impl<R: Read, F: FnMut(&mut Chunk)> Line<R, F> {
    fn work(&self, parser: Parser<'_>) {
        let mut repeats = Repeats::default();
        loop {
            let Chunk { text, events, .. } = self.spare();
            let Some((number, raw)) = self.next(text.into_bytes()) else { return };
            self.hand_in(number, parser.parse(raw, &mut repeats, events));
        }
    }

    /// A buffer that is free; if there is none, somebody else is about to fold.
    fn spare(&self) -> Chunk {
        let mut state = locked(&self.state);
        loop {
            match state.spare.pop() {
                Some(chunk) => return chunk,
                None => state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn next(&self, buffer: Vec<u8>) -> Option<(u64, RawChunk)> {
        let mut stream = locked(&self.stream);
        let raw = stream.chunks.next_chunk(buffer)?;
        let number = stream.read;
        stream.read += 1;
        Some((number, raw))
    }

    fn hand_in(&self, number: u64, chunk: Chunk) {
        let mut state = locked(&self.state);
        state.waiting.insert(number, chunk);
        let Some(mut fold) = state.fold.take() else { return };
        while let Some(mut chunk) = state.take_next() {
            drop(state);
            fold(&mut chunk);
            state = locked(&self.state);
            state.spare.push(chunk);
            self.freed.notify_one();
        }
        state.fold = Some(fold);
    }
}

impl<F> State<F> {
    fn take_next(&mut self) -> Option<Chunk> {
        let chunk = self.waiting.remove(&self.folded)?;
        self.folded += 1;
        Some(chunk)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
