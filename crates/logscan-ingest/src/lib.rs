//! Bytes to events.
//!
//! A source is opened, decompressed and decoded, cut into chunks at line ends, and
//! every chunk is parsed for the signatures of the catalogue. Ingest knows what
//! lines *say*; what is wrong with the system that wrote them it does not know.
//! It cannot fail on content: what cannot be read is counted and noted.

pub mod archive;
mod bounded;
pub mod catalogue;
mod chunk;
mod clean;
mod damage;
mod decode;
mod detect;
pub mod document;
mod excerpt;
pub mod formats;
mod in_order;
mod literals;
mod parse;
mod pattern;
mod prose;
mod reader;
mod recognise;
mod repeats;
pub mod shape;
mod source;
#[doc(hidden)]
pub mod stages;
pub mod suggest;
mod wrapper;

pub use catalogue::Catalogue;
pub use detect::Detection;
pub use formats::Format;
pub use parse::{Chunk, Counts};
pub use reader::{Options, Reader};
pub use source::{Source, SourceError, Storage};
pub use wrapper::{WRAPPERS, Wrapper, Wrapping};
