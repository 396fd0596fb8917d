//! Ctrl-C and termination: temporary files are removed, finished work is kept, exit code 130.

use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::Exit;
use crate::table::store::atomic::remove_unfinished;

/// Raised by the first signal; long runs that keep what is finished look at it between blocks.
pub static CANCELLED: AtomicBool = AtomicBool::new(false);

/// Whether a verb that can end by itself is running: the first signal then only raises the flag.
static GRACEFUL: AtomicBool = AtomicBool::new(false);

/// Installs the handler. Without one (another is in place) the default action stays.
pub fn install() {
    let _ = ctrlc::set_handler(|| {
        let again = CANCELLED.swap(true, Ordering::SeqCst);
        if GRACEFUL.load(Ordering::SeqCst) && !again {
            return;
        }
        remove_unfinished();
        std::process::exit(Exit::Interrupted as i32);
    });
}

/// Lets the running verb end by itself at the first signal; the second ends the process.
pub fn graceful() {
    GRACEFUL.store(true, Ordering::SeqCst);
}
