//! Where results and errors go: results to stdout, everything else to stderr.
//!
//! A closed pipe is success: the reader has seen enough. With `--json` an error is one object on
//! stdout too, so that a script always finds one.

use std::io::{self, IsTerminal, Write};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report,
};
use serde_json::{Map, Value, json};

use super::exit::Exit;
use crate::error::{Error, ErrorKind};

/// The version that every JSON object starts with.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Writes text and a line end to stdout. `Some(exit)` means that the pipe is closed and the run over.
#[must_use]
pub fn print_line(text: &str) -> Option<Exit> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.write_all(b"\n"))
        .and_then(|()| stdout.flush())
    {
        Ok(()) => None,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Some(Exit::Fine),
        Err(error) => {
            note(&format!("error: could not write to stdout: {error}"));
            Some(Exit::Wrong)
        }
    }
}

/// Writes one line to stderr; a closed stderr is nobody's loss.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// A JSON object that begins with the version and the verb.
pub fn object(verb: &str) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("isobath".into(), json!(VERSION));
    map.insert("verb".into(), json!(verb));
    map
}

/// Prints a JSON object on one line.
#[must_use]
pub fn print_json(map: Map<String, Value>) -> Option<Exit> {
    print_line(&Value::Object(map).to_string())
}

/// Whether stderr shows colours: a terminal without `NO_COLOR`.
pub fn colours() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// Reports an error about `source` (a formula, or empty), and gives the exit code it means.
pub fn report(error: &Error, verb: &str, source: &str, as_json: bool) -> Exit {
    let exit = Exit::from(error);
    if as_json {
        let mut map = object(verb);
        if !source.is_empty() {
            map.insert("formula".into(), json!(shortened(source)));
        }
        map.insert("error".into(), error_object(error));
        return print_json(map).unwrap_or(exit);
    }
    note(render(error, source).trim_end());
    exit
}

fn error_object(error: &Error) -> Value {
    let kind = match error.kind() {
        ErrorKind::Usage => "usage",
        ErrorKind::Parse => "parse",
        ErrorKind::Domain => "domain",
        ErrorKind::Limit => "limit",
        ErrorKind::Undecided => "undecided",
        ErrorKind::Io => "io",
        ErrorKind::Data => "data",
    };
    let mut map = Map::new();
    map.insert("kind".into(), json!(kind));
    map.insert("message".into(), json!(error.message()));
    if let Some(hint) = error.hint() {
        map.insert("hint".into(), json!(hint));
    }
    if let Some(span) = error.span() {
        map.insert("start".into(), json!(span.start));
        map.insert("end".into(), json!(span.end));
    }
    Value::Object(map)
}

/// The error with its place in the formula marked, as people read it.
pub fn render(error: &Error, source: &str) -> String {
    let prefix = format!("error: {}", error.message());
    let span = error
        .span()
        .filter(|span| span.start <= source.len() && source.is_char_boundary(span.start));
    let Some(span) = span
        .filter(|_| !source.is_empty() && source.len() <= 2000 && !source.contains(is_unprintable))
    else {
        let place = error
            .span()
            .filter(|_| !source.is_empty())
            .map(|span| format!(" (at byte {})", span.start))
            .unwrap_or_default();
        let hint = error
            .hint()
            .map(|hint| format!("\n  help: {hint}"))
            .unwrap_or_default();
        return format!("{prefix}{place}{hint}");
    };
    let end = span.end.clamp(span.start, source.len());
    let label = LabeledSpan::new(None, span.start, end - span.start);
    let mut diagnostic = MietteDiagnostic::new(prefix).with_label(label);
    if let Some(hint) = error.hint() {
        diagnostic = diagnostic.with_help(hint);
    }
    let report =
        Report::new(diagnostic).with_source_code(NamedSource::new("formula", source.to_string()));
    let theme = if colours() {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let mut text = String::new();
    match GraphicalReportHandler::new_themed(theme)
        .with_width(100)
        .render_report(&mut text, report.as_ref())
    {
        Ok(()) => text,
        Err(_) => format!("error: {error}"),
    }
}

/// Controls, and the invisible marks that reorder text or take no room: a terminal would show
/// something else than what was typed.
fn is_unprintable(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A formula in a message: whole if short, else its beginning.
pub fn shortened(source: &str) -> String {
    match source.char_indices().nth(400) {
        Some((end, _)) => format!("{}…", &source[..end]),
        None => source.to_string(),
    }
}
