//! The runs of a simulation: drawing what is missing, and the file that keeps finished blocks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde_json::{Value, json};

use super::SimulateArgs;
use super::plan::Plan;
use crate::cli::interrupt;
use crate::cli::options::Common;
use crate::cli::progress;
use crate::error::{Error, Result};
use crate::montecarlo::{BLOCK_SAMPLES, Partial, Progress, RunOptions, Stop};
use crate::theory::simulation::{Planned, Simulation};

/// What a file of finished blocks calls itself.
const KIND: &str = "isobath simulation";

/// Runs what is missing, in the order of the cases; stops at the first run that is stopped.
///
/// Cases of fewer blocks than there are threads are drawn several at a time.
pub(super) fn draw(
    plan: &Plan,
    mut kept: Vec<Partial>,
    args: &SimulateArgs,
    common: &Common,
) -> Result<(Vec<Partial>, Stop)> {
    interrupt::graceful();
    let begin = Instant::now();
    let budget = common.timeout.map(Duration::from_secs_f64);
    let experiments: Vec<&Planned> = plan
        .cases
        .iter()
        .flat_map(|case| &case.experiments)
        .collect();
    let all = plan.samples.saturating_mul(experiments.len() as u64);
    let bar = progress::samples(common, true);
    let done = AtomicU64::new(0);
    let more = |samples: u64| bar.set(done.fetch_add(samples, Ordering::Relaxed) + samples, all);
    let last = plan.samples.div_ceil(BLOCK_SAMPLES);
    let one = |experiment: &Planned, earlier: Option<Partial>| -> Result<(Partial, Stop)> {
        let first = earlier.as_ref().map_or(0, |part| part.blocks().end);
        more((first * BLOCK_SAMPLES).min(plan.samples));
        if let Some(whole) = earlier.as_ref().filter(|_| first >= last) {
            return Ok((whole.clone(), Stop::Finished));
        }
        let told = AtomicU64::new(0);
        let report = |progress: &Progress| {
            more(progress.samples - told.swap(progress.samples, Ordering::Relaxed));
        };
        let options = RunOptions {
            blocks: Some(first..last),
            time: budget.map(|budget| budget.saturating_sub(begin.elapsed())),
            progress: Some(&report),
            cancel: Some(&interrupt::CANCELLED),
            ..RunOptions::samples(plan.samples, args.seed)
        };
        let drawn = experiment.run(&options)?;
        let stop = drawn.stop();
        let whole = match earlier {
            None => drawn,
            Some(earlier) => Partial::merge(vec![earlier, drawn])?,
        };
        Ok((whole, stop))
    };
    let mut runs = Vec::new();
    let together = rayon::current_num_threads() / usize::try_from(last.max(1)).unwrap_or(1);
    for group in experiments.chunks(together.max(1)) {
        let mut tasks = Vec::with_capacity(group.len());
        for experiment in group {
            let identity = plan.identity(experiment.call(), args);
            let found = kept
                .iter()
                .position(|part| identity.check(part).is_ok() && part.blocks().start == 0);
            tasks.push((*experiment, found.map(|index| kept.swap_remove(index))));
        }
        let drawn: Vec<Result<(Partial, Stop)>> = tasks
            .into_par_iter()
            .map(|(experiment, earlier)| one(experiment, earlier))
            .collect();
        let mut halted = None;
        for run in drawn {
            let (run, stop) = run?;
            runs.push(run);
            halted = halted.or(matches!(stop, Stop::Cancelled | Stop::Time).then_some(stop));
        }
        if let Some(stop) = halted {
            bar.finish();
            // What later cases had already is kept too.
            runs.extend(kept);
            return Ok((runs, stop));
        }
    }
    bar.finish();
    Ok((runs, Stop::Finished))
}

/// The finished blocks as a file.
pub(super) fn keep(simulation: &Simulation, runs: &[Partial]) -> Result<String> {
    let wrong = |e: serde_json::Error| Error::data(format!("cannot write the blocks: {e}"));
    let mut documents = Vec::with_capacity(runs.len());
    for run in runs {
        documents.push(serde_json::from_str::<Value>(&run.to_json()?).map_err(wrong)?);
    }
    let file = json!({"kind": KIND, "experiment": simulation.name, "parts": documents});
    let mut text = serde_json::to_string_pretty(&file).map_err(wrong)?;
    text.push('\n');
    Ok(text)
}

/// The finished blocks of a file.
pub(super) fn kept(text: &str) -> Result<Vec<Partial>> {
    let wrong = || Error::data("it holds no finished blocks of a simulation");
    let file: Value = serde_json::from_str(text).map_err(|_| wrong())?;
    if file.get("kind").and_then(Value::as_str) != Some(KIND) {
        return Err(wrong());
    }
    let parts = file.get("parts").and_then(Value::as_array);
    parts
        .ok_or_else(wrong)?
        .iter()
        .map(|part| Partial::from_json(&part.to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::montecarlo::Activation;
    use crate::theory::simulation::{Level, Parameters, Theta, find};

    #[test]
    fn kept_blocks_are_read_back() {
        let limits = Limits::default();
        let simulation = find("dead-vectors").unwrap();
        let parameters = Parameters {
            widths: vec![4],
            thetas: vec![Theta::parse("1", &limits).unwrap()],
            depths: vec![1],
            activations: vec![Activation::Relu],
            levels: vec![Level::parse("0", &limits).unwrap()],
        };
        let cases = simulation.cases(&parameters).unwrap();
        let runs: Vec<Partial> = cases[0]
            .experiments
            .iter()
            .map(|e| e.run(&RunOptions::samples(3000, 2)).unwrap())
            .collect();
        let text = keep(simulation, &runs).unwrap();
        assert_eq!(kept(&text).unwrap(), runs);
        for bad in [
            "",
            "{}",
            "[1]",
            &text[..text.len() / 2],
            &text.replace("\"seed\": 2", "\"seed\": 3"),
        ] {
            assert!(kept(bad).is_err());
        }
    }
}
