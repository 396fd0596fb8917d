//! The first column of a simulation as a plot, with the rules and limits it is drawn beside.

use super::plan::Plan;
use super::table::by_formula;
use crate::cli::output;
use crate::error::{ErrorKind, Result};
use crate::limits::Limits;
use crate::number::Digits;
use crate::report::plot::{Curve, Plot, Point, Series};
use crate::theory::simulation::Row;

/// Digits of the curves of a plot.
const PLOTTED_DIGITS: Digits = Digits::literal(8);

/// The first column along the simulation's axis, a line for each choice of the other keys; where the
/// standard deviation of the law was measured too, it is the band of a line that stands alone. Beside them
/// the curves of the simulation.
pub(super) fn picture(plan: &Plan, rows: &[Row], limits: &Limits) -> Result<String> {
    let simulation = plan.simulation;
    let axis = simulation
        .keys
        .iter()
        .position(|key| *key == simulation.axis)
        .unwrap_or(0);
    let spread = simulation.columns.iter().position(|c| c.name == "sd");
    // Keys with one value only are said once, in the title.
    let varies = |index: usize| {
        rows.iter()
            .any(|row| row.keys[index] != rows[0].keys[index])
    };
    let label_of = |row: &Row, wanted: &dyn Fn(usize) -> bool| -> String {
        let parts = simulation.keys.iter().zip(&row.keys).enumerate();
        let kept = parts.filter(|(index, _)| *index != axis && wanted(*index));
        let texts: Vec<String> = kept
            .map(|(_, (key, value))| format!("{key} {value}"))
            .collect();
        texts.join(", ")
    };
    let mut series: Vec<Series> = Vec::new();
    let mut first: Vec<&Row> = Vec::new();
    for row in rows {
        let label = label_of(row, &varies);
        let value = &row.values[0];
        let point = Point {
            x: row.keys[axis].parse::<f64>().unwrap_or(f64::NAN),
            y: value.estimate,
            stderr: value.stderr.unwrap_or(0.0),
            spread: spread.map_or(0.0, |k| row.values[k].estimate),
        };
        match series.iter_mut().find(|line| line.label == label) {
            Some(line) => line.points.push(point),
            None => {
                first.push(row);
                series.push(Series {
                    label,
                    points: vec![point],
                });
            }
        }
    }
    let has_band = spread.is_some() && series.len() == 1;
    if !has_band {
        // Bands of several lines would hide each other.
        for point in series.iter_mut().flat_map(|line| &mut line.points) {
            point.spread = 0.0;
        }
    }
    let curves = curves(plan, &series, &first, axis, limits)?;
    let mut about = vec![format!("{} networks", plan.samples)];
    if let Some(row) = rows.first() {
        about.push(label_of(row, &|index| !varies(index)));
    }
    if let [depth] = &plan.parameters.depths[..]
        && !["layer", "depth"].contains(&simulation.axis)
        && !simulation.keys.contains(&"depth")
        && !simulation.depths.is_empty()
    {
        about.push(format!("depth {depth}"));
    }
    if has_band {
        about.push("shaded: one standard deviation of the networks".to_owned());
    }
    about.retain(|part| !part.is_empty());
    Plot {
        title: simulation.name.to_owned(),
        subtitle: about.join(", "),
        x_label: match simulation.axis {
            "width" => "width (neurons in a layer)".to_owned(),
            axis => axis.to_owned(),
        },
        y_label: simulation.columns[0].title.to_owned(),
        is_logarithmic: simulation.axis == "width",
    }
    .svg(&series, &curves)
}

/// The curves of a simulation through the points of each line, from the inputs on where the axis is the layer.
fn curves(
    plan: &Plan,
    series: &[Series],
    first: &[&Row],
    axis: usize,
    limits: &Limits,
) -> Result<Vec<Curve>> {
    let simulation = plan.simulation;
    let mut curves: Vec<Curve> = Vec::new();
    for (style, curve) in simulation.curves.iter().enumerate() {
        for (index, (line, row)) in series.iter().zip(first).enumerate() {
            let mut row = (*row).clone();
            let mut points = Vec::with_capacity(line.points.len() + 1);
            let start = (simulation.axis == "layer").then_some(0.0);
            for x in start.into_iter().chain(line.points.iter().map(|p| p.x)) {
                row.keys[axis] = format!("{x}");
                match by_formula(curve.formula, simulation, &row, PLOTTED_DIGITS, limits) {
                    Ok(text) => points.push((x, text.parse::<f64>().unwrap_or(f64::NAN))),
                    // The rule does not hold here, as beyond a right angle, or would take too long.
                    Err(error) if matches!(error.kind(), ErrorKind::Domain | ErrorKind::Limit) => {
                        output::note(&format!("{} is not drawn: {error}", curve.label));
                        points.clear();
                        break;
                    }
                    Err(error) => return Err(error),
                }
            }
            if points.is_empty() {
                continue;
            }
            // A rule that does not know the width is one curve for all.
            if let Some(known) = curves
                .iter_mut()
                .find(|known| known.style == style && known.points == points)
            {
                known.line = None;
                continue;
            }
            curves.push(Curve {
                label: curve.label.to_owned(),
                style,
                line: Some(index),
                points,
            });
        }
    }
    Ok(curves)
}
