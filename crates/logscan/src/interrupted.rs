//! What is left behind when somebody interrupts the program: nothing.
//!
//! Reports are written aside before they take their place. A signal that ends the program
//! removes those files first, then ends it as if nobody had listened.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use tempfile::NamedTempFile;

/// Files that were begun.
static ASIDE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Makes a file that is removed if the program is interrupted from the moment on in which it is
/// there.
pub(crate) fn removed_if_interrupted(
    make: impl FnOnce() -> io::Result<NamedTempFile>,
) -> io::Result<NamedTempFile> {
    let mut aside = ASIDE.lock().unwrap_or_else(PoisonError::into_inner);
    // Whoever is to remove it waits until its name is known.
    let file = make()?;
    aside.push(file.path().to_owned());
    Ok(file)
}

/// Listens from now on.
#[cfg(unix)]
pub(crate) fn listen() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

    // A limit of processor time ends the program as others do.
    const SIGXCPU: i32 = 24;

    // A file that grows too large ends the program by a signal; if somebody listens to that, it
    // is an error of writing like any other.
    const SIGXFSZ: i32 = 25;

    // Without a listener a signal just leaves a file behind.
    let wanted = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU, SIGXFSZ];
    let Ok(mut signals) = signal_hook::iterator::Signals::new(wanted) else { return };
    std::thread::spawn(move || {
        for signal in signals.forever().filter(|signal| *signal != SIGXFSZ) {
            let aside = ASIDE.lock().unwrap_or_else(PoisonError::into_inner);
            aside.iter().for_each(|path| _ = std::fs::remove_file(path));
            _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
}

/// Nothing tells.
#[cfg(not(unix))]
pub(crate) fn listen() {}
