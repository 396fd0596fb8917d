//! What is worth remembering between questions: formulas read from the texts of activations, and tables of
//! Taylor coefficients. A few of each, the least recently used one goes first.

use std::sync::{Arc, Mutex, PoisonError};

use super::hermite::Table;
use crate::error::Result;
use crate::number::Bits;
use crate::theory::activation::formula::Formula;

/// Most entries of each kind.
const MOST: usize = 12;

static FORMULAS: Mutex<Vec<(String, Arc<Formula>)>> = Mutex::new(Vec::new());
static TABLES: Mutex<Vec<(String, Arc<Table>)>> = Mutex::new(Vec::new());

/// The entry that satisfies, moved to the end.
fn find<T>(
    cache: &Mutex<Vec<(String, Arc<T>)>>,
    text: &str,
    wanted: impl Fn(&T) -> bool,
) -> Option<Arc<T>> {
    let mut entries = cache.lock().unwrap_or_else(PoisonError::into_inner);
    let position = entries
        .iter()
        .position(|(known, value)| known == text && wanted(value))?;
    let entry = entries.remove(position);
    let value = Arc::clone(&entry.1);
    entries.push(entry);
    Some(value)
}

fn keep<T>(cache: &Mutex<Vec<(String, Arc<T>)>>, text: &str, value: &Arc<T>) {
    let mut entries = cache.lock().unwrap_or_else(PoisonError::into_inner);
    if entries.len() >= MOST {
        entries.remove(0);
    }
    entries.push((text.to_string(), Arc::clone(value)));
}

/// The formula of a text, read once.
///
/// # Errors
/// Those of `read`.
pub(super) fn formula(text: &str, read: impl FnOnce() -> Result<Formula>) -> Result<Arc<Formula>> {
    if let Some(known) = find(&FORMULAS, text, |_| true) {
        return Ok(known);
    }
    let value = Arc::new(read()?);
    keep(&FORMULAS, text, &value);
    Ok(value)
}

/// The table of an activation with at least `count` coefficients and `prec` bits.
///
/// # Errors
/// Those of `compute`.
pub(super) fn table(
    text: &str,
    count: usize,
    prec: Bits,
    compute: impl FnOnce() -> Result<Table>,
) -> Result<Arc<Table>> {
    let enough = |table: &Table| table.coefficients().len() >= count && table.prec() >= prec;
    if let Some(known) = find(&TABLES, text, enough) {
        return Ok(known);
    }
    let value = Arc::new(compute()?);
    keep(&TABLES, text, &value);
    Ok(value)
}
