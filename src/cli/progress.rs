//! Progress bars: on a terminal only, on stderr, and not with `--quiet` or `--json`.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};

use super::options::Common;

/// A bar that may be hidden.
pub struct Bar(ProgressBar);

fn bar(common: &Common, length: u64, template: &str) -> Bar {
    let visible = io::stderr().is_terminal() && !common.quiet && !common.json;
    let bar = if visible {
        ProgressBar::new(length)
    } else {
        ProgressBar::hidden()
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
    }
    Bar(bar)
}

/// A bar over claims, rows and other counted work.
pub fn items(common: &Common, length: u64, what: &str) -> Bar {
    bar(
        common,
        length,
        &format!("{{wide_bar}} {{pos}}/{{len}} {what} {{eta}}"),
    )
}

/// A bar over samples, with their rate and the remaining time; without an end in sight, only the
/// samples, their rate and the time spent.
pub fn samples(common: &Common, bounded: bool) -> Bar {
    let template = if bounded {
        "{wide_bar} {human_pos}/{human_len} samples {per_sec} {eta} left"
    } else {
        "{human_pos} samples {per_sec} {elapsed}"
    };
    bar(common, 0, template)
}

impl Bar {
    /// One more item is done.
    pub fn advance(&self) {
        self.0.inc(1);
    }

    /// So much is done of so much.
    pub fn set(&self, done: u64, length: u64) {
        self.0.set_length(length);
        self.0.set_position(done);
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
